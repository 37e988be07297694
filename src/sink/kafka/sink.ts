import type { ClusterOptions } from '../../config/cluster.js'
import { GenesisError } from '../../errors.js'
import { KafkaAdmin, refuseInternalTopic } from '../../kafka/admin.js'
import type { TopicCreation, TopicDescription } from '../../kafka/admin.js'
import type { BrokerSource } from '../../kafka/broker-source.js'
import { CheckpointReader } from '../../kafka/checkpoint-reader.js'
import { checkpointRecord } from '../../kafka/checkpoint-record.js'
import { createProducer } from '../../kafka/create-producer.js'
import type { ProducerClient } from '../../kafka/create-producer.js'
import { kafkaError } from '../../kafka/errors.js'
import { assignPartitions } from '../../kafka/partitioner.js'
import type { Compression, KafkaProducer, ProducerOptions, SideRecord } from '../../kafka/producer.js'
import { ThrottleMeter } from '../../kafka/throttle.js'
import { TopicReader } from '../../kafka/topic-reader.js'
import type { Checkpoint, EncodedBatch, ShardId } from '../../record.js'
import { checkCheckpoint, shardName } from '../check-checkpoint.js'
import { deadLettersOf, ensureDeadLetterTopic } from './dead-letter.js'
import type { Sink } from '../sink.js'
import { TransferPace } from './transfer-pace.js'

export interface KafkaSinkOptions {
  readonly shard: ShardId
  /** What the stream is made from: a checkpoint of anything else is refused. */
  readonly fingerprint: string
  readonly topic: string
  /** Null: the topic must exist. */
  readonly creation: TopicCreation | null
  readonly checkpoints: { readonly topic: string; readonly partitions: number; readonly replicationFactor: number }
  /** First part of the transactional id `<groupId>-<connector>-<shard>`, or `<groupId>-<connector>/<sink>-<shard>`. */
  readonly groupId: string
  readonly delivery: 'exactly-once' | 'at-least-once'
  readonly transactionTimeoutMs: number
  readonly compression: Compression
  readonly client: ProducerClient
  /** Record batches are kept below this, and below what the topic takes; a larger record goes in one of its own. */
  readonly maxBatchBytes: number
  /** Where records go that are left out; null or absent: nowhere. Created if `creation` allows it. */
  readonly deadLetterTopic?: string | null
}

/** One shard's records in a topic, and its checkpoint in the checkpoint topic: in one transaction, if exactly-once. */
export class KafkaSink implements Sink {
  readonly #cluster: ClusterOptions
  readonly #options: KafkaSinkOptions
  readonly #reader: CheckpointReader
  readonly #shared: BrokerSource | undefined
  #open: OpenSink | null = null
  #closings = 0
  readonly #deadLetters: SideRecord[] = []
  readonly #pace: TransferPace
  readonly #throttle = new ThrottleMeter()

  /** `reader`: of the checkpoint topic; sinks that share one read the topic once. `shared`: connections for exactly-once. */
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

  async open(): Promise<Checkpoint | null> {
    const { shard, topic, groupId, delivery } = this.#options
    const closings = this.#closings
    this.#deadLetters.length = 0
    const { target, checkpointTopic, deadLetters } = await this.#prepare()
    // It would fence the shard's next owner.
    if (closings !== this.#closings) throw new GenesisError('INTERNAL', 'the sink was closed while it was opened')
    const producerOptions = {
      topic,
      partitions: target.partitions,
      transactionalId: delivery === 'exactly-once' ? transactionalId(groupId, shard) : null,
      transactionTimeoutMs: this.#options.transactionTimeoutMs,
      compression: this.#options.compression,
      maxMessageBytes: target.maxMessageBytes,
      maxBatchBytes: this.#options.maxBatchBytes,
      deadLetters,
      onThrottle: (ms: number) => this.#throttle.add(ms),
    }
    const producer = createProducer(this.#options.client, this.#cluster, producerOptions, this.#shared)
    this.#open = {
      producer,
      partitions: target.partitions,
      checkpointPartitions: checkpointTopic.partitions,
      assigned: new Int32Array(0),
    }
    // Fenced first: an earlier owner could commit after the checkpoint was read otherwise.
    await producer.init()
    const checkpoint = await this.#reader.shard(shard.connector, shard.shard, shard.sink)
    if (checkpoint !== null) this.#check(checkpoint, shard.shard)
    else await this.#checkNew()
    return checkpoint
  }

  async write(batch: EncodedBatch): Promise<void> {
    const open = this.#opened()
    if (open.assigned.length < batch.length) open.assigned = new Int32Array(batch.length)
    assignPartitions(batch, open.partitions, open.assigned)
    const began = performance.now()
    await open.producer.send(batch, open.assigned)
    const bytes = batch.offsets[2 * batch.length] - batch.offsets[0]
    this.#pace.observe(batch.length, bytes, performance.now() - began)
  }

  async commit(checkpoint: Checkpoint): Promise<void> {
    const { producer, checkpointPartitions } = this.#opened()
    const { shard, checkpoints } = this.#options
    const side = checkpointRecord(checkpoints.topic, checkpointPartitions, shard, checkpoint)
    // The checkpoint last: it says that everything before it is safe.
    await producer.commit([...this.#deadLetters.splice(0), side])
  }

  deadLetter(batch: EncodedBatch, error: GenesisError): void {
    const { deadLetterTopic, topic, shard } = this.#options
    if (deadLetterTopic == null) return
    const { partitions } = this.#opened()
    this.#deadLetters.push(...deadLettersOf(deadLetterTopic, batch, { topic, partitions, shard }, error))
  }

  async close(): Promise<void> {
    const open = this.#open
    this.#open = null
    this.#closings++
    await open?.producer.close()
  }

  /** A shard that is new to a stream that is not: the checkpoints of its siblings tell. */
  async #checkNew(): Promise<void> {
    const { shard, checkpoints } = this.#options
    const siblings = await this.#reader.connector(shard.connector, shard.sink)
    for (const [sibling, other] of siblings) this.#check(other, sibling)
    if (siblings.size > 0) return
    const others = await this.#reader.sinks(shard.connector)
    // Going on under another key would send everything again, to what may be the same topic.
    if (others.length === 0 || others.includes(null) === (shard.sink === undefined)) return
    throw new GenesisError(
      'CHECKPOINT_INVALID',
      'the stream was started with one sink and now has several, or the reverse',
      {
        place: `topic ${checkpoints.topic}: connector ${shard.connector}`,
        found: others.includes(null) ? 'a checkpoint under sink' : `checkpoints under sinks: ${others.join(', ')}`,
        expected: shard.sink === undefined ? 'one under sink' : 'only some under sinks',
        remedy: 'Undo the change, or give the connector a new name (and topics) to begin a new stream.',
      },
    )
  }

  /** The topics, existing and usable. */
  async #prepare(): Promise<Topics> {
    const { topic, creation, checkpoints, deadLetterTopic = null } = this.#options
    refuseInternalTopic(topic, checkpoints.topic)
    if (deadLetterTopic !== null) refuseInternalTopic(deadLetterTopic, checkpoints.topic)
    const admin = new KafkaAdmin(this.#cluster, this.#shared)
    try {
      // In this order: a sibling that commits first has made the checkpoint topic before the target has records.
      const hadRecords = (await admin.describe(topic)) !== null && (await this.#hasRecords())
      if (hadRecords && (await admin.describe(checkpoints.topic)) === null) throw this.#checkpointsLost()
      const checkpointTopic = await admin.ensureCheckpointTopic(
        checkpoints.topic,
        checkpoints.partitions,
        checkpoints.replicationFactor,
      )
      const target = await admin.ensureTopic(topic, creation, { config: creation?.config ?? {} })
      const deadLetters = await ensureDeadLetterTopic(admin, deadLetterTopic, creation, target)
      return { target, checkpointTopic, deadLetters }
    } catch (error) {
      throw kafkaError(error)
    } finally {
      await admin.close()
    }
  }

  async #hasRecords(): Promise<boolean> {
    const reader = new TopicReader(this.#cluster, this.#options.topic, undefined, this.#shared)
    try {
      return (await reader.ranges()).some(({ end }) => end > 0)
    } finally {
      await reader.close()
    }
  }

  #checkpointsLost(): GenesisError {
    const { topic, checkpoints } = this.#options
    return new GenesisError('CHECKPOINT_INVALID', 'the checkpoint topic is missing, but the target has records', {
      place: `topic ${checkpoints.topic}`,
      found: `no such topic, and records in topic ${topic}`,
      expected: 'the checkpoint topic that covers these records',
      remedy: `Restore it; or, if the records are none of this program's, create it empty with cleanup.policy=compact`,
    })
  }

  #check(checkpoint: Checkpoint, of: number): void {
    const { shard, fingerprint, checkpoints } = this.#options
    const owner = { ...shard, shard: of }
    checkCheckpoint(checkpoint, fingerprint, owner, `topic ${checkpoints.topic}: checkpoint of ${shardName(owner)}`)
  }

  #opened(): OpenSink {
    if (this.#open === null) throw new GenesisError('INTERNAL', 'the sink is not open')
    return this.#open
  }
}

/** No name of a connector or a sink has a `/`: the ids of several sinks are nobody else's. */
function transactionalId(groupId: string, { connector, sink, shard }: ShardId): string {
  return `${groupId}-${connector}${sink === undefined ? '' : `/${sink}`}-${shard}`
}

interface Topics extends Pick<ProducerOptions, 'deadLetters'> {
  readonly target: TopicDescription
  readonly checkpointTopic: TopicDescription
}

interface OpenSink {
  readonly producer: KafkaProducer
  readonly partitions: number
  readonly checkpointPartitions: number
  /** Reused for every batch. */
  assigned: Int32Array
}
