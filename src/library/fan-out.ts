import { asGenesisError, GenesisError } from '../errors.js'
import { checkOptions, type Check } from './options.js'
import type { Publisher } from './publisher.js'
import type { StreamToOptions } from './stream-options.js'
import { StreamingMetrics } from './streaming-metrics.js'

/** The options of `streamTo` for several publishers: the same for each, except for the metrics. */
export interface StreamToEachOptions extends Omit<StreamToOptions, 'metricsCollector'> {
  /** Collectors, one per publisher, in order; created if omitted. */
  readonly metricsCollectors?: readonly StreamingMetrics[]
}

/** One of several streams of the same records. */
export interface Branch<Row extends object> {
  readonly publisher: Publisher<Row>
  readonly options: StreamToOptions
}

/** The stream of each publisher. Throws OPTION_INVALID. */
export function planBranches<Row extends object>(
  publishers: readonly Publisher<Row>[],
  { metricsCollectors, ...options }: StreamToEachOptions,
): Branch<Row>[] {
  publishers.forEach((publisher, index) => checkPublisher(publisher, `streamTo: publishers[${index}]`))
  const refuse = (what: string, found: string, expected: string): never => {
    throw new GenesisError('OPTION_INVALID', what, { place: 'streamTo', found, expected })
  }
  if (publishers.length === 0) refuse('no publishers', 'an empty list', 'at least one publisher')
  // A publisher's calls are sequential, and it gets each record once.
  if (new Set(publishers).size < publishers.length)
    refuse('duplicate publisher', 'the same object twice', 'distinct publishers')
  checkOptions('streamTo', { metricsCollectors }, { metricsCollectors: collectorsOf(publishers.length) })
  if ('metricsCollector' in options && options.metricsCollector !== undefined) {
    refuse('several publishers need one collector each', 'metricsCollector', 'metricsCollectors: one for each')
  }
  return publishers.map((publisher, index) => {
    return { publisher, options: { ...options, metricsCollector: metricsCollectors?.[index] } }
  })
}

/**
 * Runs the streams concurrently and independently until each has ended. Then rejects if any has failed: with its
 * error, which names the publisher by index (of several, the first, with all in `details.all`).
 */
export async function runBranches<T>(branches: readonly (() => Promise<T>)[]): Promise<T[]> {
  const ended = await Promise.allSettled(branches.map((run) => run()))
  const errors = ended.flatMap((one, index) => (one.status === 'rejected' ? [named(one.reason, index)] : []))
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) {
    const [{ code }] = errors
    throw new GenesisError(code, `${errors.length} publishers failed, the first: ${errors[0].message}`, {
      all: errors,
      cause: errors[0],
    })
  }
  return ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

/** Throws OPTION_INVALID for anything that is not a publisher. */
export function checkPublisher(publisher: unknown, place: string): void {
  const given = publisher as { publish?: unknown } | null | undefined
  if (typeof given === 'object' && given !== null && typeof given.publish === 'function') return
  throw new GenesisError('OPTION_INVALID', 'not a publisher', {
    place,
    found: given === null ? 'null' : `a ${typeof given}`,
    expected: 'an object with a method publish(batch)',
  })
}

function named(thrown: unknown, index: number): GenesisError {
  const error = asGenesisError(thrown)
  const place = [`publishers[${index}]`, error.details.place].filter((part) => part !== undefined).join(': ')
  return new GenesisError(error.code, error.what, { ...error.details, place, cause: thrown })
}

function collectorsOf(count: number): Check {
  return {
    expected: `${count} different StreamingMetrics, one for each publisher`,
    accepts: (value) =>
      Array.isArray(value) &&
      new Set(value).size === count &&
      value.length === count &&
      value.every((one) => one instanceof StreamingMetrics),
  }
}
