/** Responses of the REST interface, as far as the page reads them. */

export type State = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING'

export interface Failure {
  readonly code: string
  readonly message: string
  /** In responses for one connector only. */
  readonly trace?: string
}

export interface Task {
  readonly id: number
  readonly state: State
  readonly worker_id: string
  readonly error?: Failure
  readonly shard: number
  readonly shards: number
  readonly sink: string | null
  readonly position: number | null
  readonly complete: boolean
  readonly records: number
  readonly bytes: number
  readonly errors: number
  readonly retries: number
  readonly dropped: number
  readonly records_per_second: number
}

/** `GET /genesis/connectors`. */
export interface Connector {
  readonly name: string
  readonly state: State
  readonly worker_id: string
  readonly error?: Failure
  /** Null: created over REST. */
  readonly file: string | null
  readonly complete: boolean
  readonly position: number | null
  readonly end_position: number | null
  readonly records: number
  readonly records_per_second: number
  readonly target_records_per_second: number | null
  readonly lag_records_per_second: number | null
  readonly tasks: readonly Task[]
}

export type Config = Readonly<Record<string, string>>

/** `GET /connectors/{name}/offsets`. */
export interface Offsets {
  readonly offsets: readonly {
    readonly partition: { readonly shard: number; readonly sink?: string }
    readonly offset: { readonly position: number; readonly fingerprint: string; readonly shards: number }
  }[]
}

export interface Definition {
  readonly name: string
  readonly type: 'STRING' | 'INT' | 'LONG' | 'DOUBLE' | 'BOOLEAN' | 'LIST' | 'PASSWORD'
  readonly required: boolean
  readonly default_value: string | null
  readonly importance: 'HIGH' | 'MEDIUM' | 'LOW'
  readonly documentation: string
  readonly group: string
}

/** `PUT /connector-plugins/{plugin}/config/validate`. */
export interface Validation {
  readonly error_count: number
  readonly warnings?: readonly string[]
  readonly configs: readonly {
    readonly definition: Definition
    readonly value: {
      readonly name: string
      readonly recommended_values: readonly string[]
      readonly errors: readonly string[]
    }
  }[]
}

/** A worker of `GET /genesis/workers`, as far as the page reads it. */
export interface Worker {
  readonly worker_id: string
}

/** `GET /`. */
export interface Versions {
  readonly genesis_version: string
  readonly kafka_cluster_id: string | null
}

export interface Bars {
  /** Bars are intervals, from the lowest; otherwise categories. */
  readonly ordered: boolean
  readonly labels: readonly string[]
  /** Shares of all rows. */
  readonly real: readonly number[]
  readonly synthetic: readonly number[]
}

/** `GET /genesis/connectors/{name}/model`. */
export interface ModelReport {
  readonly name: string
  /** Null: it has no report. */
  readonly rows: number | null
  readonly score: number | null
  readonly detectability: number | null
  readonly columns: readonly {
    readonly name: string
    readonly kind: string
    readonly shape: number | null
    readonly histogram?: Bars
  }[]
}
