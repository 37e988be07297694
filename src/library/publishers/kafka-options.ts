/** KafkaPublisher's options as the configuration that connectors and workers have, so that they are checked in the same way. */
import { parseConnector } from '../../config/connector-file.js'
import type { ConnectorConfig } from '../../config/connector.js'
import { plainSource } from '../../config/source.js'
import { renamed, type Names } from '../../config/rename-keys.js'
import { parseWorker } from '../../config/worker-file.js'
import type { WorkerConfig } from '../../config/worker.js'
import { asGenesisError } from '../../errors.js'
import { anything, checkOptions, flag, isObject, oneOf, text, type Check } from '../options.js'

/** How to reach the brokers with TLS. */
export interface KafkaTlsOptions {
  /** PEM texts or paths of PEM files. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  /** The name the certificate must have, if it is not the broker's host. */
  readonly serverName?: string
  /** Whether the broker's certificate is checked; true if left out. */
  readonly verify?: boolean
}

/** How to log in at the brokers. */
export interface KafkaSaslOptions {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER'
  readonly username?: string
  readonly password?: string
  /** OAUTHBEARER: a fixed token, or client credentials at an endpoint. */
  readonly token?: string
  readonly tokenEndpoint?: string
  readonly clientId?: string
  readonly clientSecret?: string
  readonly scope?: string
}

/** A schema registry with Confluent's API, and how to log in at it. */
export interface RegistryOptions {
  readonly url: string
  readonly username?: string
  readonly password?: string
  readonly token?: string
  readonly ca?: string
}

/** Where a KafkaPublisher sends records, and in which form. */
export interface KafkaPublisherOptions {
  /** host:port, several as a list or divided by commas. */
  readonly bootstrapServers: string | readonly string[]
  readonly topic: string
  /** json if left out. */
  readonly valueSerializer?: 'json' | 'avro'
  /** The schema itself, the path of an .avsc file, or (left out) derived from the model. */
  readonly avroSchema?: object | string
  /** Schema registry (Confluent API), its address or more. Without one, Avro values have no registry prefix. */
  readonly registry?: string | RegistryOptions
  /** Column whose value is the key of a record. */
  readonly key?: string
  /** string if left out. */
  readonly keyFormat?: 'string' | 'long' | 'avro' | 'json'
  /** All replicas in sync acknowledge every record; there is no weaker setting, since the producers are idempotent. */
  readonly acks?: 'all'
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  /**
   * at-least-once (the default): a batch whose acknowledgement was lost is sent again. exactly-once: a batch and the
   * stream's position are one transaction, and a stream of the same `name` goes on where it was.
   */
  readonly delivery?: 'at-least-once' | 'exactly-once'
  /** With exactly-once: what the checkpoints of this stream are kept under. */
  readonly name?: string
  /** How a missing topic is created (false: it is not); one partition if left out. */
  readonly topicCreation?:
    | false
    | {
        readonly partitions?: number
        readonly replicationFactor?: number
        readonly config?: Readonly<Record<string, string | number | boolean>>
      }
  /** With `onError: 'skip'`: topic for the records that are left out, with the error in headers (docs/kafka.md). */
  readonly deadLetterTopic?: string
  readonly tls?: boolean | KafkaTlsOptions
  readonly sasl?: KafkaSaslOptions
  /** What the brokers' logs and quotas call this client. */
  readonly clientId?: string
}

const textOrObject: Check = {
  expected: 'a text or an object',
  accepts: (value) => text.accepts(value) || isObject.accepts(value),
}

// What is only named here is checked as the key of a connector or worker file that it becomes.
const checks: Readonly<Record<keyof KafkaPublisherOptions, Check>> = {
  bootstrapServers: {
    expected: 'host:port, or a list of them',
    accepts: (value) => text.accepts(value) || Array.isArray(value),
  },
  topic: text,
  valueSerializer: oneOf('json', 'avro'),
  avroSchema: textOrObject,
  registry: textOrObject,
  key: text,
  keyFormat: anything,
  acks: oneOf('all'),
  compression: anything,
  delivery: anything,
  name: text,
  topicCreation: { expected: 'an object or false', accepts: (value) => value === false || isObject.accepts(value) },
  deadLetterTopic: text,
  tls: { expected: 'an object, true or false', accepts: (value) => flag.accepts(value) || isObject.accepts(value) },
  sasl: isObject,
  clientId: text,
}

export interface KafkaPlan {
  readonly connector: ConnectorConfig
  readonly worker: WorkerConfig
}

/** The options behind the keys that connectors and workers have. */
export const optionNames: Names = {
  'kafka.brokers': 'bootstrapServers',
  'kafka.client_id': 'clientId',
  'kafka.tls.server_name': 'tls.serverName',
  'kafka.tls': 'tls',
  'kafka.sasl.token_endpoint': 'sasl.tokenEndpoint',
  'kafka.sasl.client_id': 'sasl.clientId',
  'kafka.sasl.client_secret': 'sasl.clientSecret',
  'kafka.sasl': 'sasl',
  'registry.url': 'registry',
  'value.format': 'valueSerializer',
  'value.schema': 'avroSchema',
  'topic_creation.replication_factor': 'topicCreation.replicationFactor',
  topic_creation: 'topicCreation',
  key_format: 'keyFormat',
}

/** Throws OPTION_INVALID, or what the configuration of a connector would, under the names that code has: CONFIG_INVALID. */
export function planKafka(options: KafkaPublisherOptions): KafkaPlan {
  try {
    return planOf(options)
  } catch (error) {
    throw renamed(asGenesisError(error), optionNames)
  }
}

function planOf(options: KafkaPublisherOptions): KafkaPlan {
  checkOptions('KafkaPublisher', options, checks)
  checkOptions('KafkaPublisher', required(options), { bootstrapServers: needed, topic: needed, name: needed })
  const { registry, tls, topicCreation } = options
  const folder = process.cwd()
  const worker = parseWorker(
    plainSource(
      snake({
        kafka: {
          brokers: options.bootstrapServers,
          clientId: options.clientId,
          tls: typeof tls === 'object' ? { ...tls, enabled: true } : { enabled: tls ?? false },
          sasl: options.sasl,
        },
        registry: typeof registry === 'string' ? { url: registry } : registry,
      }),
      'KafkaPublisher',
    ),
    {},
    folder,
  )
  const written = snake({
    name: options.name ?? 'publisher',
    // The publisher is given records; no model is opened.
    model: '-',
    topic: options.topic,
    topicCreation: topicCreation === false ? { enabled: false } : { ...topicCreation, config: undefined },
    key: options.key,
    keyFormat: options.keyFormat,
    value: { format: options.valueSerializer ?? 'json' },
    delivery: options.delivery ?? 'at-least-once',
    compression: options.compression,
    ...(options.deadLetterTopic !== undefined && {
      errors: { policy: 'skip', deadletterqueue: { topic: { name: options.deadLetterTopic } } },
    }),
  }) as Record<string, object>
  if (options.avroSchema !== undefined) written.value = { ...written.value, schema: options.avroSchema }
  if (topicCreation !== false && topicCreation?.config !== undefined) {
    written.topic_creation = { ...written.topic_creation, config: topicCreation.config }
  }
  const connector = parseConnector(plainSource(written, 'KafkaPublisher'), { env: {}, folder })
  return { connector, worker }
}

const needed: Check = { expected: 'a value', accepts: (value) => value !== null }

/** What has to be there, null where it is not. */
function required({ bootstrapServers, topic, delivery, name }: KafkaPublisherOptions): object {
  return {
    bootstrapServers: bootstrapServers ?? null,
    topic: topic ?? null,
    name: name ?? (delivery === 'exactly-once' ? null : undefined),
  }
}

/** Keys as files have them; what is undefined is left out. */
function snake(value: unknown): unknown {
  if (!isObject.accepts(value)) return value
  return Object.fromEntries(
    Object.entries(value as object)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snake(item)]),
  )
}
