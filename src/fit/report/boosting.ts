/**
 * Gradient-boosted least-squares trees over bins: Friedman, "Greedy function approximation" (2001), with LightGBM's histograms. Good
 * enough to distinguish two samples, and without exponentials, so that results are the same on every machine.
 */

/** A column, with its values in at most 256 bins. */
export interface BinnedColumn {
  readonly bins: Uint8Array
  readonly count: number
  /** Whether the order of the bins is meaningful; otherwise a split may put any bins on either side. */
  readonly ordered: boolean
}

interface Split {
  readonly gain: number
  readonly column: number
  /** By bin: 1 if it goes to the right. */
  readonly right: Uint8Array
}

const rounds = 100
const depth = 5
const rate = 0.15
const minRows = 20
const shrinkage = 1

/**
 * Scores how much each row looks like those with target 1 rather than −1, using trees grown only on the rows of `train`.
 */
export function boostedScores(
  columns: readonly BinnedColumn[],
  targets: Float64Array,
  train: Uint32Array,
): Float64Array {
  const rows = targets.length
  const scores = new Float64Array(rows)
  const nodes = new Uint8Array(rows)
  const grown = trainingOf(columns, train)
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < train.length; i++) grown.residuals[i] = targets[train[i]] - scores[train[i]]
    nodes.fill(0)
    for (let level = 0; level < depth; level++) {
      for (let i = 0; i < train.length; i++) grown.nodes[i] = nodes[train[i]]
      const splits = bestSplits(grown, 1 << level)
      for (let row = 0; row < rows; row++) {
        const split = splits[nodes[row]]
        nodes[row] = 2 * nodes[row] + (split === null ? 0 : split.right[columns[split.column].bins[row]])
      }
    }
    const leaves = 1 << depth
    const sums = new Float64Array(leaves)
    const counts = new Float64Array(leaves)
    for (let i = 0; i < train.length; i++) {
      const leaf = nodes[train[i]]
      sums[leaf] += grown.residuals[i]
      counts[leaf]++
    }
    for (let row = 0; row < rows; row++) {
      const leaf = nodes[row]
      scores[row] += (rate * sums[leaf]) / (counts[leaf] + shrinkage)
    }
  }
  return scores
}

/** The rows that trees are grown on, contiguous in memory. */
interface Training {
  readonly columns: readonly BinnedColumn[]
  readonly residuals: Float64Array
  readonly nodes: Uint8Array
}

function trainingOf(columns: readonly BinnedColumn[], train: Uint32Array): Training {
  return {
    columns: columns.map((column) => ({ ...column, bins: Uint8Array.from(train, (row) => column.bins[row]) })),
    residuals: new Float64Array(train.length),
    nodes: new Uint8Array(train.length),
  }
}

/** The split of each node that explains most of the residuals; null: no split does. */
function bestSplits({ columns, residuals, nodes }: Training, width: number): (Split | null)[] {
  const best = new Array<Split | null>(width).fill(null)
  const spread = residuals.reduce((sum, residual) => sum + residual ** 2, 0) / Math.max(1, residuals.length)
  columns.forEach(({ bins, count, ordered }, column) => {
    const sums = new Float64Array(width * count)
    const counts = new Float64Array(width * count)
    for (let i = 0; i < residuals.length; i++) {
      const at = nodes[i] * count + bins[i]
      sums[at] += residuals[i]
      counts[at]++
    }
    for (let node = 0; node < width; node++) {
      const from = node * count
      const split = splitOf(sums.subarray(from, from + count), counts.subarray(from, from + count), ordered, spread)
      if (split !== null && split.gain > (best[node]?.gain ?? 0)) best[node] = { column, ...split }
    }
  })
  return best
}

/**
 * `spread`: mean square of the residuals. Bins without an order are sorted by their means. Sorting alone explains 2/π of the spread between
 * them, which does not count as gain, because otherwise a column with many categories would hide all others.
 */
function splitOf(
  sums: Float64Array,
  counts: Float64Array,
  ordered: boolean,
  spread: number,
): Omit<Split, 'column'> | null {
  const order: number[] = []
  for (let bin = 0; bin < counts.length; bin++) if (counts[bin] > 0) order.push(bin)
  if (!ordered) order.sort((a, b) => sums[a] / counts[a] - sums[b] / counts[b] || a - b)
  let sum = 0
  let count = 0
  for (const bin of order) {
    sum += sums[bin]
    count += counts[bin]
  }
  const whole = sum ** 2 / (count + shrinkage)
  let left = 0
  let leftCount = 0
  let gain = ordered ? 0 : (2 / Math.PI) * (order.length - 1) * spread
  const chance = gain
  let cut = -1
  for (let i = 0; i + 1 < order.length; i++) {
    left += sums[order[i]]
    leftCount += counts[order[i]]
    if (leftCount < minRows || count - leftCount < minRows) continue
    const parts = left ** 2 / (leftCount + shrinkage) + (sum - left) ** 2 / (count - leftCount + shrinkage)
    if (parts - whole > gain) {
      gain = parts - whole
      cut = i
    }
  }
  if (cut < 0) return null
  const right = new Uint8Array(sums.length)
  for (let i = cut + 1; i < order.length; i++) right[order[i]] = 1
  return { gain: gain - chance, right }
}
