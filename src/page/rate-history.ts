/** Rates since the page was opened. */
import type { Connector } from './shapes.js'

const maxPoints = 450

export interface RatePoints {
  /** Seconds since 1970. */
  readonly times: readonly number[]
  /** Records per second. */
  readonly rates: readonly number[]
}

const none: RatePoints = { times: [], rates: [] }

/** The last 450 readings of each connector: 15 minutes at one every two seconds. */
export class RateHistory {
  readonly #points = new Map<string, { times: number[]; rates: number[] }>()

  /** `now`: milliseconds since 1970. Forgets connectors that are gone. */
  add(connectors: readonly Connector[], now: number): void {
    const gone = new Set(this.#points.keys())
    for (const { name, records_per_second: rate } of connectors) {
      gone.delete(name)
      const points = this.#points.get(name) ?? { times: [], rates: [] }
      this.#points.set(name, points)
      points.times.push(now / 1000)
      points.rates.push(rate)
      if (points.times.length <= maxPoints) continue
      points.times.shift()
      points.rates.shift()
    }
    for (const name of gone) this.#points.delete(name)
  }

  of(name: string): RatePoints {
    return this.#points.get(name) ?? none
  }
}

/** Size of a sparkline, in px. */
export const sparkWidth = 72
export const sparkHeight = 20
const sparkPoints = 36

/** The points of an SVG polyline from the last rates; its height is the highest of them. Empty: fewer than two. */
export function sparkline(rates: readonly number[]): string {
  const shown = rates.slice(-sparkPoints)
  if (shown.length < 2) return ''
  const highest = Math.max(...shown, Number.MIN_VALUE)
  const step = sparkWidth / (sparkPoints - 1)
  const left = sparkWidth - (shown.length - 1) * step
  const y = (rate: number): number => 1 + (1 - rate / highest) * (sparkHeight - 2)
  return shown.map((rate, i) => `${(left + i * step).toFixed(1)},${y(rate).toFixed(1)}`).join(' ')
}
