import { readRateFile } from '../../config/rate-file.js'
import type { RateShape } from '../../config/connector.js'
import type { TimeCurve } from '../artifact.js'

/** Number of straight lines that approximate a sine period, with an error of at most 1 in 2,000. */
const wavePieces = 96

/**
 * A rate and its shape as a curve of event time. `rate`: records per second; a recorded curve has its own. With speed s, event time
 * passes s times as fast as the rate says. Throws as `readRateFile` does.
 */
export function curveOfShape(rate: number, shape: RateShape): TimeCurve {
  const { points, repeats } = curveAtSpeedOne(rate, shape)
  const { speed } = shape
  return { repeats, points: points.map(([ms, perSecond]) => [ms, perSecond / speed] as const) }
}

function curveAtSpeedOne(rate: number, shape: RateShape): TimeCurve {
  switch (shape.type) {
    case 'constant':
      return { points: [[0, rate]], repeats: false }
    case 'ramp': {
      const { toRate, periodMs } = shape
      return {
        points: [
          [0, rate],
          [periodMs, toRate],
        ],
        repeats: false,
      }
    }
    case 'sine': {
      const { amplitude, periodMs } = shape
      const points = Array.from({ length: wavePieces + 1 }, (_, index): [number, number] => {
        const wave = rounded(Math.cos((2 * Math.PI * index) / wavePieces))
        return [(periodMs * index) / wavePieces, rate * (1 - amplitude * wave)]
      })
      return { points, repeats: true }
    }
    case 'bursts': {
      const { burstRate, burstMs, periodMs } = shape
      return {
        points: [
          [0, burstRate],
          [burstMs, burstRate],
          [burstMs, rate],
          [periodMs, rate],
        ],
        repeats: true,
      }
    }
    case 'curve': {
      const points = readRateFile(shape.file)
      const [{ ms: origin }] = points
      return { points: points.map(({ ms, perSecond }) => [ms - origin, perSecond] as const), repeats: true }
    }
  }
}

/** The last digits of a cosine differ between machines; the first twelve do not. */
function rounded(value: number): number {
  return Math.round(value * 1e12) / 1e12
}
