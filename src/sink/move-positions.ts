/** Moves a connector's stream: where a shard goes on, in a topic or in a file. The connector is fenced, as far as it can be. */
import type { ConnectorConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import type { TopicDescription } from '../kafka/admin.js'
import type { CheckpointTarget, TopicCheckpoint } from '../kafka/checkpoint-record.js'
import type { Checkpoint } from '../record.js'
import { readCheckpointFile, replaceCheckpointFile } from './file/checkpoint-file.js'
import { lockFile } from './file/file-lock.js'
import { shardPath } from './file/sink.js'

export interface PositionMove {
  /** Of the connector's stream as it is now; needed where a shard moves to another position, to go on with it. */
  readonly fingerprint?: string
  /**
   * The shard's next position, congruent to the shard modulo tasks.max; null: its beginning. `current`: null where it has never
   * delivered anything. The same number leaves it as it is.
   */
  readonly next: (shard: number, current: number | null) => number | null
  /** Shards that stay where they are go on in the topic, and in the group, that the configuration names now. */
  readonly acceptTarget: boolean
}

export interface MovedPosition {
  readonly shard: number
  /** Null: it had delivered nothing, or nobody could read what its checkpoint said. */
  readonly from: number | null
  readonly to: number | null
}

/**
 * Moves the shards of a delivery (a connector with one sink). In a topic its transactional ids are fenced first: tasks that
 * run end with KAFKA_FENCED. A file has to be free: SINK_FAILED if a task holds it. Records that are there stay.
 * Throws USAGE for sinks without checkpoints of ours, and CHECKPOINT_INVALID where a checkpoint that is to stay cannot.
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

/** The checkpoints of a delivery by shard, as they are. Throws as movePositions does. */
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
  // Not before it is needed: the Kafka libraries take longer to load than all the rest.
  const [{ moveCheckpoints, ownerOf }, { isSameTopic, targetFrom, targetNow }] = await Promise.all([
    import('../kafka/move-checkpoints.js'),
    import('../kafka/checkpoint-target.js'),
  ])
  const { group } = worker
  let topic: TopicDescription | null = null
  const shards = connector.tasks.max
  const targetOf = async (current: TopicCheckpoint | null, position: number): Promise<CheckpointTarget> => {
    const target = (topic ??= await targetTopic(connector, worker))
    // Of version 0.1: nobody knows which topic it was, and the records may all be here.
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

/** The topic to go on in, made if it is missing and that is allowed. */
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
    if (saved === null) throw withoutFile(shardPath(path, { connector: name, shard, shards }))
    const lock = await lockFile(shardPath(path, { connector: name, shard, shards }), `${name}/${shard}, to be moved`)
    try {
      // What the file holds up to its checkpoint stays; the stream goes on behind it.
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

function checkpointPath({ name, tasks }: ConnectorConfig, path: string, shard: number): string {
  return `${shardPath(path, { connector: name, shard, shards: tasks.max })}.checkpoint`
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
