/** Where the bars of a plot are. */
import type { Bars } from './shapes.js'

export interface Bar {
  readonly of: 'real' | 'synthetic'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const plotWidth = 300
const uprightHeight = 100
/** Space between bars, and between the two of a pair: shares of a step. */
const gap = 0.14
export const rowHeight = 22
/** Where rows begin: their labels are on the left. */
export const rowsLeft = 110

export function plotHeight({ ordered, real }: Bars): number {
  return ordered ? uprightHeight : real.length * rowHeight
}

/** A pair for each label, real first: upright from the lowest interval, or a row for each category. */
export function barsOf(bars: Bars): readonly Bar[] {
  const { ordered, real, synthetic } = bars
  const highest = Math.max(...real, ...synthetic, Number.MIN_VALUE)
  const step = ordered ? plotWidth / real.length : rowHeight
  const thickness = (step * (1 - gap)) / 2
  return real.flatMap((share, i) =>
    [share, synthetic[i]].map((one, k) => {
      const of = k === 0 ? 'real' : 'synthetic'
      const start = i * step + (step * gap) / 2 + k * thickness
      const length = (one / highest) * (ordered ? uprightHeight : plotWidth - rowsLeft)
      return ordered
        ? { of, x: start, y: uprightHeight - length, width: thickness, height: length }
        : { of, x: rowsLeft, y: start, width: length, height: thickness }
    }),
  )
}

/** The ends of the axis of intervals: the first bar's start and the last one's end. */
export function axisEnds({ labels }: Bars): readonly [string, string] {
  const first = labels[0].split(' – ')[0]
  return [first, labels[labels.length - 1].split(' – ').at(-1) ?? '']
}
