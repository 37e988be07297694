/**
 * How many bits per row a column takes in the circuit: the symbol of its alphabet, and the value within a bin. This determines whether a
 * column or its rest is learned (minimum description length: Rissanen, "Modeling by shortest data description", 1978).
 */
import { intervalOf, quantileEdges } from '../quantile-edges.js'

const bins = 64
/** Minimum rows per bin. */
const binRows = 5
const fewNumbers = 128
const atomShare = 0.01
const atomRows = 3

/** Bits per non-missing value, on a grid with step `grain`, or `resolution` for reals. 0 without values. */
export function codeLength(values: Float64Array, grain: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const total = sorted.length
  if (total === 0) return 0
  const step = grain > 0 ? grain : resolution(sorted)
  const runs: { value: number; count: number }[] = []
  for (let i = 0; i < total; i++) {
    const last = runs.at(-1)
    if (last?.value === sorted[i]) last.count++
    else runs.push({ value: sorted[i], count: 1 })
  }
  const few = runs.length <= fewNumbers && total >= 2 * runs.length
  const atom = Math.max(atomShare * total, atomRows)
  let bits = 0
  const entropy = (count: number): number => -count * Math.log2(count / total)
  const rest = runs.filter(({ count }) => {
    if (!few && count < atom) return true
    bits += entropy(count)
    return false
  })
  let left = 0
  for (const { count } of rest) left += count
  const quota = Math.max(binRows, left / bins)
  let inBin = 0
  let low = NaN
  rest.forEach(({ value, count }, i) => {
    if (inBin === 0) low = value
    inBin += count
    if (inBin < quota && i < rest.length - 1) return
    // The gap to the next value also belongs to the bin.
    const high = rest[i + 1]?.value ?? value + step
    bits += entropy(inBin) + inBin * Math.log2(Math.max(1, (high - low) / step))
    inBin = 0
  })
  return bits / total
}

/** The difference that distinguishes two reals: a millionth of the interquartile range. */
function resolution(sorted: Float64Array): number {
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]
  return Math.max(at(0.75) - at(0.25), Number.MIN_VALUE * 1e9) / 1e6
}

const levels = 24

/** Levels of about equal mass; the last is for missing values. */
export function levelsOf(values: Float64Array): Uint8Array {
  const edges = quantileEdges(values, levels)
  const result = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) result[i] = Number.isNaN(values[i]) ? levels : intervalOf(values[i], edges)
  return result
}

/** The same for codes, by code; `counts`: the number of rows that have it. */
export function levelsOfCounts(counts: Uint32Array): Uint8Array {
  const rows = counts.reduce((sum, count) => sum + count, 0)
  const result = new Uint8Array(counts.length)
  let level = -1
  let next = 1
  let before = 0
  counts.forEach((count, code) => {
    // The code is an edge if a row that starts an interval has it, except for the lowest code.
    const from = next
    while (next < levels && Math.floor((next * rows) / levels) < before + count) next++
    if (count > 0 && (level < 0 || next > from)) level++
    before += count
    result[code] = Math.max(0, level)
  })
  return result
}

/** Mutual information of two columns of levels, in bits, over the rows that have both, less its bias; at least 0. */
export function sharedBits(a: Uint8Array, b: Uint8Array): number {
  const cells = new Float64Array((levels + 1) ** 2)
  const left = new Float64Array(levels + 1)
  const right = new Float64Array(levels + 1)
  let rows = 0
  for (let i = 0; i < a.length; i++) {
    if (a[i] === levels || b[i] === levels) continue
    rows++
    left[a[i]]++
    right[b[i]]++
    cells[a[i] * (levels + 1) + b[i]]++
  }
  if (rows === 0) return 0
  let sum = 0
  for (let i = 0; i < levels; i++) {
    for (let j = 0; j < levels; j++) {
      const n = cells[i * (levels + 1) + j]
      if (n > 0) sum += n * Math.log((n * rows) / (left[i] * right[j]))
    }
  }
  const used = (counts: Float64Array): number => counts.reduce((n, count) => n + (count > 0 ? 1 : 0), 0)
  const bias = ((used(left) - 1) * (used(right) - 1)) / 2
  return Math.max(0, (sum - bias) / rows) / Math.LN2
}
