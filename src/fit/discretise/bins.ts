/** A distinct value and the number of rows that have it. */
export interface Weighted {
  readonly value: number
  readonly count: number
}

const maxQuantiles = 64
/** Rows per bin in a small table, which has fewer bins. */
const quantileRows = 5
/** Halving towards a tail stops before bins have fewer rows. */
const minRows = 2

/**
 * Bins for `values` (sorted): at most 64 of equal mass, the outermost of which are halved repeatedly towards both ends, so that a heavy
 * tail keeps its shape. On a grid (`grain` above 0), both ends of a bin are grid values, neighbouring bins meet halfway between their
 * values, and no bin contains an atom. Without a grid, [low, high] are the reals from low to high, exclusive. A bin with a single value
 * is that number.
 */
export function quantileBins(
  values: readonly Weighted[],
  atoms: readonly number[],
  grain: number,
  options: { readonly minCount: number; readonly roundExtremes: boolean },
): (number | readonly [number, number])[] {
  if (values.length === 0) return []
  let total = 0
  for (const { count } of values) total += count
  // With too few rows for a bin, values become the atoms next to them.
  if (total < options.minCount && atoms.length > 0) return []
  const edges = edgeShares(total, Math.max(minRows, options.minCount))
  // Otherwise, splitting bins at atoms could leave too few rows in them.
  const sortedAtoms = grain > 0 && options.minCount <= 1 ? [...atoms].sort((a, b) => a - b) : []
  const groups = grouped(values, total, edges, sortedAtoms, options.minCount)
  const bins = groups.map(([first, last], i) => {
    const before = groups[i - 1]?.[1]
    const after = groups[i + 1]?.[0]
    const low =
      before === undefined || atomBetween(sortedAtoms, before, first) ? first : meeting(before, first, grain) + grain
    const high = after === undefined || atomBetween(sortedAtoms, last, after) ? last : meeting(last, after, grain)
    return [low, high] as [number, number]
  })
  if (options.roundExtremes) {
    bins[0][0] = Math.min(rounded(bins[0][0], grain, Math.floor), bins[0][1])
    bins[bins.length - 1][1] = Math.max(rounded(bins[bins.length - 1][1], grain, Math.ceil), bins[bins.length - 1][0])
  }
  return bins.map(([low, high]) => (low === high ? low : ([low, high] as const)))
}

/** The cumulative shares at which bins end, ascending: k/64, and repeated halves below 1/64 and above 63/64. */
function edgeShares(total: number, minRows: number): number[] {
  const shares: number[] = []
  const quantiles = Math.min(maxQuantiles, Math.max(1, Math.floor(total / quantileRows)))
  for (let k = 1; k < quantiles; k++) shares.push(k / quantiles)
  for (let share = 1 / quantiles / 2; share * total >= minRows; share /= 2) shares.push(share, 1 - share)
  return shares.sort((a, b) => a - b)
}

/** The first and the last value of each bin. */
function grouped(
  values: readonly Weighted[],
  total: number,
  edges: readonly number[],
  atoms: readonly number[],
  minCount: number,
): [number, number][] {
  const groups: [number, number][] = []
  let edge = 0
  let mass = 0
  let inGroup = 0
  let start = 0
  values.forEach(({ value, count }, i) => {
    mass += count
    inGroup += count
    const next = values[i + 1]?.value
    const full = edge < edges.length && mass >= edges[edge] * total && inGroup >= minCount && total - mass >= minCount
    const last = next === undefined
    if (!last && !full && !atomBetween(atoms, value, next)) return
    while (edge < edges.length && edges[edge] * total <= mass) edge++
    groups.push([values[start].value, value])
    start = i + 1
    inGroup = 0
  })
  return groups
}

function atomBetween(atoms: readonly number[], low: number, high: number): boolean {
  let from = 0
  let to = atoms.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (atoms[middle] > low) to = middle
    else from = middle + 1
  }
  return from < atoms.length && atoms[from] < high
}

/** The last value of the lower of two neighbouring bins. */
function meeting(last: number, first: number, grain: number): number {
  const middle = last + (first - last) / 2
  if (grain === 0) return middle
  return Math.max(last, Math.floor(middle / grain) * grain)
}

function rounded(value: number, grain: number, direction: (value: number) => number): number {
  if (value === 0) return 0
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1)
  const step = grain === 0 ? unit : Math.max(grain, Math.floor(unit / grain) * grain)
  return direction(value / step) * step
}
