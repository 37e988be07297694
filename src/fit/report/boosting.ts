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

/** The rows that trees are grown on, contiguous in memory, and scratch space. */
interface Training {
  readonly columns: readonly BinnedColumn[]
  readonly residuals: Float64Array
  readonly nodes: Uint8Array
  /** Sum and number of the rows of each node and bin of one column, the bins of a node one after another. */
  readonly cells: Float64Array
  /** Bins of a node that have rows, in the order in which they can be cut. */
  readonly order: Uint8Array
}

const maxBins = 256

function trainingOf(columns: readonly BinnedColumn[], train: Uint32Array): Training {
  return {
    columns: columns.map((column) => ({ ...column, bins: Uint8Array.from(train, (row) => column.bins[row]) })),
    residuals: new Float64Array(train.length),
    nodes: new Uint8Array(train.length),
    cells: new Float64Array(2 * maxBins * (1 << (depth - 1))),
    order: new Uint8Array(maxBins),
  }
}

/** The split of each node that explains most of the residuals; null: no split does. */
function bestSplits(training: Training, width: number): (Split | null)[] {
  const { columns, residuals, nodes, cells, order } = training
  const best = new Array<Split | null>(width).fill(null)
  const spread = residuals.reduce((sum, residual) => sum + residual ** 2, 0) / Math.max(1, residuals.length)
  const rows = new Uint32Array(width)
  for (const node of nodes) rows[node]++
  columns.forEach(({ bins, count, ordered }, column) => {
    addUp(training, bins, count, width)
    for (let node = 0; node < width; node++) {
      if (rows[node] < 2 * minRows) continue
      const from = 2 * node * count
      const used = sortBins(training, from, count, ordered)
      // Sorting alone explains 2/π of the spread between bins.
      const chance = ordered ? 0 : (2 / Math.PI) * (used - 1) * spread
      const cut = cutOf(cells, from, order, used, chance, best[node]?.gain ?? 0)
      if (cut === null) continue
      const right = new Uint8Array(count)
      for (let i = cut.index + 1; i < used; i++) right[order[i]] = 1
      best[node] = { gain: cut.gain, column, right }
    }
  })
  return best
}

/** Adds up the rows by node and bin, with `count` bins a node. Hot. */
function addUp({ residuals, nodes, cells }: Training, bins: Uint8Array, count: number, width: number): void {
  cells.fill(0, 0, 2 * width * count)
  for (let i = 0; i < bins.length; i++) {
    const at = 2 * (nodes[i] * count + bins[i])
    cells[at] += residuals[i]
    cells[at + 1]++
  }
}

/** Writes `order`, by value or, without an order, by mean; returns the number of bins. `from`: the node's first cell. */
function sortBins({ cells, order }: Training, from: number, count: number, ordered: boolean): number {
  let used = 0
  for (let bin = 0; bin < count; bin++) if (cells[from + 2 * bin + 1] > 0) order[used++] = bin
  if (!ordered) {
    const mean = (bin: number): number => cells[from + 2 * bin] / cells[from + 2 * bin + 1]
    order.subarray(0, used).sort((a, b) => mean(a) - mean(b) || a - b)
  }
  return used
}

/**
 * The best cut after a bin of `order`, if it gains more than `least`. A gain of `chance` does not count, because otherwise a column with
 * many categories would hide all others.
 */
function cutOf(
  cells: Float64Array,
  from: number,
  order: Uint8Array,
  used: number,
  chance: number,
  least: number,
): { readonly index: number; readonly gain: number } | null {
  let sum = 0
  let count = 0
  for (let i = 0; i < used; i++) {
    sum += cells[from + 2 * order[i]]
    count += cells[from + 2 * order[i] + 1]
  }
  const whole = sum ** 2 / (count + shrinkage)
  let left = 0
  let leftCount = 0
  let gain = chance
  let index = -1
  for (let i = 0; i + 1 < used; i++) {
    left += cells[from + 2 * order[i]]
    leftCount += cells[from + 2 * order[i] + 1]
    if (leftCount < minRows || count - leftCount < minRows) continue
    const parts = left ** 2 / (leftCount + shrinkage) + (sum - left) ** 2 / (count - leftCount + shrinkage)
    if (parts - whole > gain) {
      gain = parts - whole
      index = i
    }
  }
  return index >= 0 && gain - chance > least ? { index, gain: gain - chance } : null
}
