import type { ClusterOptions } from '../../config/cluster.js'
import type { TopicDescription } from '../../kafka/admin.js'
import { GenesisError } from '../../errors.js'
import type { BrokerSource } from '../../kafka/broker-source.js'
import { CheckpointReader } from '../../kafka/checkpoint-reader.js'
import { checkpointRecord } from '../../kafka/checkpoint-record.js'
import type { CheckpointTarget, TopicCheckpoint } from '../../kafka/checkpoint-record.js'
import { targetNow } from '../../kafka/checkpoint-target.js'
import { createProducer } from '../../kafka/create-producer.js'
import type { ProducerClient } from '../../kafka/create-producer.js'
import { assignPartitions } from '../../kafka/partitioner.js'
import type { Compression, KafkaProducer, SideRecord } from '../../kafka/producer.js'
import { ThrottleMeter } from '../../kafka/throttle.js'
import { transactionalId } from '../../kafka/transactional-id.js'
import type { Checkpoint, EncodedBatch, ShardId } from '../../record.js'
import { checkCheckpoint, shardName } from '../check-checkpoint.js'
import type { Sink } from '../sink.js'
import { checkTarget } from './check-target.js'
import { deadLettersOf } from './dead-letter.js'
import { fenceEarlierId, isCheckpointLost } from './earlier-owner.js'
import { checkTimestampType, namedTimestamps } from './timestamp-refusal.js'
import { TopicWatch } from './topic-watch.js'
import { findTopic, prepareTopics } from './topics.js'
import type { SinkTopics, TopicsBefore, TopicsPlan } from './topics.js'
import { TransferPace } from './transfer-pace.js'

export interface KafkaSinkOptions extends TopicsPlan {
  readonly shard: ShardId
  /** Identifies the stream's inputs: a checkpoint with any other is rejected. */
  readonly fingerprint: string
  /** The worker group: prefix of the transactional id, and named in the checkpoints. */
  readonly groupId: string
  readonly delivery: 'exactly-once' | 'at-least-once'
  readonly transactionTimeoutMs: number
  readonly compression: Compression
  readonly client: ProducerClient
  /** Whether records carry their own timestamps; absent: the time of sending. */
  readonly hasTimestamps?: boolean
  /** Record batches stay below this and the topic's limit; a larger record goes in its own batch. */
  readonly maxBatchBytes: number
}

/** One shard's records in a topic, and its checkpoint in the checkpoint topic: in one transaction if exactly-once. */
export class KafkaSink implements Sink {
  readonly writesInTurns = true
  readonly #cluster: ClusterOptions
  readonly #options: KafkaSinkOptions
  readonly #reader: CheckpointReader
  readonly #shared: BrokerSource | undefined
  #open: OpenSink | null = null
  /** Found by the last opening: a different checkpoint topic is not the one written to. */
  #checkpointTopicId: string | null = null
  #closings = 0
  #cutShort: (error: GenesisError) => void = () => undefined
  readonly #deadLetters: SideRecord[] = []
  readonly #pace: TransferPace
  readonly #throttle = new ThrottleMeter()

  /** `reader`: of the checkpoint topic; sinks sharing one read the topic once. `shared`: connections for exactly-once. */
  constructor(
    cluster: ClusterOptions,
    options: KafkaSinkOptions,
    reader: CheckpointReader = new CheckpointReader(cluster, options.checkpoints.topic),
    shared?: BrokerSource,
  ) {
    this.#shared = shared
    this.#reader = reader
    this.#cluster = cluster
    this.#options = options
    this.#pace = new TransferPace(options.transactionTimeoutMs)
  }

  get maxRecords(): number {
    return this.#pace.maxRecords
  }

  get throttledMs(): number {
    return this.#throttle.totalMs
  }

  /** A broker that does not answer holds up no one who closes the sink. */
  open(): Promise<Checkpoint | null> {
    return new Promise((resolve, reject) => {
      this.#cutShort = reject
      this.#opening().then(resolve, reject)
    })
  }

  async #opening(): Promise<Checkpoint | null> {
    const { shard, topic, groupId, delivery } = this.#options
    const closings = this.#closings
    /** Whatever comes after a closing would fence the shard's next owner. */
    const stillOpen = (): void => {
      if (closings !== this.#closings) throw closedWhileOpening()
    }
    this.#deadLetters.length = 0
    const topics = await prepareTopics(this.#cluster, this.#options, (before) => this.#inspect(before), this.#shared)
    const { target, checkpointTopic, deadLetters } = topics
    if (this.#options.hasTimestamps) checkTimestampType(target)
    this.#checkpointTopicId = checkpointTopic.topicId
    const producerOptions = {
      topic,
      topicIds: idsOf([target, checkpointTopic]),
      partitions: target.partitions,
      transactionalId: delivery === 'exactly-once' ? transactionalId(groupId, shard) : null,
      transactionTimeoutMs: this.#options.transactionTimeoutMs,
      compression: this.#options.compression,
      maxMessageBytes: target.maxMessageBytes,
      maxBatchBytes: this.#options.maxBatchBytes,
      deadLetters,
      onThrottle: (ms: number) => this.#throttle.add(ms),
    }
    const producer = await createProducer(this.#options.client, this.#cluster, producerOptions, this.#shared)
    stillOpen()
    const open: OpenSink = {
      producer,
      partitions: target.partitions,
      checkpointPartitions: checkpointTopic.partitions,
      target: targetNow(groupId, target, null),
      watch: new TopicWatch(this.#cluster, [target, checkpointTopic], this.#shared),
      assigned: new Int32Array(0),
    }
    this.#open = open
    // Fence first: an earlier owner could otherwise commit after the checkpoint was read.
    await stillThere(producer.init())
    let checkpoint = await this.#checkpoint()
    if (delivery === 'exactly-once' && checkpoint?.target === undefined) {
      stillOpen()
      // A worker of version 0.1 has another id; whatever it has committed by now counts.
      await fenceEarlierId(this.#cluster, groupId, shard, checkpoint !== null, this.#shared)
      checkpoint = await this.#checkpoint()
    }
    if (checkpoint !== null) this.#check(checkpoint, shard.shard, topics)
    else await this.#checkNew(topics)
    stillOpen()
    open.target = targetNow(groupId, target, checkpoint)
    return checkpoint && bare(checkpoint)
  }

  async write(batch: EncodedBatch): Promise<void> {
    const open = this.#opened()
    open.watch.look()
    if (open.assigned.length < batch.length) open.assigned = new Int32Array(batch.length)
    assignPartitions(batch, open.partitions, open.assigned)
    const began = performance.now()
    await this.#named(stillThere(open.producer.send(batch, open.assigned)))
    const bytes = batch.offsets[2 * batch.length] - batch.offsets[0]
    this.#pace.observe(batch.length, bytes, performance.now() - began)
  }

  async commit(checkpoint: Checkpoint): Promise<void> {
    const { producer, checkpointPartitions, target, watch } = this.#opened()
    const { shard, checkpoints } = this.#options
    watch.look()
    const side = checkpointRecord(checkpoints.topic, checkpointPartitions, shard, { ...bare(checkpoint), target })
    // The checkpoint last: it vouches for everything before it.
    await this.#named(stillThere(producer.commit([...this.#deadLetters.splice(0), side])))
  }

  async #named(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      throw namedTimestamps(error, this.#options.hasTimestamps ?? false)
    }
  }

  deadLetter(batch: EncodedBatch, error: GenesisError): void {
    const { deadLetterTopic, topic, shard } = this.#options
    if (deadLetterTopic == null) return
    const { partitions } = this.#opened()
    this.#deadLetters.push(...deadLettersOf(deadLetterTopic, batch, { topic, partitions, shard }, error))
  }

  hurry(): void {
    this.#open?.producer.hurry?.()
  }

  async close(): Promise<void> {
    const open = this.#open
    this.#open = null
    this.#closings++
    this.#cutShort(closedWhileOpening())
    await open?.producer.close()
  }

  #checkpoint(): Promise<TopicCheckpoint | null> {
    const { connector, shard, sink } = this.#options.shard
    return this.#reader.shard(connector, shard, sink)
  }

  /** Before anything is created or fenced: whether something missing used to be there. */
  async #inspect({ target, checkpointTopic, hadRecords }: TopicsBefore): Promise<void> {
    const { shard, checkpoints, topic, delivery, groupId } = this.#options
    const place = `topic ${checkpoints.topic}`
    const lost = {
      place,
      expected: `the checkpoints of ${shardName(shard)}`,
      remedy: 'Restore the topic, or restart the stream: genesis reset',
    }
    if (this.#checkpointTopicId !== null && checkpointTopic?.topicId !== this.#checkpointTopicId) {
      const found = await findTopic(this.#cluster, checkpoints.topic, this.#shared)
      if (found === null || (found.topicId !== null && found.topicId !== this.#checkpointTopicId)) {
        throw new GenesisError('CHECKPOINT_INVALID', 'the checkpoint topic was deleted while the connector ran', {
          ...lost,
          found: found === null ? 'no such topic' : `another topic of this name (id ${found.topicId})`,
        })
      }
    }
    if (checkpointTopic === null) return
    if (target === null) {
      const siblings = await this.#reader.connector(shard.connector, shard.sink)
      if (siblings.size === 0 || (await findTopic(this.#cluster, topic, this.#shared)) !== null) return
      for (const [sibling, other] of siblings) this.#check(other, sibling, { target, hadRecords })
    } else if (hadRecords && delivery === 'exactly-once' && (await this.#checkpoint()) === null) {
      const isLost = await isCheckpointLost(this.#cluster, groupId, shard, this.#shared)
      // It may have been committed after the first look.
      if (isLost && (await this.#checkpoint()) === null) {
        throw new GenesisError('CHECKPOINT_INVALID', 'the shard has committed before, but its checkpoint is gone', {
          ...lost,
          found: 'no checkpoint: the topic was emptied or recreated, or checkpoints.topic was changed',
        })
      }
    }
  }

  /** A new shard of an existing stream: its siblings' checkpoints tell. */
  async #checkNew(topics: Pick<SinkTopics, 'target' | 'hadRecords'>): Promise<void> {
    const { shard, checkpoints } = this.#options
    // Together they take one read.
    const [siblings, others] = await Promise.all([
      this.#reader.connector(shard.connector, shard.sink),
      this.#reader.sinks(shard.connector),
    ])
    for (const [sibling, other] of siblings) this.#check(other, sibling, topics)
    if (siblings.size > 0) return
    // Continuing under another key would resend everything, possibly to the same topic.
    if (others.length === 0 || others.includes(null) === (shard.sink === undefined)) return
    throw new GenesisError(
      'CHECKPOINT_INVALID',
      'the stream was started with one sink and now has several, or the reverse',
      {
        place: `topic ${checkpoints.topic}: connector ${shard.connector}`,
        found: others.includes(null) ? 'a checkpoint under sink' : `checkpoints under sinks: ${others.join(', ')}`,
        expected: shard.sink === undefined ? 'a checkpoint under sink' : 'checkpoints under sinks only',
        remedy: 'Undo the change, or give the connector a new name (and topics) to start a new stream.',
      },
    )
  }

  #check(checkpoint: TopicCheckpoint, of: number, { target, hadRecords }: Omit<TopicsBefore, 'checkpointTopic'>): void {
    const { shard, fingerprint, checkpoints, groupId, topic } = this.#options
    const owner = { ...shard, shard: of }
    const place = `topic ${checkpoints.topic}: checkpoint of ${shardName(owner)}`
    checkTarget(checkpoint, { group: groupId, topic, found: target, hasRecords: hadRecords }, place)
    checkCheckpoint(checkpoint, fingerprint, owner, place)
  }

  #opened(): OpenSink {
    if (this.#open === null) throw new GenesisError('INTERNAL', 'the sink is not open')
    return this.#open
  }
}

interface OpenSink {
  readonly producer: KafkaProducer
  readonly partitions: number
  readonly checkpointPartitions: number
  /** The target for the next checkpoints. */
  target: CheckpointTarget
  readonly watch: TopicWatch
  /** Reused for every batch. */
  assigned: Int32Array
}

function idsOf(topics: readonly TopicDescription[]): ReadonlyMap<string, string> {
  return new Map(topics.flatMap(({ topic, topicId }) => (topicId === null ? [] : [[topic, topicId]])))
}

function closedWhileOpening(): GenesisError {
  return new GenesisError('INTERNAL', 'the sink was closed while opening')
}

function bare({ position, fingerprint, shards }: Checkpoint): Checkpoint {
  return { position, fingerprint, shards }
}

/** The producer no longer finds a topic: reopening tells why, and whether for good. */
async function stillThere(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'TOPIC_MISSING') throw error
    throw new GenesisError('KAFKA_RETRIABLE', error.what, { ...error.details, cause: error })
  }
}
