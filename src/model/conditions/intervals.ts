/** Sets of numbers as half-open intervals [from, to), sorted and disjoint. */
export type Interval = readonly [number, number]
export type Intervals = readonly Interval[]

export const nothing: Intervals = []

export function intersect(a: Intervals, b: Intervals): Intervals {
  // Usually a whole symbol or none of it, which needs no new set.
  if (a === b || a.length === 0) return a
  if (b.length === 0) return b
  if (a.length === 1 && b.length === 1) {
    if (b[0][0] <= a[0][0] && a[0][1] <= b[0][1]) return a
    if (a[0][0] <= b[0][0] && b[0][1] <= a[0][1]) return b
  }
  const out: Interval[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const from = Math.max(a[i][0], b[j][0])
    const to = Math.min(a[i][1], b[j][1])
    if (from < to) out.push([from, to])
    if (a[i][1] < b[j][1]) i++
    else j++
  }
  return out
}

/** The part of `whole` that is not in `a`. */
export function subtract(whole: Intervals, a: Intervals): Intervals {
  if (a.length === 0) return whole
  if (a === whole) return nothing
  const gaps: Interval[] = []
  let from = -Infinity
  for (const [start, end] of a) {
    if (from < start) gaps.push([from, start])
    from = end
  }
  if (from < Infinity) gaps.push([from, Infinity])
  return intersect(whole, gaps)
}

/** The union of intervals, which may overlap and be in any order. */
export function union(...sets: readonly Intervals[]): Intervals {
  const sorted = sets.flat().sort((a, b) => a[0] - b[0])
  const out: [number, number][] = []
  for (const [from, to] of sorted) {
    const last = out.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else if (from < to) out.push([from, to])
  }
  return out
}

export function measure(a: Intervals): number {
  let sum = 0
  for (const [from, to] of a) sum += to - from
  return sum
}

const float = new Float64Array(1)
const bits = new BigInt64Array(float.buffer)

/** The smallest double above x: [x, nextUp(x)) contains only x, and [nextUp(x), …) everything above it. */
export function nextUp(x: number): number {
  if (x === Infinity) return x
  if (x === 0) return Number.MIN_VALUE
  float[0] = x
  bits[0] += x > 0 ? 1n : -1n
  return float[0]
}
