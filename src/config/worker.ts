import type { ClusterOptions } from './cluster.js'
import type { RestFolders } from './connect-keys.js'
import type { HttpSecurity } from './http-security.js'

/** A worker's configuration as the program uses it; worker-schema.ts defines the keys. */
export interface WorkerConfig {
  /** `group.id`: prefix of transactional ids, and consumer group of workers that share shards. */
  readonly group: {
    readonly id: string
    /** Whether connectors are shared with the other workers of the group. */
    readonly enabled: boolean
    readonly sessionTimeoutMs: number
    readonly heartbeatMs: number
    readonly rebalanceTimeoutMs: number
    readonly lostWorkerDelayMs: number
  }
  /** Compacted topics of a group: its configurations, and the states of its tasks. */
  readonly configStorage: { readonly topic: string; readonly replicationFactor: number }
  readonly statusStorage: { readonly topic: string; readonly replicationFactor: number }
  readonly kafka: ClusterOptions
  readonly registry: {
    /** Null: none, so no values or keys with a schema in Kafka. */
    readonly url: string | null
    readonly username: string | null
    readonly password: string | null
    readonly token: string | null
    readonly ca: string | null
    readonly requestTimeoutMs: number
  }
  /** The compacted topic of checkpoints (Connect's offset.storage.*). */
  readonly checkpoints: { readonly topic: string; readonly replicationFactor: number; readonly partitions: number }
  readonly http: {
    readonly enabled: boolean
    readonly host: string
    readonly port: number
    /** Whether to serve the web page. */
    readonly ui: boolean
    readonly security: HttpSecurity
  }
  /** Folder for connectors created over REST, outside a group; null: they are lost when the process ends. */
  readonly connectorsPath: string | null
  /** Folders in which connectors over REST may name files. */
  readonly rest: RestFolders
  /** Address at which others reach it; null: as it listens. */
  readonly advertised: { readonly host: string | null; readonly port: number | null }
  readonly log: {
    readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'
    readonly format: 'auto' | 'json' | 'line'
  }
  readonly shutdown: { readonly timeoutMs: number }
  /** Worker threads that tasks run on: 'auto' is one per core; 0 runs them on the main thread. */
  readonly threads: number | 'auto'
  /** Remarks for the user, such as keys without effect. Messages for the log. */
  readonly remarks: readonly string[]
}
