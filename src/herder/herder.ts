/**
 * What REST, connector files and the command line talk to: the connectors of this process (StandaloneHerder) or of a group
 * of workers, after Kafka Connect's Herder (org.apache.kafka.connect.runtime.Herder).
 */
import type { RawConfig, RawValue } from '../config/raw-connector.js'
import type { Failure } from '../runtime/task-events.js'

/** What is asked of a connector (org.apache.kafka.connect.runtime.TargetState, KIP-980). */
export type TargetState = 'RUNNING' | 'PAUSED' | 'STOPPED'

/**
 * What a connector or a task is. Tasks are never STOPPED: a stopped connector has none.
 *
 * A connector is what is asked of it once all that it needs is there: RUNNING while any of its tasks runs, and after all of
 * a bounded stream is delivered (`ConnectorProgress.complete` tells); FAILED where its configuration cannot be run, not
 * where only tasks have failed; UNASSIGNED before it is started; RESTARTING while a restart of it is under way.
 */
export type ConnectorState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING'

/** A connector as it was configured. */
export interface ConnectorInfo {
  readonly name: string
  /** As it was sent, and `name`. */
  readonly config: RawConfig
  /** Ids of its tasks, from 0 on; none while it is STOPPED, or has not been started yet. */
  readonly tasks: readonly number[]
  /** The file that it comes from, and where alone it can be changed; null: it does not come from one. */
  readonly file: string | null
}

/** What a check of a configuration found. */
export interface ConfigCheck {
  /** Empty: it can run here. */
  readonly errors: readonly Failure[]
  /** What is probably not meant, but keeps nothing from running. */
  readonly warnings: readonly string[]
}

export interface TaskStatus {
  /** Over all sinks: shard `id mod shards` of sink number `id / shards`, in the order of the configuration. */
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

/** A task's part of its connector: what Connect calls its configuration. */
export interface TaskInfo {
  readonly id: number
  /** Texts, as sent; and what makes it this one: `task.shard`, `task.shards`, and `task.sink` where there are several. */
  readonly config: RawConfig
}

/** What a task has done, as far as it is known. Of several workers it is some seconds old (`asOf`). */
export interface TaskProgress {
  readonly id: number
  readonly shard: number
  readonly shards: number
  /** Which of several sinks it delivers to; null: there is one. */
  readonly sink: string | null
  /** Next position of the shard: everything of it below is delivered or dropped; null: not known before it is started. */
  readonly position: number | null
  readonly complete: boolean
  /** Since the worker has started the task. */
  readonly records: number
  readonly bytes: number
  readonly errors: number
  readonly retries: number
  readonly dropped: number
  /** Over the last ten seconds. */
  readonly recordsPerSecond: number
  /** When that was, in milliseconds since 1970; null: the task has not been started yet. */
  readonly asOf: number | null
}

export interface ConnectorProgress {
  readonly name: string
  /** All records of all tasks are delivered: the stream is bounded and at its end. */
  readonly complete: boolean
  /** `throughput.max_records`: the stream ends before this position; null: it does not end. */
  readonly endPosition: number | null
  /** The lowest of the tasks': everything below is delivered or dropped, to every sink; null: not known yet. */
  readonly position: number | null
  /** Of all tasks; to several sinks a record counts once for each. */
  readonly records: number
  readonly recordsPerSecond: number
  /** The fixed rate that is asked of all tasks together; null: there is none (unlimited, adaptive, or in a shape). */
  readonly targetRecordsPerSecond: number | null
  readonly tasks: readonly TaskProgress[]
}

/** A source partition and its offset (KIP-875), in the form of Connect's offset topic. */
export interface ConnectorOffset {
  /** `{"shard": 0}`, and `"sink": "name"` where there are several. */
  readonly partition: { readonly shard: number; readonly sink?: string }
  /** `{"position", "fingerprint", "shards"}`. */
  readonly offset: { readonly position: number; readonly fingerprint: string; readonly shards: number }
}

/**
 * What alters an offset, not checked yet. A partition needs its shard (and sink). In an offset `position` is needed, and is any
 * whole number: the shard goes on at its first position from there; `fingerprint` and `shards` may be left out, and must be
 * those of the connector if they are given. A null offset resets the shard.
 */
export interface OffsetChange {
  readonly partition: RawValue
  readonly offset: RawValue
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LoggerLevel {
  readonly level: LogLevel
  /** When it was set, in milliseconds since 1970; null: it was not. */
  readonly lastModified: number | null
}

export interface RestartOptions {
  /** The tasks too, not the connector alone. */
  readonly includeTasks: boolean
  /** Only what is FAILED. */
  readonly onlyFailed: boolean
}

/** What has happened, for logs and pages. */
export type HerderEvent =
  /** `warnings` about its configuration, as `check` has them. */
  | {
      readonly type: 'created' | 'reconfigured'
      readonly connector: string
      readonly warnings: readonly string[]
    }
  | { readonly type: 'deleted' | 'complete'; readonly connector: string }
  /** Also for one that could not be started, with its failure. */
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
      /** Until the next attempt, where it is RESTARTING. */
      readonly retryInMs: number
    }

/**
 * Every call may reject with GenesisError; `errorTable[code].http` is what REST answers. Apart from the codes that each names:
 * CONNECTOR_NOT_FOUND where there is no connector of the name, CONNECTOR_READ_ONLY for changes of one that comes from a
 * file, HERDER_STOPPING while the worker ends, and KAFKA_… where the group cannot be asked.
 *
 * A call that resolves is done as far as others can see: a read after it, by any worker, has its effect. What takes longer
 * (tasks that start and end) is seen in the status.
 */
export interface Herder {
  /** `host:port` of the worker's REST address: the `worker_id` of states. */
  readonly workerId: string
  /** What the worker is: `starting` until it has read what it hosts. */
  readonly phase: 'starting' | 'running' | 'stopping'

  /**
   * When what reads show was known to be all, in milliseconds since 1970 (0: it has not been yet); null: it is so now. Only a
   * worker that cannot reach its group shows what is older.
   */
  readonly asOf: number | null

  /** All connectors, in the order of their names. */
  list(): Promise<readonly ConnectorView[]>
  get(name: string): Promise<ConnectorView>
  status(name: string): Promise<ConnectorStatus>
  tasks(name: string): Promise<readonly TaskInfo[]>
  /** Throws TASK_NOT_FOUND too. */
  taskStatus(name: string, task: number): Promise<TaskStatus>
  progress(name: string): Promise<ConnectorProgress>

  /** Checks a configuration as far as that is possible without a network, as `create` does. Never rejects because of it. */
  check(name: string, config: RawConfig): Promise<ConfigCheck>

  /**
   * Adds a connector. Throws CONNECTOR_EXISTS, and CONFIG_INVALID (or what else is wrong: the model, a condition, the
   * schema), with all errors in `details.all`. `config.name`, where it is there, must be `name`.
   */
  create(name: string, config: RawConfig, initialState?: TargetState): Promise<ConnectorView>
  /**
   * Adds a connector, or replaces its configuration: its tasks end after their open transactions and start with the new one. An
   * equal configuration changes nothing (but starts FAILED tasks). Throws what `create` throws.
   */
  put(name: string, config: RawConfig): Promise<{ readonly created: boolean; readonly connector: ConnectorView }>
  /** Replaces the keys that are given; null removes one (KIP-477). Throws what `put` throws. */
  patch(name: string, changes: RawConfig): Promise<ConnectorView>
  /** Ends its tasks after their open transactions and forgets it. Its checkpoints stay. */
  delete(name: string): Promise<void>

  /** Ends the tasks after their open transactions; position and configuration stay. Nothing if it is PAUSED. */
  pause(name: string): Promise<void>
  /** Goes on at the same position, from PAUSED or STOPPED. Nothing if it runs. */
  resume(name: string): Promise<void>
  /** Like `pause`, and it has no tasks then: its offsets can be changed. */
  stop(name: string): Promise<void>
  /**
   * Starts a FAILED connector, and with `includeTasks` its tasks, again. Resolves with what then is RESTARTING.
   * Nothing if it is STOPPED.
   */
  restart(name: string, options: RestartOptions): Promise<ConnectorStatus>
  /** Throws TASK_NOT_FOUND, CONNECTOR_STOPPED. */
  restartTask(name: string, task: number): Promise<void>

  /** Every committed offset, also of a connector that runs, in the order of sinks and shards. */
  offsets(name: string): Promise<readonly ConnectorOffset[]>
  /**
   * Moves shards to other positions; the transactional ids are fenced first. All of them or none is checked; an error
   * after that (a broker that fails) may leave some. Resolves with a sentence about what was done. Throws
   * CONNECTOR_NOT_STOPPED, OFFSET_INVALID.
   */
  alterOffsets(name: string, changes: readonly OffsetChange[]): Promise<string>
  /** Forgets the positions of all shards, fenced first: it begins at 0. Throws CONNECTOR_NOT_STOPPED. */
  resetOffsets(name: string): Promise<string>

  /** Topics that it has sent to since the last reset (KIP-558); none for a name that is not known. */
  topics(name: string): Promise<readonly string[]>
  /** Nothing for a name that is not known. */
  resetTopics(name: string): Promise<void>

  /** Loggers by name; `root` is all of them. */
  loggers(): Promise<ReadonlyMap<string, LoggerLevel>>
  /**
   * Sets the level of a logger and of those below it, on this worker or on all of a group (KIP-976). Resolves with the names of
   * the loggers that were changed; with scope `cluster` with none. Throws OPTION_INVALID for an unknown level.
   */
  setLogger(logger: string, level: string, scope: 'worker' | 'cluster'): Promise<readonly string[]>

  /** Calls back, synchronously, about what happens from now on. Returns what ends it. */
  subscribe(listener: (event: HerderEvent) => void): () => void
}
