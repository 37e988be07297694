/** Moves a connector's stream, in a topic or a file: sets where a shard continues. Fences the connector as far as possible. */
import type { ConnectorConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import type { TopicDescription } from '../kafka/admin.js'
import type { CheckpointTarget, TopicCheckpoint } from '../kafka/checkpoint-record.js'
import type { Checkpoint } from '../record.js'
import { readCheckpointFile, replaceCheckpointFile } from './file/checkpoint-file.js'
import { lockFile } from './file/file-lock.js'
import { shardFile } from './file/options.js'

export interface PositionMove {
  /** Of the connector's current stream; required if a shard moves to another position, to continue with it. */
  readonly fingerprint?: string
  /**
   * The shard's next position, congruent to the shard modulo tasks.max; null: its beginning. `current`: null if it has never
   * delivered anything. Returning the same position leaves it unchanged.
   */
  readonly next: (shard: number, current: number | null) => number | null
  /** Makes unmoved shards continue in the topic and group that the configuration names now. */
  readonly acceptTarget: boolean
}

export interface MovedPosition {
  readonly shard: number
  /** Null: nothing was delivered, or the checkpoint was unreadable. */
  readonly from: number | null
  readonly to: number | null
}

/**
 * Moves the shards of a delivery (a connector with one sink). In a topic, fences its transactional ids first: running
 * tasks end with KAFKA_FENCED. A file must be free: SINK_FAILED if a task holds it. Existing records stay.
 * Throws USAGE for sinks without our checkpoints, and CHECKPOINT_INVALID if a checkpoint to be kept is unusable.
 */
export async function movePositions(
  connector: ConnectorConfig,
  worker: WorkerConfig,
  move: PositionMove,
): Promise<MovedPosition[]> {
  const { sink } = connector
  if (sink.type === 'kafka') return moveInTopic(connector, worker, move)
  if (sink.type === 'file') return moveInFiles(connector, sink.path, move)
  throw withoutPositions(connector)
}

/** Current checkpoints of a delivery, by shard. Throws as movePositions does. */
export async function readPositions(
  connector: ConnectorConfig,
  worker: WorkerConfig,
): Promise<ReadonlyMap<number, Checkpoint>> {
  const { sink, tasks } = connector
  if (sink.type === 'kafka') {
    const { ownerOf, readCheckpoints } = await import('../kafka/move-checkpoints.js')
    return readCheckpoints(ownerOf(connector, worker))
  }
  if (sink.type !== 'file') throw withoutPositions(connector)
  const found = new Map<number, Checkpoint>()
  for (let shard = 0; shard < tasks.max; shard++) {
    const saved = await readCheckpointFile(checkpointPath(connector, sink.path, shard))
    if (saved !== null && saved.checkpoint !== null) found.set(shard, saved.checkpoint)
  }
  return found
}

async function moveInTopic(
  connector: ConnectorConfig,
  worker: WorkerConfig,
  { next, fingerprint, acceptTarget }: PositionMove,
): Promise<MovedPosition[]> {
  // Loaded on demand: the Kafka libraries take longer to load than everything else.
  const [{ moveCheckpoints, ownerOf }, { isSameTopic, targetFrom, targetNow }] = await Promise.all([
    import('../kafka/move-checkpoints.js'),
    import('../kafka/checkpoint-target.js'),
  ])
  const { group } = worker
  let topic: TopicDescription | null = null
  const shards = connector.tasks.max
  const targetOf = async (current: TopicCheckpoint | null, position: number): Promise<CheckpointTarget> => {
    const target = (topic ??= await targetTopic(connector, worker))
    // Version 0.1 did not store the topic; the records may all be in this one.
    if (current !== null && (current.target === undefined || isSameTopic(current.target, target)))
      return targetNow(group.id, target, { ...current, position })
    return targetFrom(group.id, target, position)
  }
  const moved = await moveCheckpoints(ownerOf(connector, worker), async (shard, found) => {
    if (shard >= shards) return null
    const current = found === 'corrupt' ? null : found
    const position = next(shard, current?.position ?? null)
    if (position === null) return null
    if (position === current?.position && !acceptTarget) return current
    const stays = position === current?.position
    if (stays && current.shards !== shards) throw anotherNumber(connector, current)
    const target = await targetOf(current, position)
    return { position, fingerprint: stays ? current.fingerprint : needed(fingerprint), shards, target }
  })
  return moved.map(({ shard, from, to }) => ({ shard, from: from?.position ?? null, to: to?.position ?? null }))
}

/** The topic to continue in, created if missing and allowed. */
async function targetTopic({ topic, topicCreation }: ConnectorConfig, worker: WorkerConfig): Promise<TopicDescription> {
  if (topic === null) throw new GenesisError('INTERNAL', 'a kafka sink without a topic')
  const { KafkaAdmin } = await import('../kafka/admin.js')
  const admin = new KafkaAdmin(worker.kafka)
  try {
    return await admin.ensureTopic(topic, topicCreation.enabled ? topicCreation : null)
  } finally {
    await admin.close()
  }
}

async function moveInFiles(
  connector: ConnectorConfig,
  path: string,
  { next, fingerprint }: PositionMove,
): Promise<MovedPosition[]> {
  const { name, tasks } = connector
  const shards = tasks.max
  const moved: MovedPosition[] = []
  for (let shard = 0; shard < shards; shard++) {
    const saved = await readCheckpointFile(checkpointPath(connector, path, shard))
    const from = saved?.checkpoint?.position ?? null
    const to = next(shard, from)
    if (to === from) {
      if (from !== null) moved.push({ shard, from, to })
      continue
    }
    if (saved === null) throw withoutFile(shardFile(path, shard, shards))
    const lock = await lockFile(shardFile(path, shard, shards), `${name}/${shard}, to be moved`)
    try {
      // What the file holds up to its checkpoint stays; the stream continues after it.
      const checkpoint = to === null ? null : { position: to, fingerprint: needed(fingerprint), shards }
      await replaceCheckpointFile(checkpointPath(connector, path, shard), { ...saved, checkpoint })
    } finally {
      await lock.release()
    }
    moved.push({ shard, from, to })
  }
  return moved
}

function needed(fingerprint: string | undefined): string {
  if (fingerprint === undefined) throw new GenesisError('INTERNAL', 'a move without the fingerprint of its stream')
  return fingerprint
}

function checkpointPath({ tasks }: ConnectorConfig, path: string, shard: number): string {
  return `${shardFile(path, shard, tasks.max)}.checkpoint`
}

function withoutPositions({ name, file, sink }: ConnectorConfig): GenesisError {
  return new GenesisError('USAGE', `a ${sink.type} sink keeps no checkpoints that could be moved`, {
    place: file ?? name,
    expected: 'a connector with a kafka or file sink',
  })
}

function withoutFile(path: string): GenesisError {
  return new GenesisError('USAGE', 'a file that nothing was written to has no position to move', {
    place: path,
    expected: 'a file with a checkpoint',
  })
}

function anotherNumber({ name, tasks }: ConnectorConfig, { shards }: Checkpoint): GenesisError {
  return new GenesisError('CHECKPOINT_INVALID', 'the stream was started with another tasks.max', {
    place: `connector ${name}`,
    found: `${shards}`,
    expected: `${tasks.max}`,
    remedy: 'Undo the change, or restart the stream: genesis reset',
  })
}
