/** Reads how long an entity stays in a state: a duration, or a distribution of durations. */
import { isObject } from '../../config/is-object.js'
import { parseDuration } from '../../config/quantity.js'
import type { WaitingTime } from '../lives/lives.js'
import { decaying, logNormal, normal, type Bounds } from './distributions.js'
import type { Distribution } from './draft.js'
import type { Declaration, Settings } from './from-declaration.js'
import type { Path } from '../../config/source.js'

const keysOf: Readonly<Record<string, readonly string[]>> = {
  uniform: ['min', 'max'],
  exponential: ['mean', 'min', 'max'],
  normal: ['mean', 'deviation', 'min', 'max'],
  'log-normal': ['median', 'spread', 'min', 'max'],
}
/** Keeps the times of a life exact in ms. */
const maxWaitMs = 100 * 365 * 86_400_000
const wholeMs = { unit: 1, isReal: false }

/** Null: it is wrong, which has been reported. */
export function readWaitingTime(given: unknown, path: Path, declaration: Declaration): WaitingTime | null {
  const isWrong = (key: string | null, expected: string): null => {
    const settings = isObject(given) ? given : {}
    declaration.report(key === null ? path : [...path, key], 'not a waiting time', {
      found: (key === null ? given : settings[key]) ?? 'nothing',
      expected,
    })
    return null
  }
  const durationOf = (value: unknown): number | null => {
    const ms = typeof value === 'string' ? parseDuration(value) : undefined
    return ms === undefined || ms > maxWaitMs ? null : ms
  }
  if (typeof given === 'string') {
    const ms = durationOf(given)
    return ms === null ? isWrong(null, 'a duration such as 5m, up to 36500d') : { ranges: [[ms, ms]], weights: [1] }
  }
  if (!isObject(given)) return isWrong(null, 'a duration such as 5m, or { distribution: exponential, mean: 5m }')
  const { distribution: name } = given
  const known = typeof name === 'string' && Object.hasOwn(keysOf, name) ? keysOf[name] : null
  if (known === null) return isWrong('distribution', `one of ${Object.keys(keysOf).join(', ')}`)
  for (const key of Object.keys(given))
    if (key !== 'distribution' && !known.includes(key)) {
      declaration.reportUnknownKey([...path, key], ['distribution', ...known])
      return null
    }
  const read = (key: string): number | null => durationOf(given[key]) ?? isWrong(key, 'a duration such as 5m')
  const bound = (key: string): number | null | undefined => (given[key] === undefined ? undefined : read(key))
  const [min, max] = [bound('min'), bound('max')]
  if (min === null || max === null) return null
  const drawn = drawnFrom(name as string, given, { min: min ?? 0, max: max ?? maxWaitMs }, read, isWrong)
  if (drawn === undefined) return null
  if (drawn === null) return isWrong(max === undefined ? 'min' : 'max', 'bounds with durations between them')
  return {
    ranges: drawn.symbols.map((symbol): [number, number] =>
      typeof symbol === 'number' ? [symbol, symbol] : [...(symbol as readonly [number, number])],
    ),
    weights: drawn.weights,
  }
}

/** Null: no duration lies within the bounds; undefined: it is wrong, which has been reported. */
function drawnFrom(
  name: string,
  settings: Settings,
  bounds: Required<Bounds>,
  read: (key: string) => number | null,
  isWrong: (key: string, expected: string) => null,
): Distribution | null | undefined {
  const above0 = (key: string): number | undefined => {
    const ms = read(key)
    if (ms !== null && ms > 0) return ms
    if (ms === 0) isWrong(key, 'a duration above 0')
    return undefined
  }
  switch (name) {
    case 'uniform': {
      if (settings.max === undefined) return (isWrong('max', 'a duration such as 5m'), undefined)
      const { min, max } = bounds
      return min > max ? null : { symbols: min === max ? [min] : [[min, max]], weights: [1] }
    }
    case 'exponential': {
      const mean = above0('mean')
      return mean === undefined ? undefined : decaying(mean, bounds, wholeMs)
    }
    case 'normal': {
      const [mean, deviation] = [read('mean'), above0('deviation')]
      return mean === null || deviation === undefined ? undefined : normal(mean, deviation, bounds, wholeMs)
    }
    default: {
      const median = above0('median')
      const { spread } = settings
      if (typeof spread !== 'number' || !(spread > 1 && spread <= 1000))
        return (isWrong('spread', 'a factor above 1, up to 1000'), undefined)
      return median === undefined ? undefined : logNormal(median, spread, bounds, wholeMs)
    }
  }
}
