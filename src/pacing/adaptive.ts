import type { Pacer } from './pacer.js'
import type { RateCurve } from './rate-curve.js'
import { ShapedRate } from './shaped-rate.js'

export interface AdaptiveRateOptions {
  /** Target for the 95th percentile of acknowledgement latency. */
  readonly targetLatencyMs: number
  /** Records per second; default 1 and unlimited. */
  readonly minimum?: number
  readonly maximum?: number
  /** Initial rate; default 100. */
  readonly initial?: number
}

/** Decisions are this many target latencies apart, so that each sees the effect of the one before. */
const latenciesPerDecision = 4
const minPeriodMs = 200
const minAcknowledgements = 5
/** No change while the p95 latency is between these shares of the target; above them the rate is reduced. */
const deadBand = [0.7, 0.85] as const
const ease = 0.97
/** Growth while no limit is known. */
const doubling = 2
/** Growth below the known limit. */
const climb = 1.1
/** How close to the limit the rate stays, and how far below it drops to drain the queue. */
const near = 0.95
const drain = 0.8
/** Target latencies to let the queue drain before the next check. */
const maxSettling = 20
/** Step of a probe; doubled after each calm one. */
const firstProbe = 0.02
const widestProbe = 0.1
/** A probe has gone too far if latency grows by more than this factor. */
const strain = 1.25
/** Calm decisions before the next probe, and the number of consecutive failures after which that is no longer doubled. */
const patience = 8
const maxDoublings = 4

/**
 * Finds the highest rate at which p95 latency meets the target. It doubles until the target is exceeded, remembers
 * the acknowledged rate at that point as the limit, drains the queue, and stays just below the limit. A raised limit
 * is found by probes that start small and are reverted as soon as latency reacts (as in TCP Vegas; Brakmo &
 * Peterson, 1995), a lowered one by the next latency above the target. Between 70 % and 85 % of the target nothing
 * changes: that, and ever rarer probes when they fail, prevents oscillation.
 */
export class AdaptiveRate implements Pacer {
  readonly #curve: AdjustableRate
  readonly #pacer: ShapedRate
  readonly #target: number
  readonly #minimum: number
  readonly #maximum: number
  #origin: number | null = null
  #limit = Infinity
  /** At the previous decision. */
  #p95 = 0
  #probe = firstProbe
  #probing: { readonly from: number; readonly p95: number } | null = null
  #calm = 0
  #failures = 0
  /** Since the last decision. */
  #since = 0
  #latencies: Acknowledgement[] = []
  /** Anything acknowledged before this was sent before the last change took effect. */
  #settled = 0

  constructor({ targetLatencyMs, minimum = 1, maximum = Infinity, initial = 100 }: AdaptiveRateOptions) {
    this.#target = targetLatencyMs
    this.#minimum = minimum
    this.#maximum = maximum
    this.#curve = new AdjustableRate(Math.min(maximum, Math.max(minimum, initial)))
    this.#pacer = new ShapedRate({ curve: this.#curve })
  }

  /** The current rate, in records per second. */
  get ratePerSecond(): number {
    return this.#curve.perSecond
  }

  start(now: number): void {
    this.#origin ??= now
    this.#pacer.start(now)
    this.#begin(now)
  }

  grant(max: number, now: number): number {
    return this.#pacer.grant(max, now)
  }

  delay(now: number): number {
    return this.#pacer.delay(now)
  }

  acknowledged(records: number, latencyMs: number, now: number): void {
    if (now < this.#settled) return
    this.#latencies.push({ ms: latencyMs, records, at: now })
    const elapsed = now - this.#since
    // Far above the target there is no point in waiting.
    const urgent = latencyMs > 2 * this.#target && elapsed >= this.#target
    const enough = this.#latencies.length >= minAcknowledgements || elapsed >= 10 * this.#period
    if (urgent || (elapsed >= this.#period && enough)) this.#decide(now)
  }

  get #period(): number {
    return Math.max(minPeriodMs, latenciesPerDecision * this.#target)
  }

  #decide(now: number): void {
    const p95 = weightedQuantile(this.#latencies, 0.95)
    const rate = this.#curve.perSecond
    const achieved = this.#achieved(rate)
    const probe = this.#probing
    const before = this.#p95
    this.#p95 = p95
    this.#probing = null
    if (p95 > this.#target) {
      this.#limit = Math.min(rate, achieved)
      const far = p95 > 2 * this.#target
      this.#failures = 0
      this.#probe = firstProbe
      this.#calm = 0
      this.#change(this.#limit * (far ? drain : near * near), now)
      this.#settled = now + Math.min(p95, maxSettling * this.#target)
    } else if (probe !== null && p95 > strain * probe.p95) {
      this.#failures = Math.min(maxDoublings, this.#failures + 1)
      this.#probe = firstProbe
      this.#calm = 0
      this.#change(probe.from * near, now)
      this.#limit = probe.from / near
    } else if (p95 > deadBand[1] * this.#target) {
      this.#probe = firstProbe
      this.#calm = 0
      this.#limit = Math.min(this.#limit, rate)
      // Already draining: leave it.
      if (p95 >= before) this.#change(rate * ease, now)
    } else if (p95 < deadBand[0] * this.#target && achieved > rate / 2) {
      if (probe !== null) {
        this.#failures = 0
        this.#probe = Math.min(widestProbe, this.#probe * 2)
        this.#calm = patience
        this.#limit = rate / near
      }
      this.#raise(rate, p95, now)
    }
    this.#begin(Math.max(now, this.#settled))
  }

  /** Records per second over the later half of the acknowledgements: the earlier ones were sent at another rate. */
  #achieved(rate: number): number {
    const later = this.#latencies.slice(this.#latencies.length >> 1)
    const ms = later[later.length - 1].at - later[0].at
    // A single one says nothing about the rate, but its latency is too long: half.
    return ms > 0 ? (later.slice(1).reduce((sum, { records }) => sum + records, 0) * 1000) / ms : rate / 2
  }

  #raise(rate: number, p95: number, now: number): void {
    if (rate >= this.#maximum) return
    if (this.#limit === Infinity) return this.#change(rate * doubling, now)
    if (rate < this.#limit * near * 0.999) return this.#change(Math.min(rate * climb, this.#limit * near), now)
    if (++this.#calm < patience * 2 ** this.#failures) return
    this.#probing = { from: rate, p95 }
    // The queue built up until the next decision must not use half of the remaining target.
    const most = (this.#target - p95) / (2 * this.#period)
    this.#change(rate * (1 + Math.min(this.#probe, most)), now)
  }

  #change(perSecond: number, now: number): void {
    const bounded = Math.min(this.#maximum, Math.max(this.#minimum, perSecond))
    this.#curve.change(bounded, now - (this.#origin ?? now))
  }

  #begin(now: number): void {
    this.#since = now
    this.#latencies = []
  }
}

/** A rate that changes over time. */
class AdjustableRate implements RateCurve {
  readonly peak = Infinity
  perSecond: number
  #at = 0
  #records = 0

  constructor(perSecond: number) {
    this.perSecond = perSecond
  }

  change(perSecond: number, ms: number): void {
    this.#records = this.cumulative(ms)
    this.#at = ms
    this.perSecond = perSecond
  }

  cumulative(ms: number): number {
    return this.#records + ((ms - this.#at) * this.perSecond) / 1000
  }

  reached(records: number): number {
    return this.#at + ((records - this.#records) * 1000) / this.perSecond
  }
}

interface Acknowledgement {
  readonly ms: number
  readonly records: number
  readonly at: number
}

function weightedQuantile(values: readonly Acknowledgement[], share: number): number {
  const sorted = [...values].sort((a, b) => a.ms - b.ms)
  const wanted = share * sorted.reduce((sum, { records }) => sum + records, 0)
  let seen = 0
  for (const { ms, records } of sorted) {
    seen += records
    if (seen >= wanted) return ms
  }
  return NaN
}
