import type { RatePoint } from '../config/rate-file.js'

/** Rates over time. All pure: milliseconds in, records out. */
export interface RateCurve {
  /** Records due in the first `ms` milliseconds: from 0, non-decreasing, continuous. */
  cumulative(ms: number): number
  /** When `records` are due, in milliseconds: the inverse of `cumulative`; Infinity: never. Omitted: found by search. */
  reached?(records: number): number
  /** The maximum rate, in records per second. */
  readonly peak: number
}

/** Constantly `perSecond`. */
export function constantRate(perSecond: number): RateCurve {
  const perMs = perSecond / 1000
  return { cumulative: (ms) => ms * perMs, reached: (records) => records / perMs, peak: perSecond }
}

/** Linear from one rate to another over `periodMs`, then constant. */
export function rampRate(from: number, to: number, periodMs: number): RateCurve {
  const slope = (to - from) / periodMs
  return {
    cumulative(ms) {
      const rising = Math.min(ms, periodMs)
      return (rising * from + (slope * rising ** 2) / 2 + (ms - rising) * to) / 1000
    },
    peak: Math.max(from, to),
  }
}

/**
 * Day and night: rate · (1 − amplitude · cos 2πt/period), `amplitude` from 0 to 1. Starts at the lowest rate and averages
 * `mean` over a period.
 */
export function sineRate(mean: number, amplitude: number, periodMs: number): RateCurve {
  const turn = (2 * Math.PI) / periodMs
  return {
    cumulative: (ms) => (mean * (ms - (amplitude * Math.sin(turn * ms)) / turn)) / 1000,
    peak: mean * (1 + amplitude),
  }
}

/** `burst` during the first `lengthMs` of every `periodMs`, and `base` (0 or more) in between. */
export function burstRate(base: number, burst: number, lengthMs: number, periodMs: number): RateCurve {
  const period = (lengthMs * burst + (periodMs - lengthMs) * base) / 1000
  return {
    cumulative(ms) {
      const periods = Math.floor(ms / periodMs)
      const rest = ms - periods * periodMs
      const inBurst = Math.min(rest, lengthMs)
      return periods * period + (inBurst * burst + (rest - inBurst) * base) / 1000
    },
    peak: Math.max(base, burst),
  }
}

/** Linear between at least two points with increasing times; repeats after the last. */
export function recordedRate(points: readonly RatePoint[]): RateCurve {
  const [{ ms: origin }] = points
  const sums = [0]
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]]
    sums.push(sums[i - 1] + ((b.ms - a.ms) * (a.perSecond + b.perSecond)) / 2000)
  }
  const periodMs = points[points.length - 1].ms - origin
  const period = sums[sums.length - 1]
  return {
    cumulative(ms) {
      const periods = Math.floor(ms / periodMs)
      const at = origin + ms - periods * periodMs
      let low = 0
      let high = points.length - 1
      while (high - low > 1) {
        const middle = (low + high) >> 1
        if (points[middle].ms <= at) low = middle
        else high = middle
      }
      const [a, b] = [points[low], points[high]]
      const passed = at - a.ms
      const slope = (b.perSecond - a.perSecond) / (b.ms - a.ms)
      return periods * period + sums[low] + (passed * a.perSecond + (slope * passed ** 2) / 2) / 1000
    },
    peak: points.reduce((peak, { perSecond }) => Math.max(peak, perSecond), 0),
  }
}

/** The same rates on another time scale: with `speed` 168 a week's shape takes an hour. */
export function faster(curve: RateCurve, speed: number): RateCurve {
  return { cumulative: (ms) => curve.cumulative(ms * speed) / speed, peak: curve.peak }
}

/** When `records` are due, not before `fromMs`; accurate to a millionth of a millisecond, at most `horizonMs` ahead. */
export function reachedAt(curve: RateCurve, records: number, fromMs: number): number {
  if (curve.reached !== undefined) return Math.max(fromMs, curve.reached(records))
  if (curve.cumulative(fromMs) >= records) return fromMs
  let step = 1
  while (curve.cumulative(fromMs + step) < records) {
    if (step >= horizonMs) return fromMs + horizonMs
    step *= 2
  }
  let [low, high] = [fromMs + (step === 1 ? 0 : step / 2), fromMs + step]
  while (high - low > 1e-6) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) break
    if (curve.cumulative(middle) < records) low = middle
    else high = middle
  }
  return high
}

/** Callers with a longer wait ask again. */
const horizonMs = 3_600_000
