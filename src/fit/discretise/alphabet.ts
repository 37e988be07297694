import type { Symbol } from '../../model/artifact.js'
import { quantileBins, type Weighted } from './bins.js'
import { binGridOf } from './grid.js'

/** The symbols of a column, and the code of each of its held values. */
export interface Alphabet {
  readonly symbols: readonly Symbol[]
  /** Step of the grid that bins lie on, in the held form; 0 for reals. */
  readonly grain: number
  /** The code of a held value. A value that the alphabet was not built from gets the nearest code. */
  readonly codeOf: (held: string | number | boolean | null) => number
  /** Whether every symbol is a single value, that is, there are no bins. */
  readonly exact: boolean
  readonly notes: readonly string[]
}

export interface DiscretiseOptions {
  /** Minimum number of rows for a value to get a symbol of its own; 1 keeps all values. */
  readonly minCount: number
  /** Whether to round the smallest and the largest number to two significant digits. */
  readonly roundExtremes: boolean
  /** Whether the numbers are categories, which are all kept as they are. @default inferred */
  readonly isList?: boolean
  /** A number to keep as it is, however few rows have it. @default none */
  readonly keep?: number
}

/** Up to this many distinct numbers are all kept as they are. */
const maxKeptNumbers = 128
/**
 * Codes (vendors, products, list prices) are numbers that repeat and lie far apart on their grid. Up to this many are all kept as they
 * are …
 */
const maxListed = 4096
/** … if each has at least this many rows on average … */
const minListedRows = 5
/** … at most this share of them occurs only once … */
const maxSingles = 0.01
/** … and at most this share of the grid is used, within the middle nine tenths of the rows. */
const maxTaken = 1 / 3
/** A number with at least this share of the rows is an atom, which is kept as it is among bins … */
const minAtomShare = 0.01
/** … if at least this many rows have it, because in a small table one row proves nothing. */
const minAtomRows = 3
/** The replacement for suppressed categories. */
export const otherCategory = 'other'

type Counts = ReadonlyMap<string | number | boolean | null, number>

/** The symbols of a column of texts, UUIDs or booleans: one per value, sorted; missing is last. */
export function categoryAlphabet(column: string, counts: Counts, { minCount }: DiscretiseOptions): Alphabet {
  const notes: string[] = []
  const kept: (string | boolean)[] = []
  const rare: (string | boolean)[] = []
  for (const [value, count] of counts) {
    if (value === null || typeof value === 'number') continue
    if (count >= minCount || typeof value === 'boolean') kept.push(value)
    else rare.push(value)
  }
  kept.sort(byCodePoints)
  const symbols: Symbol[] = kept
  const codes = new Map<Symbol, number>()
  if (rare.length > 0) {
    if (!kept.includes(otherCategory)) symbols.push(otherCategory)
    notes.push(
      `column ${column}: ${rare.length} categories of fewer than ${minCount} rows became ${JSON.stringify(otherCategory)}`,
    )
  }
  if (counts.has(null) || symbols.length === 0) symbols.push(null)
  symbols.forEach((symbol, code) => codes.set(symbol, code))
  const other = codes.get(otherCategory) ?? 0
  const missing = codes.get(null) ?? other
  return {
    symbols,
    grain: 0,
    exact: true,
    notes,
    codeOf: (held) => (held === null ? missing : (codes.get(held) ?? other)),
  }
}

/**
 * The symbols of a column of numbers in the held form: all numbers if they are at most 128 and either repeat or fill a narrow grid
 * (unlike reals that are each measured once); otherwise those that at least 1 % of the rows have, and bins for the rest (see
 * `quantileBins`). Sorted; missing is last. `grain`: the step of the column's grid, 0 for reals.
 */
export function numberAlphabet(counts: Counts, grain: number, options: DiscretiseOptions): Alphabet {
  const values: Weighted[] = []
  let total = 0
  for (const [value, count] of counts) {
    if (typeof value !== 'number') continue
    // Minus zero becomes zero, because JSON does not distinguish them.
    values.push({ value: value === 0 ? 0 : value, count })
    total += count
  }
  values.sort((a, b) => a.value - b.value)
  const span = values.length === 0 ? 0 : values[values.length - 1].value - values[0].value
  const narrow = grain > 0 && span < maxKeptNumbers * grain
  const few =
    options.isList === true ||
    (values.length <= maxKeptNumbers &&
      (narrow || total >= 2 * values.length) &&
      values.every(({ count }) => count >= options.minCount)) ||
    (options.minCount <= 1 && isList(values, total, grain))
  const atomCount = Math.max(minAtomShare * total, minAtomRows, options.minCount)
  const isAtom = ({ value, count }: Weighted): boolean => few || count >= atomCount || value === options.keep
  const grid = few
    ? { grain, strays: new Set<number>() }
    : binGridOf(
        values.filter((value) => !isAtom(value)),
        grain,
        options,
      )
  const atoms = values.filter((value) => isAtom(value) || grid.strays.has(value.value)).map(({ value }) => value)
  const atomSet = new Set(atoms)
  const rest = values.filter(({ value }) => !atomSet.has(value))
  const bins = quantileBins(rest, atoms, grid.grain, options)
  const numbers = [...atoms, ...bins].sort((a, b) => lowOf(a) - lowOf(b) || highOf(a) - highOf(b))
  const symbols: Symbol[] = [...numbers]
  if (counts.has(null) || symbols.length === 0) symbols.push(null)
  const codes = new Map<Symbol, number>(symbols.map((symbol, code) => [symbol, code]))
  const spans = numbers
    .map((symbol, code) => ({ low: lowOf(symbol), high: highOf(symbol), code }))
    .filter(({ low, high }) => low < high)
  const missing = codes.get(null) ?? 0
  const codeOf = (held: string | number | boolean | null): number => {
    if (typeof held !== 'number') return missing
    return (
      codes.get(held === 0 ? 0 : held) ??
      spans.find(({ low, high }) => low <= held && held <= high)?.code ??
      nearest(numbers, held)
    )
  }
  return { symbols, grain: grid.grain, exact: bins.every((bin) => typeof bin === 'number'), notes: [], codeOf }
}

/** Whether sorted numbers are codes from a list. */
function isList(values: readonly Weighted[], total: number, grain: number): boolean {
  if (grain === 0 || values.length > maxListed || total < minListedRows * values.length) return false
  const singles = values.reduce((sum, { count }) => sum + (count === 1 ? 1 : 0), 0)
  if (singles > maxSingles * total) return false
  let [below, from, to] = [0, 0, values.length - 1]
  for (let i = 0; i < values.length; i++) {
    if (below < 0.05 * total) from = i
    if (below < 0.95 * total) to = i
    below += values[i].count
  }
  const places = (values[to].value - values[from].value) / grain + 1
  return to - from + 1 <= maxTaken * places
}

function lowOf(symbol: number | readonly [number, number]): number {
  return typeof symbol === 'number' ? symbol : symbol[0]
}

function highOf(symbol: number | readonly [number, number]): number {
  return typeof symbol === 'number' ? symbol : symbol[1]
}

function nearest(numbers: readonly (number | readonly [number, number])[], held: number): number {
  let best = 0
  let distance = Infinity
  numbers.forEach((symbol, code) => {
    const away = Math.max(lowOf(symbol) - held, held - highOf(symbol), 0)
    if (away < distance) [best, distance] = [code, away]
  })
  return best
}

/** An order that does not depend on the machine's locale. */
function byCodePoints(a: string | boolean, b: string | boolean): number {
  return a < b ? -1 : a > b ? 1 : 0
}
