/** KafkaPublisher's options as the configuration that connectors and workers have, so that they are checked in the same way. */
import { parseConnector } from '../../config/connector-file.js'
import { connectorSchema } from '../../config/connector-schema.js'
import type { ConnectorConfig } from '../../config/connector.js'
import { namesOf, renamed, type Names } from '../../config/rename-keys.js'
import { plainSource } from '../../config/source.js'
import { parseWorker } from '../../config/worker-file.js'
import { workerSchema } from '../../config/worker-schema.js'
import type { WorkerConfig } from '../../config/worker.js'
import { asGenesisError } from '../../errors.js'
import { checksOf, documentOf, needed, textOrObject } from '../option-table.js'
import { anything, checkOptions, flagOption, objectOption, oneOf, textOption, type Check } from '../options.js'

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
  /** Column of timestamps or dates whose value is the timestamp of a record; the time of sending if left out. */
  readonly timestamp?: string
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

// What is only named here is checked as the row that it is.
const checks: Readonly<Record<keyof KafkaPublisherOptions, Check>> = {
  bootstrapServers: {
    expected: 'host:port, or a list of them',
    accepts: (value) => textOption.accepts(value) || Array.isArray(value),
  },
  topic: textOption,
  ...checksOf(connectorSchema, 'valueSerializer', 'avroSchema', 'key', 'timestamp', 'name', 'deadLetterTopic'),
  registry: textOrObject,
  keyFormat: anything,
  acks: oneOf('all'),
  compression: anything,
  delivery: anything,
  topicCreation: { expected: 'an object or false', accepts: (value) => value === false || objectOption.accepts(value) },
  tls: {
    expected: 'an object, true or false',
    accepts: (value) => flagOption.accepts(value) || objectOption.accepts(value),
  },
  sasl: objectOption,
  clientId: textOption,
}

export interface KafkaPlan {
  readonly connector: ConnectorConfig
  readonly worker: WorkerConfig
}

/** What the keys of connectors and workers are called here. */
export const optionNames: Names = {
  ...namesOf(workerSchema, 'code'),
  ...namesOf(connectorSchema, 'code'),
  'registry.url': 'registry',
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
  const { registry, tls, topicCreation, deadLetterTopic, name = 'publisher' } = options
  const given = {
    ...options,
    name,
    registry: typeof registry === 'string' ? { url: registry } : registry,
    tls: typeof tls === 'object' ? { ...tls, enabled: true } : { enabled: tls ?? false },
    topicCreation: topicCreation === false ? { enabled: false } : topicCreation,
    ...(deadLetterTopic !== undefined && { onError: 'skip' }),
  }
  const folder = process.cwd()
  const worker = parseWorker(plainSource(documentOf(workerSchema, given), 'KafkaPublisher'), {}, folder)
  // The publisher is given records; no model is opened.
  const written = { ...documentOf(connectorSchema, given), model: '-' }
  const connector = parseConnector(plainSource(written, 'KafkaPublisher'), { env: {}, folder })
  return { connector, worker }
}

/** What has to be there, null where it is not. */
function required({ bootstrapServers, topic, delivery, name }: KafkaPublisherOptions): object {
  return {
    bootstrapServers: bootstrapServers ?? null,
    topic: topic ?? null,
    name: name ?? (delivery === 'exactly-once' ? null : undefined),
  }
}
