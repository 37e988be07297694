/**
 * The interface for REST, connector files and the command line: the connectors of this process (StandaloneHerder) or
 * of a group of workers, after Kafka Connect's Herder (org.apache.kafka.connect.runtime.Herder).
 */
import type { RawConfig, RawValue } from '../config/raw-connector.js'
import type { Failure } from '../runtime/task-events.js'

/** The requested state of a connector (org.apache.kafka.connect.runtime.TargetState, KIP-980). */
export type TargetState = 'RUNNING' | 'PAUSED' | 'STOPPED'

/**
 * The actual state of a connector or task. Tasks are never STOPPED: a stopped connector has none.
 *
 * A connector is in its requested state once everything it needs is available. RUNNING: while any of its tasks runs,
 * and after a bounded stream is fully delivered (see `ConnectorProgress.complete`). FAILED: its configuration cannot
 * run; not if only tasks have failed. UNASSIGNED: before it is started. RESTARTING: during a restart.
 */
export type ConnectorState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING'

/** What keeps a worker from its group. If `failure` is retriable, the worker waits until it is over. */
export interface GroupTrouble {
  readonly failure: Failure
  /** When it began, in milliseconds since 1970. */
  readonly since: number
}

/** A connector as configured. */
export interface ConnectorInfo {
  readonly name: string
  /** As sent, plus `name`. */
  readonly config: RawConfig
  /** Ids of its tasks, from 0; none while STOPPED or not started yet. */
  readonly tasks: readonly number[]
  /** The file it comes from, the only place to change it; null: not from a file. */
  readonly file: string | null
}

/** The result of checking a configuration. */
export interface ConfigCheck {
  /** Empty: it can run here. */
  readonly errors: readonly Failure[]
  /** Likely mistakes that do not keep it from running. */
  readonly warnings: readonly string[]
}

export interface TaskStatus {
  /** Across all sinks: shard `id mod shards` of sink number `id / shards`, in configuration order. */
  readonly id: number
  readonly state: Exclude<ConnectorState, 'STOPPED'>
  /** `host:port` of the worker's REST address, as Connect has it. */
  readonly workerId: string
  /** Why it is FAILED or RESTARTING. `failure.trace` is Connect's trace. */
  readonly failure: Failure | null
}

export interface ConnectorStatus {
  readonly name: string
  readonly state: ConnectorState
  readonly workerId: string
  /** Why it is FAILED. */
  readonly failure: Failure | null
  readonly tasks: readonly TaskStatus[]
}

export interface ConnectorView {
  readonly info: ConnectorInfo
  readonly status: ConnectorStatus
}

/** A connector with its progress. */
export interface ConnectorOverview extends ConnectorView {
  readonly progress: ConnectorProgress
}

/** A task's part of its connector: its configuration in Connect's terms. */
export interface TaskInfo {
  readonly id: number
  /** Strings as sent, plus its identity: `task.shard`, `task.shards`, and `task.sink` if there are several. */
  readonly config: RawConfig
}

/** Progress of a task, as far as known. In a group it may be some seconds old (`asOf`). */
export interface TaskProgress {
  readonly id: number
  readonly shard: number
  readonly shards: number
  /** Which of several sinks it delivers to; null: the only one. */
  readonly sink: string | null
  /** Next position of the shard; everything below is delivered or dropped. Null: unknown until it is started. */
  readonly position: number | null
  readonly complete: boolean
  /** Since the worker started the task. */
  readonly records: number
  readonly bytes: number
  readonly errors: number
  readonly retries: number
  readonly dropped: number
  /** Over the last ten seconds. */
  readonly recordsPerSecond: number
  /** Time of this reading, in milliseconds since 1970; null: the task has not been started yet. */
  readonly asOf: number | null
}

export interface ConnectorProgress {
  readonly name: string
  /** The stream is bounded, and all records of all tasks are delivered. */
  readonly complete: boolean
  /** `throughput.max_records`: end position (exclusive); null: unbounded. */
  readonly endPosition: number | null
  /** Lowest position of all tasks; everything below is delivered or dropped, to every sink. Null: unknown yet. */
  readonly position: number | null
  /** Across all tasks; with several sinks a record counts once for each. */
  readonly records: number
  readonly recordsPerSecond: number
  /** The fixed rate requested across all tasks; null: none (unlimited, adaptive or shaped). */
  readonly targetRecordsPerSecond: number | null
  readonly tasks: readonly TaskProgress[]
}

/** A source partition and its offset (KIP-875), as in Connect's offset topic. */
export interface ConnectorOffset {
  /** `{"shard": 0}`, plus `"sink": "name"` if there are several. */
  readonly partition: { readonly shard: number; readonly sink?: string }
  /** `{"position", "fingerprint", "shards"}`. */
  readonly offset: { readonly position: number; readonly fingerprint: string; readonly shards: number }
}

/**
 * A requested change of an offset, unchecked. A partition needs its shard (and sink). An offset needs `position`, any
 * whole number: the shard resumes at its first position from there; `fingerprint` and `shards` are optional, and must
 * be those of the connector. A null offset resets the shard.
 */
export interface OffsetChange {
  readonly partition: RawValue
  readonly offset: RawValue
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LoggerLevel {
  readonly level: LogLevel
  /** When it was set, in milliseconds since 1970; null: never. */
  readonly lastModified: number | null
}

export interface RestartOptions {
  /** Restart the tasks too, not only the connector. */
  readonly includeTasks: boolean
  /** Only FAILED ones. */
  readonly onlyFailed: boolean
}

/** A worker's part in its group. */
export interface GroupFigures {
  /** Ids of the workers in the group, as of the last assignment; none: this one is in no group now. */
  readonly workers: readonly string[]
  /** Of the last assignment; -1: none yet. */
  readonly generation: number
  /** Assignments that this worker has carried out. */
  readonly rebalances: number
  /** Total time from the beginning of each rebalance until this worker ran its assignment. */
  readonly rebalanceMs: number
  /** A rebalance is in progress. */
  readonly isRebalancing: boolean
}

/** An event, for logs and pages. */
export type HerderEvent =
  /** `warnings` about its configuration, as from `check`. */
  | {
      readonly type: 'created' | 'reconfigured'
      readonly connector: string
      readonly warnings: readonly string[]
    }
  | { readonly type: 'deleted' | 'complete'; readonly connector: string }
  /** Also emitted for one that could not start, with its failure. */
  | {
      readonly type: 'connector'
      readonly connector: string
      readonly state: ConnectorState
      readonly failure: Failure | null
    }
  | {
      readonly type: 'task'
      readonly connector: string
      readonly task: number
      readonly state: TaskStatus['state']
      readonly workerId: string
      /** Why it is FAILED or RESTARTING. */
      readonly failure: Failure | null
      /** Time until the next attempt, if RESTARTING. */
      readonly retryInMs: number
    }

/**
 * Every call may reject with GenesisError; `errorTable[code].http` is the HTTP status. In addition to the codes named
 * below: CONNECTOR_NOT_FOUND for an unknown name, CONNECTOR_READ_ONLY for changes to a connector from a file,
 * HERDER_STOPPING while the worker shuts down, and KAFKA_… if the group cannot be reached.
 *
 * Once a call resolves, its effect is visible to a subsequent read on any worker. What takes longer (starting and
 * stopping tasks) shows in the status.
 */
export interface Herder {
  /** `host:port` of the worker's REST address: the `worker_id` of states. */
  readonly workerId: string
  /** State of the worker: `starting` until it has read what it hosts. */
  readonly phase: 'starting' | 'running' | 'stopping'

  /**
   * When the state shown by reads was last complete, in milliseconds since 1970 (0: never yet); null: it is current.
   * Only a worker that cannot reach its group shows older state.
   */
  readonly asOf: number | null
  /** Null: it belongs to none. */
  readonly group: GroupFigures | null
  /** What keeps the worker from its group, starting or running; null: nothing. */
  readonly trouble: GroupTrouble | null

  /** All connectors, by name. */
  list(): Promise<readonly ConnectorView[]>
  /** The same with their progress: reads the state of a group once, however many there are. */
  overview(): Promise<readonly ConnectorOverview[]>
  overviewOf(name: string): Promise<ConnectorOverview>
  get(name: string): Promise<ConnectorView>
  status(name: string): Promise<ConnectorStatus>
  tasks(name: string): Promise<readonly TaskInfo[]>
  /** Also throws TASK_NOT_FOUND. */
  taskStatus(name: string, task: number): Promise<TaskStatus>

  /**
   * Checks a configuration as far as possible without a network, like `create`. Never rejects because of its errors.
   */
  check(name: string, config: RawConfig): Promise<ConfigCheck>

  /**
   * Adds a connector. Throws CONNECTOR_EXISTS, and CONFIG_INVALID or other errors (of the model, a condition, the
   * schema), with all of them in `details.all`. `config.name`, if present, must be `name`.
   */
  create(name: string, config: RawConfig, initialState?: TargetState): Promise<ConnectorView>
  /**
   * Adds a connector, or replaces its configuration: its tasks stop after their open transactions and restart with the
   * new one. An equal configuration changes nothing, except that FAILED tasks are restarted. Throws like `create`.
   */
  put(name: string, config: RawConfig): Promise<{ readonly created: boolean; readonly connector: ConnectorView }>
  /** Replaces the given keys; null removes one (KIP-477). Throws like `put`. */
  patch(name: string, changes: RawConfig): Promise<ConnectorView>
  /** Stops its tasks after their open transactions and deletes it. Its checkpoints are kept. */
  delete(name: string): Promise<void>

  /** Stops the tasks after their open transactions; position and configuration are kept. No-op if PAUSED. */
  pause(name: string): Promise<void>
  /** Resumes at the same position, from PAUSED or STOPPED. No-op if running. */
  resume(name: string): Promise<void>
  /** Like `pause`, but removes the tasks, so that offsets can be changed. */
  stop(name: string): Promise<void>
  /**
   * Restarts a FAILED connector and, with `includeTasks`, its tasks. Resolves to what is then RESTARTING. No-op if
   * STOPPED.
   */
  restart(name: string, options: RestartOptions): Promise<ConnectorStatus>
  /** Throws TASK_NOT_FOUND, CONNECTOR_STOPPED. */
  restartTask(name: string, task: number): Promise<void>

  /** All committed offsets, even while running, ordered by sink and shard. */
  offsets(name: string): Promise<readonly ConnectorOffset[]>
  /**
   * Moves shards to other positions, after fencing their transactional ids. Validated as a whole; a later error (a
   * failing broker) may leave only some moved. Resolves to a message about the result. Throws CONNECTOR_NOT_STOPPED,
   * OFFSET_INVALID.
   */
  alterOffsets(name: string, changes: readonly OffsetChange[]): Promise<string>
  /** Resets the positions of all shards, after fencing: it restarts at 0. Throws CONNECTOR_NOT_STOPPED. */
  resetOffsets(name: string): Promise<string>

  /** Topics it has sent to since the last reset (KIP-558); none for an unknown name. */
  topics(name: string): Promise<readonly string[]>
  /** No-op for an unknown name. */
  resetTopics(name: string): Promise<void>

  /** Loggers by name; `root` covers all. */
  loggers(): Promise<ReadonlyMap<string, LoggerLevel>>
  /**
   * Sets the level of a logger and its descendants, on this worker or the whole group (KIP-976). Resolves to the names
   * of the changed loggers; with scope `cluster`, to none. Throws OPTION_INVALID for an unknown level.
   */
  setLogger(logger: string, level: string, scope: 'worker' | 'cluster'): Promise<readonly string[]>

  /** Calls back synchronously for all events from now on. Returns a function that unsubscribes. */
  subscribe(listener: (event: HerderEvent) => void): () => void
}
