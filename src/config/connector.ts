import type { SinkConfig } from '../sink/options.js'
import type { DisturbConfig } from './disturb.js'
import type { HeaderConfig } from './headers.js'

/**
 * A connector's configuration as the program uses it: every default filled in, every path absolute, durations in
 * milliseconds, sizes in bytes. `snake_case` in files, `camelCase` here. connector-schema.ts defines the keys.
 */
export interface ConnectorConfig {
  readonly name: string
  /** The file it came from, for messages; null where it came over REST or the library. */
  readonly file: string | null
  /** The name of this one of several sinks; null: it is the only one. */
  readonly sinkName: string | null
  /** A model file's absolute path; or what its values' schema says, where there is no model: an Avro schema's path, or the schema itself. */
  readonly model: string | object
  /** Null for sinks that have no topic. */
  readonly topic: string | null
  readonly topicCreation: {
    readonly enabled: boolean
    readonly partitions: number
    readonly replicationFactor: number
    readonly config: Readonly<Record<string, string>>
  }
  /** The column whose value is the key; null: no key. */
  readonly key: string | null
  readonly keyFormat: 'string' | 'long' | 'avro' | 'json'
  /** The column whose value is the timestamp of a record; null: the time at which it is sent. */
  readonly timestamp: string | null
  /** In the order in which records have them. Empty: none. */
  readonly headers: readonly HeaderConfig[]
  readonly value: {
    readonly format: 'avro' | 'json'
    /** An .avsc file's absolute path, an inline schema (a JSON value), or null: derived from the model. */
    readonly schema: string | object | null
    readonly autoRegister: boolean
    readonly useLatest: boolean
    /** Subject; null: as the strategy says. */
    readonly subject: string | null
    readonly subjectStrategy: 'topic' | 'record' | 'topic_record'
  }
  /** As written; the model checks them. Null: none. */
  readonly conditions: unknown
  /** To the records of other connectors' streams. */
  readonly references: readonly ReferencesConfig[]
  readonly throughput: {
    /** Records a second over the whole connector; null: as fast as it goes. */
    readonly rate: number | null
    /** Maximum records in one generated batch. */
    readonly batchSize: number
    /** One batch of batchSize per interval, in ms; null: not used. Excludes rate. */
    readonly intervalMs: number | null
    readonly maxRecords: number | null
    /** Finds the rate by itself; `rate` is then the upper bound. */
    readonly adaptive: { readonly targetLatencyMs: number } | null
    readonly arrivals: 'even' | 'poisson'
    readonly shape: RateShape
    /** Whether event times are the model's, or follow the rate, its shape and its speed. */
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
    /** A record batch is kept below this and below the topic's max.message.bytes. */
    readonly maxBatchBytes: number
  }
  readonly tasks: { readonly max: number }
  /** Where records go that the error policy skips; null: nowhere. */
  readonly deadLetterTopic: string | null
  /** Faults in the data on purpose; null: none. */
  readonly disturb: DisturbConfig | null
  readonly seed: number
  readonly errors: {
    readonly policy: 'retry' | 'skip' | 'stop'
    /** In a row. Infinity: unlimited. */
    readonly maxRetries: number
    /** From the first failure in a row. Infinity: unlimited. */
    readonly retryTimeoutMs: number
    readonly backoffFactor: number
    readonly initialBackoffMs: number
    readonly maxBackoffMs: number
  }
}

/**
 * What a connector's delivery to one sink is called, in messages and wherever it must be told apart: its name, and
 * `<name>/<sink>` where it has several. No name has a `/`.
 */
export function deliveryName({ name, sinkName }: Pick<ConnectorConfig, 'name' | 'sinkName'>): string {
  return sinkName === null ? escapedName(name) : `${escapedName(name)}/${sinkName}`
}

/** A name that can stand before a `/`: names over REST may have one, those of files have not. */
export function escapedName(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F')
}

/** How a rate changes; times in ms of the shape's own time, which passes `speed` times as fast as the clock's. */
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
  /** Points from a CSV file (an absolute path); has its rates in itself. */
  | { readonly type: 'curve'; readonly file: string }
)

/** Columns that come from the records of another connector's stream. */
export interface ReferencesConfig {
  readonly column: string
  /** The other connector's file; or its name, and the folder where its file is. */
  readonly connector: { readonly file: string } | { readonly name: string; readonly folder: string }
  readonly key: string
  readonly skew: 'uniform' | 'zipf' | 'recent'
  /** Positions below it are referred to; null: the other connector's maxRecords. */
  readonly among: number | null
  /** Own column by name, and the other stream's column. */
  readonly copy: Readonly<Record<string, string>>
}
