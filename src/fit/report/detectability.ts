import { comparedRows } from './auc-interval.js'
import { intervalOf, quantileEdges } from '../quantile-edges.js'
import { boostedScores, type BinnedColumn } from './boosting.js'
import type { Sample } from './sample.js'

/** With fewer rows the AUC proves nothing: with 200, it is within 0.06 of 0.5 for two equal samples. */
const minRows = 200
const maxBins = 255

/**
 * Classifier two-sample test: the area under the curve (AUC) of boosted trees that try to distinguish synthetic rows from real ones,
 * which neither the trees nor the model have seen. 0.5: they cannot. Each half of the rows is scored by trees trained on the other half.
 * Null: too few rows.
 */
export function detectability(real: Sample, synthetic: Sample): number | null {
  const size = comparedRows(real.rows, synthetic.rows)
  if (size < minRows || real.columns.length === 0) return null
  const columns = real.columns.map((_, j) =>
    binned(picked(real, j, size), picked(synthetic, j, size), real.columns[j].numeric),
  )
  const targets = new Float64Array(2 * size).fill(-1, 0, size).fill(1, size)
  const areas = [0, 1].map((half) => {
    const rows = Uint32Array.from(targets, (_, row) => row)
    const scores = boostedScores(
      columns,
      targets,
      rows.filter((row) => row % 2 !== half),
    )
    return areaUnderCurve(
      scores,
      targets,
      rows.filter((row) => row % 2 === half),
    )
  })
  return (areas[0] + areas[1]) / 2
}

/** Values of evenly selected rows. */
function picked({ rows, columns }: Sample, j: number, size: number): Float64Array {
  const { values } = columns[j]
  return Float64Array.from({ length: size }, (_, i) => values[Math.floor((i * rows) / size)])
}

function binned(real: Float64Array, synthetic: Float64Array, numeric: boolean): BinnedColumn {
  const both = new Float64Array(real.length + synthetic.length)
  both.set(real)
  both.set(synthetic, real.length)
  return numeric ? numbers(both) : categories(both)
}

/** Bins with equal numbers of rows, as far as the values allow; the first bin is for missing values. */
function numbers(values: Float64Array): BinnedColumn {
  const edges = quantileEdges(values, maxBins)
  const bins = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : intervalOf(value, edges) + 1))
  return { bins, count: edges.length + 2, ordered: true }
}

/** A bin for each category; the rarest share one. */
function categories(values: Float64Array): BinnedColumn {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])
  const binOf = new Map(ranked.map(([value], rank) => [value, Math.min(rank, maxBins - 1)]))
  return {
    bins: Uint8Array.from(values, (value) => binOf.get(value) ?? 0),
    count: Math.min(ranked.length, maxBins),
    ordered: false,
  }
}

/** The share of pairs of a real and a synthetic row whose scores are in the right order; ties count half. */
function areaUnderCurve(scores: Float64Array, targets: Float64Array, rows: Uint32Array): number {
  const order = [...rows].sort((a, b) => scores[a] - scores[b])
  let ranks = 0
  let positive = 0
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && scores[order[to]] === scores[order[from]]) to++
    for (let i = from; i < to; i++) {
      if (targets[order[i]] < 0) continue
      ranks += (from + to + 1) / 2
      positive++
    }
  }
  return (ranks - (positive * (positive + 1)) / 2) / (positive * (order.length - positive))
}
