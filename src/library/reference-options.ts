import { GenesisError } from '../errors.js'
import type { References } from '../model/open.js'
import { checkOptions, count, instance, objectOption, oneOf, positionOption, textOption } from './options.js'
import { modelOf, SyntheticGenerator } from './synthetic-generator.js'

/**
 * Columns taken from another stream's records: orders that refer to existing customers. The other stream is defined by
 * its generator, conditions and seed; none of its records is stored.
 */
export interface ReferenceOptions {
  /** Receives the key; replaces the model's column of this name, or is added after the last one. */
  readonly column: string
  /** The other stream's model. */
  readonly generator: SyntheticGenerator<object>
  /** Key column of the other stream. */
  readonly key: string
  /** Number of records of the other stream to choose from, starting at position 0. */
  readonly among: number
  /**
   * Which of them: all equally often (the default), the first ones most often, or the newest as of the current
   * position.
   */
  readonly skew?: 'uniform' | 'zipf' | 'recent'
  /** More columns of the same record: name here to name there. */
  readonly copy?: Readonly<Record<string, string>>
  /** Conditions of the other stream. */
  readonly conditions?: unknown
  /** Seed of the other stream. @default 0 */
  readonly seed?: number
  /** References of the other stream. */
  readonly references?: readonly ReferenceOptions[]
}

const isMap = {
  expected: 'a map of names here to names in the other stream',
  accepts: (value: unknown): boolean =>
    objectOption.accepts(value) && Object.values(value as object).every((name) => typeof name === 'string'),
}

/** The references of a stream in the model's form. Throws OPTION_INVALID. */
export function planReferences(of: string, references: readonly ReferenceOptions[] = []): References[] {
  return references.map((reference, index) => planReference(`${of}: references[${index}]`, reference))
}

function planReference(place: string, reference: ReferenceOptions): References {
  checkOptions(place, reference, {
    column: textOption,
    generator: instance(SyntheticGenerator),
    key: textOption,
    among: count(1),
    skew: oneOf('uniform', 'zipf', 'recent'),
    copy: isMap,
    conditions: objectOption,
    seed: positionOption,
    references: { expected: 'a list', accepts: (value) => Array.isArray(value) },
  })
  const lacking = (['column', 'generator', 'key', 'among'] as const).find((name) => reference[name] === undefined)
  if (lacking !== undefined) {
    throw new GenesisError('OPTION_INVALID', 'a reference is incomplete', { place, expected: lacking })
  }
  const { column, generator, key, among, skew = 'uniform', copy = {}, conditions, seed, references } = reference
  const inner = planReferences(place, references)
  return { column, key, among, skew, copy, to: modelOf(generator), options: { conditions, seed, references: inner } }
}
