/** Divides numbers into intervals with about the same number of rows each. */

/** The distinct lower bounds of all intervals but the first, ascending: at most `intervals` − 1. NaN is ignored. */
export function quantileEdges(values: Float64Array, intervals: number): readonly number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const edges: number[] = []
  for (let i = 1; i < intervals; i++) {
    const edge = sorted[Math.floor((i * sorted.length) / intervals)]
    if (edge !== undefined && edge > (edges.at(-1) ?? sorted[0])) edges.push(edge)
  }
  return edges
}

/** The interval that a number is in, which is the number of edges at or below it. */
export function intervalOf(value: number, edges: readonly number[]): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (edges[middle] <= value) low = middle + 1
    else high = middle
  }
  return low
}
