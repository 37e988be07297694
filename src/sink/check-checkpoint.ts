import { GenesisError } from '../errors.js'
import type { Checkpoint, ShardId } from '../record.js'

/** `connector orders, shard 0 of 2`, with the sink where there are several. */
export function shardName({ connector, sink, shard, shards }: ShardId): string {
  return `connector ${connector}, ${sink === undefined ? '' : `sink ${sink}, `}shard ${shard} of ${shards}`
}

/**
 * Refuses a checkpoint that another stream has made, or that is none of this shard: going on from it would mix two streams
 * in one target. Throws CHECKPOINT_INVALID. `place`: where it was read, if more is known than whose it is.
 */
export function checkCheckpoint(checkpoint: Checkpoint, fingerprint: string, shard: ShardId, place?: string): void {
  const refuse = (what: string, found: string, expected: string): never => {
    throw new GenesisError('CHECKPOINT_INVALID', what, {
      place: place ?? shardName(shard),
      found,
      expected,
      remedy:
        'Undo the change, or start the stream again (genesis reset), or give the connector a new name (and target) for a new stream',
    })
  }
  if (checkpoint.shards !== shard.shards) {
    refuse('the stream was started with another tasks.max', `${checkpoint.shards}`, `${shard.shards}`)
  }
  if (checkpoint.fingerprint !== fingerprint) {
    const what = 'the stream was begun with another model, condition, seed or layout'
    refuse(what, `fingerprint ${checkpoint.fingerprint}`, fingerprint)
  }
  const { position } = checkpoint
  if (!Number.isSafeInteger(position) || position < 0 || position % shard.shards !== shard.shard) {
    refuse('the checkpoint is not a position of this shard', `${position}`, `p mod ${shard.shards} = ${shard.shard}`)
  }
}
