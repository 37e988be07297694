import type { ConnectorConfig } from '../config/connector.js'
import type { ShardId } from '../record.js'
import { FixedRate } from './fixed-rate.js'
import { IntervalBatches } from './interval-batches.js'
import type { Pacer } from './pacer.js'
import { Unlimited } from './unlimited.js'

/** The pacer of one shard; the shards' pacers together give the throughput that the connector asks for. */
export function createPacer(
  { rate, intervalMs, batchSize }: ConnectorConfig['throughput'],
  { shard, shards }: ShardId,
): Pacer {
  if (rate !== null) return new FixedRate({ ratePerSecond: rate / shards, phase: shard / shards })
  if (intervalMs !== null) return new IntervalBatches({ batchSize, intervalMs, shard, shards })
  return new Unlimited()
}

/** The most records that one shard can ever be asked for at once: how large its buffers have to be. */
export function largestGrant({ rate, batchSize }: ConnectorConfig['throughput'], { shards }: ShardId): number {
  return rate === null ? batchSize : Math.min(batchSize, Math.max(1, Math.ceil(rate / shards)))
}
