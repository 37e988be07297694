import type { SinkConfig } from '../sink/options.js'
import type { DisturbConfig } from './disturb.js'
import type { HeaderConfig } from './headers.js'

/** File extensions of connector files. */
export const fileExtensions: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json'])

/**
 * A connector's configuration as the program uses it: every default filled in, every path absolute, durations in
 * milliseconds, sizes in bytes. `snake_case` in files, `camelCase` here. connector-schema.ts defines the keys.
 */
export interface ConnectorConfig {
  readonly name: string
  /** The file it came from, for messages; null: from REST or the library. */
  readonly file: string | null
  /** The name of this sink, if there are several; null: the only one. */
  readonly sinkName: string | null
  /** Absolute path of a model file; without a model, the schema of the values, as a path or inline. */
  readonly model: string | object
  /** Null for sinks without a topic. */
  readonly topic: string | null
  readonly topicCreation: {
    readonly enabled: boolean
    readonly partitions: number
    readonly replicationFactor: number
    readonly config: Readonly<Record<string, string>>
  }
  /** Key column, or columns of a key with one field each; null: no key. */
  readonly key: string | readonly string[] | null
  readonly keyFormat: 'string' | 'long' | 'avro' | 'json' | 'json-schema' | 'protobuf'
  /** Column used as the record timestamp; null: the time of sending. */
  readonly timestamp: string | null
  /** In the order they are sent. Empty: none. */
  readonly headers: readonly HeaderConfig[]
  readonly value: {
    readonly format: 'avro' | 'json' | 'json-schema' | 'protobuf' | 'string'
    /** The column whose text is the value, in format string; null: the only column. */
    readonly column: string | null
    /** Absolute path of a schema file, an inline schema (a JSON value), or null: derived from the model. */
    readonly schema: string | object | null
    readonly autoRegister: boolean
    readonly useLatest: boolean
    /** Null: determined by the strategy. */
    readonly subject: string | null
    /** Files of schemas that `schema` refers to, each after those it refers to itself. */
    readonly schemaReferences: readonly SchemaReferenceFile[]
    /** Whether the registry treats schemas that differ only in form as the same. */
    readonly normalize: boolean
    readonly subjectStrategy: 'topic' | 'record' | 'topic_record'
    /** What is around the values, or stands in their place, where entities live. */
    readonly envelope: 'none' | 'upsert' | 'debezium'
    /** Whether a record without a value follows each deletion in Debezium's envelope. */
    readonly tombstones: boolean
  }
  /** As written; checked by the model. Null: none. */
  readonly conditions: unknown
  /** References to other connectors' streams. */
  readonly references: readonly ReferencesConfig[]
  readonly throughput: {
    /** Records per second across all tasks; null: unlimited. */
    readonly rate: number | null
    /** Maximum records per generated batch. */
    readonly batchSize: number
    /** One batch of batchSize per interval, in ms; null: not used. Excludes rate. */
    readonly intervalMs: number | null
    readonly maxRecords: number | null
    /** Finds the rate automatically; `rate` is the upper bound. */
    readonly adaptive: { readonly targetLatencyMs: number } | null
    readonly arrivals: 'even' | 'poisson'
    readonly shape: RateShape
    /** Whether event times follow the model, or the rate with its shape and speed. */
    readonly eventTime: 'model' | 'throughput'
  }
  readonly sink: SinkConfig
  readonly delivery: 'exactly-once' | 'at-least-once'
  readonly transaction: {
    readonly boundary: 'batch' | 'interval'
    readonly intervalMs: number
    readonly timeoutMs: number
  }
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  readonly producer: {
    readonly client: 'wire' | 'kafkajs'
    /** Maximum size of a record batch; also limited by the topic's max.message.bytes. */
    readonly maxBatchBytes: number
  }
  readonly tasks: { readonly max: number }
  /** Topic for records that the error policy skips; null: none. */
  readonly deadLetterTopic: string | null
  /** Deliberate faults in the data; null: none. */
  readonly disturb: DisturbConfig | null
  readonly seed: number
  readonly errors: {
    readonly policy: 'retry' | 'skip' | 'stop'
    /** Consecutive. Infinity: unlimited. */
    readonly maxRetries: number
    /** From the first of consecutive failures. Infinity: unlimited. */
    readonly retryTimeoutMs: number
    readonly backoffFactor: number
    readonly initialBackoffMs: number
    readonly maxBackoffMs: number
  }
}

/**
 * The name of a connector's delivery to one sink, for messages and as its identity: the connector's name, or
 * `<name>/<sink>` if it has several. Sink names have no `/`.
 */
export function deliveryName({ name, sinkName }: Pick<ConnectorConfig, 'name' | 'sinkName'>): string {
  return sinkName === null ? escapedName(name) : `${escapedName(name)}/${sinkName}`
}

/** A name that can precede a `/`: names over REST may contain one, those in files may not. */
export function escapedName(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F')
}

/** How a rate changes; times in ms on the shape's own clock, which runs `speed` times as fast as real time. */
export type RateShape = { readonly speed: number } & (
  | { readonly type: 'constant' }
  | { readonly type: 'ramp'; readonly toRate: number; readonly periodMs: number }
  | { readonly type: 'sine'; readonly amplitude: number; readonly periodMs: number }
  | {
      readonly type: 'bursts'
      readonly burstRate: number
      readonly burstMs: number
      readonly periodMs: number
    }
  /** Points from a CSV file (absolute path), which define the rate themselves. */
  | { readonly type: 'curve'; readonly file: string }
)

/** Columns taken from the records of another connector's stream. */
export interface ReferencesConfig {
  readonly column: string
  /** The other connector's file; or its name, and the folder to find it in. */
  readonly connector: { readonly file: string } | { readonly name: string; readonly folder: string }
  readonly key: string
  readonly skew: 'uniform' | 'zipf' | 'recent'
  /** Positions below it are referenced; null: up to the other connector's maxRecords. */
  readonly among: number | null
  /** Column here, by name, and the other stream's column. */
  readonly copy: Readonly<Record<string, string>>
}

export interface SchemaReferenceFile {
  /** Its name in the schema, which is also its subject. */
  readonly name: string
  readonly file: string
}
