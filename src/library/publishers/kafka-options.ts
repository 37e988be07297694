/** KafkaPublisher's options as a connector and worker configuration, so that they are checked the same way. */
import { parseConnector } from '../../config/parse-connector.js'
import { connectorSchema } from '../../config/connector-schema.js'
import type { ConnectorConfig } from '../../config/connector.js'
import { namesOf, renamed, type Names } from '../../config/rename-keys.js'
import { plainSource } from '../../config/source.js'
import { parseWorker } from '../../config/worker-file.js'
import { workerSchema } from '../../config/worker-schema.js'
import type { WorkerConfig } from '../../config/worker.js'
import { asGenesisError } from '../../errors.js'
import { checksOf, documentOf } from '../option-table.js'
import {
  anything,
  checkOptions,
  flagOption,
  needed,
  objectOption,
  oneOf,
  textOption,
  textOrObject,
  type Check,
} from '../options.js'

/** TLS settings for the brokers. */
export interface KafkaTlsOptions {
  /** PEM text, or paths of PEM files. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  /** Server name expected in the certificate. @default the broker's host */
  readonly serverName?: string
  /** Whether to verify the broker's certificate. @default true */
  readonly verify?: boolean
}

/** Authentication with the brokers. */
export interface KafkaSaslOptions {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER' | 'AWS_MSK_IAM'
  readonly username?: string
  readonly password?: string
  /** AWS_MSK_IAM: the cluster's region. */
  readonly region?: string
  /** OAUTHBEARER: path of a JWT for the token endpoint, instead of a client secret. */
  readonly assertionFile?: string
  /** OAUTHBEARER: a static token, or client credentials at a token endpoint. */
  readonly token?: string
  readonly tokenEndpoint?: string
  readonly clientId?: string
  readonly clientSecret?: string
  readonly scope?: string
}

/** A schema registry (Confluent API), and its authentication. */
export interface RegistryOptions {
  readonly url: string
  readonly username?: string
  readonly password?: string
  readonly token?: string
  readonly ca?: string
}

/** Where a KafkaPublisher sends records, and in what form. */
export interface KafkaPublisherOptions {
  /** Bootstrap brokers, host:port; a list or comma-separated. */
  readonly bootstrapServers: string | readonly string[]
  readonly topic: string
  /** @default json */
  readonly valueSerializer?: 'json' | 'avro' | 'json-schema' | 'protobuf' | 'string'
  /** With `string`: the column whose text is the value. @default the only column */
  readonly valueColumn?: string
  /** The schema itself, or the path of a schema file. @default derived from the model */
  readonly avroSchema?: object | string
  /** Schema registry (Confluent API): its URL, or an object. Without one, Avro values have no registry prefix. */
  readonly registry?: string | RegistryOptions
  /** Column used as the record key, or the columns of a key with one field each. */
  readonly key?: string | readonly string[]
  /** @default string */
  readonly keyFormat?: 'string' | 'long' | 'avro' | 'json' | 'json-schema' | 'protobuf'
  /** Timestamp or date column used as the record timestamp. @default the time of sending */
  readonly timestamp?: string
  /** Acknowledgement by all in-sync replicas. No weaker setting is possible: the producers are idempotent. */
  readonly acks?: 'all'
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  /**
   * at-least-once (the default): a batch whose acknowledgement was lost is sent again. exactly-once: a batch and the
   * stream's position are one transaction, and a stream with the same `name` resumes where it was.
   */
  readonly delivery?: 'at-least-once' | 'exactly-once'
  /** With exactly-once: the name under which this stream's checkpoints are stored. */
  readonly name?: string
  /** How to create a missing topic (false: do not). @default one partition */
  readonly topicCreation?:
    | false
    | {
        readonly partitions?: number
        readonly replicationFactor?: number
        readonly config?: Readonly<Record<string, string | number | boolean>>
      }
  /** With `onError: 'skip'`: topic for skipped records, with the error in headers (docs/kafka.md). */
  readonly deadLetterTopic?: string
  readonly tls?: boolean | KafkaTlsOptions
  readonly sasl?: KafkaSaslOptions
  /** The client's name in the brokers' logs and quotas. */
  readonly clientId?: string
}

// Options listed by name only are checked as their rows say.
const checks: Readonly<Record<keyof KafkaPublisherOptions, Check>> = {
  bootstrapServers: {
    expected: 'host:port, or a list of them',
    accepts: (value) => textOption.accepts(value) || Array.isArray(value),
  },
  topic: textOption,
  ...checksOf(
    connectorSchema,
    'valueSerializer',
    'valueColumn',
    'avroSchema',
    'key',
    'timestamp',
    'name',
    'deadLetterTopic',
  ),
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

/** Names of connector and worker keys in code. */
export const optionNames: Names = {
  ...namesOf(workerSchema, 'code'),
  ...namesOf(connectorSchema, 'code'),
  'registry.url': 'registry',
}

/** Throws OPTION_INVALID, or CONFIG_INVALID from the connector's checks, under the names used in code. */
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
  // A placeholder: the publisher is given records, and no model is opened.
  const written = { ...documentOf(connectorSchema, given), model: '-' }
  const connector = parseConnector(plainSource(written, 'KafkaPublisher'), { env: {}, folder })
  return { connector, worker }
}

/** Mandatory options, null if missing. */
function required({ bootstrapServers, topic, delivery, name }: KafkaPublisherOptions): object {
  return {
    bootstrapServers: bootstrapServers ?? null,
    topic: topic ?? null,
    name: name ?? (delivery === 'exactly-once' ? null : undefined),
  }
}
