import type { WorkerConfig } from '../config/worker.js'
import { CurrentEncoder } from '../encode/current-encoder.js'
import type { Encoder } from '../encode/encoder.js'
import { loadEncoder } from '../encode/load.js'
import { createRegistry, type Registry } from '../encode/registry.js'
import { SchemaWatch } from '../encode/schema-watch.js'
import type { SubjectRegistry } from '../encode/subject.js'
import type { ConnectorConfig } from '../config/connector.js'
import { openConnector } from '../connector/open.js'
import type { ShardId } from '../record.js'
import type { SharedSinkParts, SinkPlan } from '../sink/plan.js'
import { createSink } from '../sink/sinks.js'
import type { Sink } from '../sink/sink.js'
import { createPacer, largestGrant } from '../pacing/create.js'
import { Unlimited } from '../pacing/unlimited.js'
import { systemClock } from '../delivery/clock.js'
import { Recovery } from '../delivery/recovery.js'
import { ModelCache } from '../connector/model-cache.js'
import type { TaskEvents } from './task-events.js'
import type { SpanName } from '../telemetry/span-table.js'
import type { TaskTrace } from './task-trace.js'
import { Task } from './task.js'
import { Turns } from './turns.js'

/** Shared by the tasks of a thread. */
export interface TaskResources {
  readonly worker: WorkerConfig
  readonly models: ModelCache
  readonly registry: Registry | null
  /** Watches the schemas registered there. */
  readonly schemas: SchemaWatch | null
  readonly sinks: SharedSinkParts
  readonly recovery: Recovery
  readonly turns: Turns
}

export function createResources(worker: WorkerConfig): TaskResources {
  const registry = createRegistry(worker.registry)
  return {
    worker,
    models: new ModelCache(),
    registry,
    schemas: registry && new SchemaWatch(registry),
    sinks: {},
    recovery: new Recovery(systemClock),
    turns: new Turns(systemClock),
  }
}

/** A task with its checked configuration, including secrets: it stays on this thread. */
export interface ResolvedTask {
  readonly connector: ConnectorConfig
  /** Its shard, out of `connector.tasks.max`. */
  readonly shard: number
  /** @default null: it makes no spans */
  readonly trace?: TaskTrace | null
}

/** A slice of the stream instead of everything up to max_records. */
export interface Slice {
  readonly from: number
  readonly to: number | null
}

/**
 * Creates a task from its description: loads the model, compiles conditions and encoder. Throws their errors;
 * connects nothing until the task runs.
 */
export async function openTask(
  { connector, shard: index, trace = null }: ResolvedTask,
  { worker, models, registry, schemas, sinks, recovery, turns }: TaskResources,
  events: TaskEvents,
  slice: Slice = { from: 0, to: connector.throughput.maxRecords },
  makeSink: (plan: SinkPlan) => Promise<Sink> = createSink,
): Promise<Task> {
  const { name, sinkName, tasks } = connector
  const sinkOf = sinkName === null ? {} : { sink: sinkName }
  const shard: ShardId = { connector: name, ...sinkOf, shard: index, shards: tasks.max }
  const generator = await openConnector(connector, {
    load: (path) => models.load(path),
    shard: shard.shard,
    capacity: largestGrant(connector.throughput, shard),
  })
  const { fields, fingerprint } = generator
  const createEncoder = await loadEncoder(connector)
  const make = (one: SubjectRegistry | null): Encoder => createEncoder(connector, one)(fields)
  const encoder =
    registry === null || schemas === null
      ? make(null)
      : new CurrentEncoder(make, tracedRegistry(registry, trace), schemas)
  const sink = await makeSink({ connector, worker, shard, fields, fingerprint, shared: sinks })
  const { transaction, errors } = connector
  const commitMs = transaction.boundary === 'interval' ? transaction.intervalMs : Infinity
  const pacer = createPacer(connector.throughput, shard, connector.seed, commitMs)
  const turn = sink.writesInTurns === true && pacer instanceof Unlimited ? turns.turn() : undefined
  const options = { shard, ...slice, transaction, errors }
  return new Task(options, { generator, encoder, sink, pacer, trace, turn }, events, systemClock, undefined, recovery)
}

/** The registry with a span for each subject that is registered or looked up. */
function tracedRegistry(registry: SubjectRegistry, trace: TaskTrace | null): SubjectRegistry {
  if (trace === null) return registry
  const traced = (name: SpanName, subject: string, ask: () => Promise<number>): Promise<number> =>
    trace.step(name, ask, (id) => ({ 'genesis.subject': subject, 'genesis.schema_id': id }))
  return {
    register: (subject, ...rest) => traced('register schema', subject, () => registry.register(subject, ...rest)),
    lookup: (subject, ...rest) => traced('look up schema', subject, () => registry.lookup(subject, ...rest)),
    versionOf: (...call) => registry.versionOf(...call),
    latest: (...call) => registry.latest(...call),
    compatibility: (...call) => registry.compatibility(...call),
  }
}
