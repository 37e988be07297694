import type { ShardId } from '../record.js'
import type { Throughput } from './create.js'
import type { Pacer } from './pacer.js'
import { Unlimited } from './unlimited.js'

/** The pacing of one shard. */
export interface Pacing {
  /** Maximum number of records asked for at a time. */
  readonly largestGrant: number
  /** As `createPacer`. */
  create(seed: number, commitMs: number): Pacer
}

/** `createPacer` and `largestGrant` for a shard. As fast as possible needs none of the pacers that keep a rate. */
export async function loadPacing(throughput: Throughput, shard: ShardId): Promise<Pacing> {
  const { rate, intervalMs, adaptive, shape, batchSize } = throughput
  const isLimited = rate !== null || intervalMs !== null || adaptive !== null || shape.type === 'curve'
  if (!isLimited) return { largestGrant: batchSize, create: () => new Unlimited() }
  const { createPacer, largestGrant } = await import('./create.js')
  return {
    largestGrant: largestGrant(throughput, shard),
    create: (seed, commitMs) => createPacer(throughput, shard, seed, commitMs),
  }
}
