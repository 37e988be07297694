import type { ShardId } from '../record.js'
import type { Throughput } from './create.js'
import type { Pacer } from './pacer.js'
import { Unlimited } from './unlimited.js'

/** The pacing of one shard. */
export interface Pacing {
  /** Maximum number of records asked for at a time, which is the required buffer size. */
  readonly largestGrant: number
  /** As `createPacer`. */
  create(seed: number, commitMs: number): Pacer
}

/**
 * `createPacer` and `largestGrant` for a shard of a stream with this many records. As fast as possible needs none of the pacers that keep a
 * rate.
 */
export async function loadPacing(throughput: Throughput, shard: ShardId, records = Infinity): Promise<Pacing> {
  const most = Math.max(1, records)
  const { rate, intervalMs, adaptive, shape, batchSize } = throughput
  const isLimited = rate !== null || intervalMs !== null || adaptive !== null || shape.type === 'curve'
  if (!isLimited) return { largestGrant: Math.min(batchSize, most), create: () => new Unlimited() }
  const { createPacer, largestGrant } = await import('./create.js')
  return {
    largestGrant: Math.min(largestGrant(throughput, shard), most),
    create: (seed, commitMs) => createPacer(throughput, shard, seed, commitMs),
  }
}
