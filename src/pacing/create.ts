import type { ConnectorConfig, RateShape } from '../config/connector.js'
import { readRateFile } from '../config/rate-file.js'
import type { ShardId } from '../record.js'
import { AdaptiveRate } from './adaptive.js'
import { EvenArrivals, PoissonArrivals } from './arrivals.js'
import { IntervalBatches } from './interval-batches.js'
import type { Pacer } from './pacer.js'
import { burstRate, constantRate, faster, rampRate, recordedRate, sineRate, type RateCurve } from './rate-curve.js'
import { defaultGroupMs, ShapedRate } from './shaped-rate.js'
import { Unlimited } from './unlimited.js'

export type Throughput = Omit<ConnectorConfig['throughput'], 'maxRecords'>

/** The share of a transaction's interval that a group may take: timers are late, and a commit takes time, too. */
const groupShare = 0.85

/**
 * The pacer of one shard; all shards' pacers together give the connector's throughput. `seed`: of Poisson arrivals. `commitMs`: no record
 * should wait longer for its transaction to end (default: any time). Throws CONFIG_UNREADABLE or CONFIG_INVALID for the file of a recorded rate.
 */
export function createPacer(
  throughput: Throughput,
  { shard, shards }: ShardId,
  seed: number,
  commitMs = Infinity,
): Pacer {
  const { rate, intervalMs, batchSize, adaptive, arrivals } = throughput
  if (adaptive !== null) {
    const { targetLatencyMs } = adaptive
    return new AdaptiveRate({ targetLatencyMs, minimum: 1 / shards, ...(rate !== null && { maximum: rate / shards }) })
  }
  if (intervalMs !== null) return new IntervalBatches({ batchSize, intervalMs, shard, shards })
  const curve = curveOf(throughput)
  if (curve === null) return new Unlimited()
  return new ShapedRate({
    curve,
    share: 1 / shards,
    groupMs: Math.min(defaultGroupMs, groupShare * commitMs),
    // Staggered, they are even together (Hermite's identity), as random parts of a Poisson process form one.
    arrivals: () => (arrivals === 'even' ? new EvenArrivals(shard / shards) : new PoissonArrivals(seed, shard)),
  })
}

/** Maximum number of records a shard is asked for at a time, which is the required buffer size. */
export function largestGrant(throughput: Throughput, { shards }: ShardId): number {
  const { batchSize, adaptive } = throughput
  const curve = adaptive === null ? curveOf(throughput) : null
  if (curve === null) return batchSize
  return Math.min(batchSize, Math.max(1, Math.ceil(curve.peak / shards)))
}

function curveOf({ rate, shape }: Throughput): RateCurve | null {
  const curve =
    shape.type === 'curve' ? recordedRate(readRateFile(shape.file)) : rate === null ? null : shapedCurve(rate, shape)
  return curve === null || shape.speed === 1 ? curve : faster(curve, shape.speed)
}

function shapedCurve(rate: number, shape: Exclude<RateShape, { type: 'curve' }>): RateCurve {
  switch (shape.type) {
    case 'constant':
      return constantRate(rate)
    case 'ramp':
      return rampRate(rate, shape.toRate, shape.periodMs)
    case 'sine':
      return sineRate(rate, shape.amplitude, shape.periodMs)
    case 'bursts':
      return burstRate(rate, shape.burstRate, shape.burstMs, shape.periodMs)
  }
}
