import type { ConnectorConfig, SinkConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { valueSchema } from '../encode/value.js'
import { lineEncoder } from '../encode/lines.js'
import { GenesisError } from '../errors.js'
import type { CheckpointReader } from '../kafka/checkpoint-reader.js'
import type { ConnectionPool } from '../kafka/connection-pool.js'
import type { Field, ShardId } from '../record.js'
import { FileSink } from './file.js'
import { ContainerFraming, LineFraming, type Framing } from './framing.js'
import type { Sink } from './sink.js'
import { StreamSink } from './stream.js'
import { createMessageForm } from './websocket/message-form.js'

/** A WebSocket server has so long to answer. */
const connectTimeoutMs = 10_000
/** Clients of a broadcast have nothing to say. */
const maxMessageBytes = 1_024

/** What a sink is made from. */
export interface SinkPlan {
  readonly connector: ConnectorConfig
  readonly worker: WorkerConfig
  readonly shard: ShardId
  readonly fields: readonly Field[]
  readonly fingerprint: string
  /** What sinks of one thread share. */
  readonly shared: SharedSinkParts
}

/** Made once for all sinks of a thread. */
export interface SharedSinkParts {
  /** Set by the first Kafka sink. */
  checkpoints?: CheckpointReader
  connections?: ConnectionPool
}

/** Every type of sink. Making one connects nothing. */
const sinks: { readonly [Type in SinkConfig['type']]: (plan: SinkPlan) => Sink | Promise<Sink> } = {
  kafka: kafkaSink,
  stdout: (plan) => new StreamSink(process.stdout, 'standard output', createFraming(plan)),
  file: (plan) => new FileSink({ path: pathOf(plan), shard: plan.shard, framing: createFraming(plan) }),
  websocket: webSocketSink,
  'websocket-server': webSocketServerSink,
}

export async function createSink(plan: SinkPlan): Promise<Sink> {
  return sinks[plan.connector.sink.type](plan)
}

/** The form of a file or a stream of bytes, to go with the connector's encoder. Throws SCHEMA_INVALID. */
export function createFraming({ connector, fields }: Pick<SinkPlan, 'connector' | 'fields'>): Framing {
  const { sink } = connector
  if (sink.type !== 'file' && sink.type !== 'stdout')
    throw new GenesisError('INTERNAL', `a ${sink.type} sink has no framing`)
  if (sink.format === 'avro') return new ContainerFraming(JSON.stringify(valueSchema(connector, fields).json))
  return new LineFraming(sink.format, sink.format === 'csv' ? lineEncoder('csv', fields).header() : Buffer.alloc(0))
}

async function kafkaSink({ connector, worker, shard, fingerprint, shared }: SinkPlan): Promise<Sink> {
  const { topic, topicCreation, delivery, transaction, compression, producer } = connector
  if (topic === null) throw new GenesisError('INTERNAL', 'a kafka sink without a topic')
  // Not before it is needed: the Kafka libraries take longer to load than all the rest.
  const [{ KafkaSink }, { CheckpointReader }, { ConnectionPool }] = await Promise.all([
    import('./kafka.js'),
    import('../kafka/checkpoint-reader.js'),
    import('../kafka/connection-pool.js'),
  ])
  shared.checkpoints ??= new CheckpointReader(worker.kafka, worker.checkpoints.topic)
  shared.connections ??= new ConnectionPool(worker.kafka)
  const options = {
    shard,
    fingerprint,
    topic,
    creation: topicCreation.enabled ? topicCreation : null,
    checkpoints: worker.checkpoints,
    groupId: worker.group.id,
    delivery,
    transactionTimeoutMs: transaction.timeoutMs,
    compression,
    client: producer.client,
    maxBatchBytes: producer.maxBatchBytes,
    deadLetterTopic: connector.deadLetterTopic,
  }
  return new KafkaSink(worker.kafka, options, shared.checkpoints, shared.connections)
}

async function webSocketSink({ connector, shard, fields, fingerprint }: SinkPlan): Promise<Sink> {
  const { sink } = connector
  if (sink.type !== 'websocket') throw new GenesisError('INTERNAL', `a ${sink.type} sink has no server`)
  const { url, format, acknowledge, acknowledgeTimeoutMs, bufferBytes } = sink
  const { WebSocketSink } = await import('./websocket/sink.js')
  return new WebSocketSink({
    connection: { url, headers: {}, connectTimeoutMs, bufferBytes },
    stream: { shard, fingerprint },
    format,
    form: createMessageForm(format, () => valueSchema(connector, fields)),
    isAcknowledged: acknowledge,
    acknowledgeTimeoutMs,
  })
}

async function webSocketServerSink({ connector, fields }: SinkPlan): Promise<Sink> {
  const { sink } = connector
  if (sink.type !== 'websocket-server') throw new GenesisError('INTERNAL', `a ${sink.type} sink has no clients`)
  const { endpoint, format, ...options } = sink
  const form = createMessageForm(format, () => valueSchema(connector, fields))
  const { WebSocketServerSink } = await import('./websocket/server-sink.js')
  return new WebSocketServerSink({ ...options, path: endpoint, maxMessageBytes }, form)
}

function pathOf({ connector: { sink } }: SinkPlan): string {
  if (sink.type !== 'file') throw new GenesisError('INTERNAL', `a ${sink.type} sink has no path`)
  return sink.path
}
