import type { WorkerConfig } from '../config/worker.js'
import type { CurrentEncoder } from '../encode/current-encoder.js'
import type { Encoder } from '../encode/encoder.js'
import { loadEncoder } from '../encode/load.js'
import type { Registry } from '../encode/registry.js'
import type { SchemaWatch } from '../encode/schema-watch.js'
import type { SubjectRegistry } from '../encode/subject.js'
import type { ConnectorConfig } from '../config/connector.js'
import { openConnector } from '../connector/open.js'
import type { ShardId } from '../record.js'
import type { SharedSinkParts, SinkPlan } from '../sink/plan.js'
import { createSink } from '../sink/sinks.js'
import type { Sink } from '../sink/sink.js'
import { loadPacing } from '../pacing/load.js'
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

export async function createResources(worker: WorkerConfig): Promise<TaskResources> {
  return {
    worker,
    models: new ModelCache(),
    ...(await registryOf(worker)),
    sinks: {},
    recovery: new Recovery(systemClock),
    turns: new Turns(systemClock),
  }
}

/** Many workers and commands have no registry, and load nothing for it. */
async function registryOf(worker: WorkerConfig): Promise<Pick<TaskResources, 'registry' | 'schemas'>> {
  if (worker.registry.url === null) return { registry: null, schemas: null }
  const [{ createRegistry }, { SchemaWatch }] = await Promise.all([
    import('../encode/registry.js'),
    import('../encode/schema-watch.js'),
  ])
  const registry = createRegistry(worker.registry)
  return { registry, schemas: registry && new SchemaWatch(registry) }
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
  const pacing = await loadPacing(connector.throughput, shard, (slice.to ?? Infinity) - slice.from)
  const generator = await openConnector(connector, {
    load: (path) => models.load(path),
    shard: shard.shard,
    capacity: pacing.largestGrant,
  })
  const { fields, fingerprint } = generator
  const createEncoder = await loadEncoder(connector)
  const make = (one: SubjectRegistry | null): Encoder => createEncoder(connector, one)(fields)
  const encoder =
    registry === null || schemas === null
      ? make(null)
      : await currentEncoder(make, tracedRegistry(registry, trace), schemas)
  const sink = await makeSink({ connector, worker, shard, fields, fingerprint, shared: sinks })
  const { transaction, errors } = connector
  const commitMs = transaction.boundary === 'interval' ? transaction.intervalMs : Infinity
  const pacer = pacing.create(connector.seed, commitMs)
  const turn = sink.writesInTurns === true && pacer instanceof Unlimited ? turns.turn() : undefined
  const options = { shard, ...slice, transaction, errors }
  return new Task(options, { generator, encoder, sink, pacer, trace, turn }, events, systemClock, undefined, recovery)
}

async function currentEncoder(...parts: ConstructorParameters<typeof CurrentEncoder>): Promise<Encoder> {
  const { CurrentEncoder } = await import('../encode/current-encoder.js')
  return new CurrentEncoder(...parts)
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
