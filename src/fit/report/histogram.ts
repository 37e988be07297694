import type { Value } from '../../record.js'
import type { SampleColumn } from './sample.js'

/** The distribution of a column's values among real and synthetic rows, small enough to be stored in the model. */
export type Histogram =
  | {
      /** Edges of the bars, in the held form: bar i spans edges[i] to edges[i + 1]. The outermost bars include everything beyond. */
      readonly edges: readonly number[]
      readonly real: readonly number[]
      readonly synthetic: readonly number[]
    }
  | {
      /** The most frequent categories. If there are others, their total shares come last. */
      readonly categories: readonly Value[]
      readonly real: readonly number[]
      readonly synthetic: readonly number[]
    }

const bars = 24
const maxCategories = 16
/** Share of the values on each side that the plot does not extend to. */
const tail = 0.005

/** Shares are of all rows: missing values are what remains to 1 for numbers, and a category of their own otherwise. */
export function histogramOf(real: SampleColumn, synthetic: SampleColumn): Histogram {
  return real.numeric ? numberHistogram(real, synthetic) : categoryHistogram(real, synthetic)
}

function numberHistogram(real: SampleColumn, synthetic: SampleColumn): Histogram {
  const sorted = real.values.filter((value) => !Number.isNaN(value)).sort()
  if (sorted.length === 0) return { edges: [], real: [], synthetic: [] }
  const low = sorted[Math.floor(tail * (sorted.length - 1))]
  const high = sorted[Math.ceil((1 - tail) * (sorted.length - 1))]
  const whole = sorted.every((value) => Number.isInteger(value))
  // Bars of integers have integer widths; otherwise some would contain one value more than their neighbours.
  const width = whole ? Math.max(1, Math.ceil((high - low + 1) / bars)) : (high - low) / bars || 1
  const count = whole ? Math.ceil((high - low + 1) / width) : bars
  const edges = Array.from({ length: count + 1 }, (_, i) => compact(low + i * width))
  const shares = ({ values }: SampleColumn): number[] => {
    const counts = new Array<number>(count).fill(0)
    for (const value of values) {
      if (Number.isNaN(value)) continue
      counts[Math.max(0, Math.min(count - 1, Math.floor((value - low) / width)))]++
    }
    return counts.map((n) => share(n, values.length))
  }
  return { edges, real: shares(real), synthetic: shares(synthetic) }
}

function categoryHistogram(real: SampleColumn, synthetic: SampleColumn): Histogram {
  const { categories } = synthetic
  const countsOf = ({ values }: SampleColumn): number[] => {
    const counts = new Array<number>(categories.length).fill(0)
    for (const value of values) counts[value]++
    return counts
  }
  const realCounts = countsOf(real)
  const syntheticCounts = countsOf(synthetic)
  const order = categories
    .map((_, i) => i)
    .sort((a, b) => realCounts[b] - realCounts[a] || syntheticCounts[b] - syntheticCounts[a] || a - b)
  const shown = order.slice(0, maxCategories)
  const rest = order.slice(maxCategories)
  const shares = (counts: number[], rows: number): number[] => {
    const all = shown.map((category) => share(counts[category], rows))
    if (rest.length > 0)
      all.push(
        share(
          rest.reduce((sum, category) => sum + counts[category], 0),
          rows,
        ),
      )
    return all
  }
  return {
    categories: shown.map((category) => categories[category]),
    real: shares(realCounts, real.values.length),
    synthetic: shares(syntheticCounts, synthetic.values.length),
  }
}

function share(count: number, rows: number): number {
  return Math.round((count / rows) * 1e4) / 1e4
}

function compact(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(6))
}
