import { GenesisError } from '../errors.js'
import type { Checkpoint, ShardId } from '../record.js'

/** `connector orders, shard 0 of 2`, with the sink if there are several. */
export function shardName({ connector, sink, shard, shards }: ShardId): string {
  return `connector ${connector}, ${sink === undefined ? '' : `sink ${sink}, `}shard ${shard} of ${shards}`
}

/**
 * Rejects a checkpoint of another stream or another shard: continuing from it would mix two streams
 * in one target. Throws CHECKPOINT_INVALID. `place`: where it was read, if known in more detail than its owner.
 */
export function checkCheckpoint(checkpoint: Checkpoint, fingerprint: string, shard: ShardId, place?: string): void {
  const refuse = (what: string, found: string, expected: string): never => {
    throw new GenesisError('CHECKPOINT_INVALID', what, {
      place: place ?? shardName(shard),
      found,
      expected,
      remedy:
        'Undo the change, or restart it (genesis reset), or give the connector a new name (and target) for a new stream',
    })
  }
  if (checkpoint.shards !== shard.shards) {
    refuse('the stream was started with another tasks.max', `${checkpoint.shards}`, `${shard.shards}`)
  }
  if (checkpoint.fingerprint !== fingerprint) {
    const what = 'the stream was started with another model, condition, seed or layout'
    refuse(what, `fingerprint ${checkpoint.fingerprint}`, fingerprint)
  }
  const { position } = checkpoint
  if (!Number.isSafeInteger(position) || position < 0 || position % shard.shards !== shard.shard) {
    refuse('the checkpoint is not a position of this shard', `${position}`, `p mod ${shard.shards} = ${shard.shard}`)
  }
}
