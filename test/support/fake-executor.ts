import type { RestFolders } from '#src/config/connect-keys.js'
import { resolveDelivery } from '#src/config/resolve-connector.js'
import { deliveryName, type ConnectorConfig } from '#src/config/connector.js'
import { ModelCache } from '#src/connector/model-cache.js'
import { openConnector, type ConnectorOpening } from '#src/connector/open.js'
import { systemClock } from '#src/delivery/clock.js'
import { GenesisError } from '#src/errors.js'
import type { PositionStore } from '#src/herder/offsets.js'
import { Unlimited } from '#src/pacing/unlimited.js'
import { asFailure } from '#src/runtime/task-events.js'
import type { RunningTask, TaskExecutor, TaskListener, TaskSpec } from '#src/runtime/task-executor.js'
import { Task } from '#src/runtime/task.js'
import { MemorySink, MemoryStore, PositionEncoder, PositionGenerator } from './fake-task.js'

const models = new ModelCache()

/** The durable places of all shards of all connectors, as a broker has them: they outlive executors. */
export class MemoryShards implements PositionStore {
  readonly #stores = new Map<string, MemoryStore>()

  of(delivery: string, shard: number): MemoryStore {
    const key = `${delivery}#${shard}`
    const store = this.#stores.get(key) ?? new MemoryStore()
    this.#stores.set(key, store)
    return store
  }

  read(delivery: ConnectorConfig) {
    const found = this.#shardsOf(delivery).map(
      (shard) => [shard, this.of(deliveryName(delivery), shard).checkpoint] as const,
    )
    return Promise.resolve(new Map(found.flatMap(([shard, one]) => (one === null ? [] : [[shard, one] as const]))))
  }

  move(
    delivery: ConnectorConfig,
    fingerprint: string,
    next: (shard: number, current: number | null) => number | null,
  ): Promise<void> {
    const shards = delivery.tasks.max
    for (const shard of this.#shardsOf(delivery)) {
      const store = this.of(deliveryName(delivery), shard)
      store.owner = null
      const position = next(shard, store.checkpoint?.position ?? null)
      store.checkpoint = position === null ? null : { position, fingerprint, shards }
    }
    return Promise.resolve()
  }

  #shardsOf({ tasks }: ConnectorConfig): number[] {
    return Array.from({ length: tasks.max }, (_, shard) => shard)
  }
}

/** Runs real tasks of records without fields, into memory: a few microseconds from start to end. */
export class FakeExecutor implements TaskExecutor {
  readonly #shards: MemoryShards
  readonly #folders: RestFolders
  readonly #running = new Map<string, { readonly listener: TaskListener; readonly task: RunningTask }>()
  /** `<delivery>#<shard>` of every task that was started. */
  readonly started: string[] = []

  constructor(shards: MemoryShards, folders: RestFolders) {
    this.#shards = shards
    this.#folders = folders
  }

  start({ connector, delivery, shard }: TaskSpec, listener: TaskListener): RunningTask {
    const name = deliveryName(delivery)
    const key = `${name}#${shard}`
    this.started.push(key)
    let task: Task | null = null
    let isStopping = false
    let hasEnded = false
    const ended: TaskListener['ended'] = (end) => {
      if (hasEnded) return
      hasEnded = true
      this.#running.delete(key)
      listener.ended(end)
    }
    const running: RunningTask = {
      stop: () => {
        isStopping = true
        task?.stop()
      },
      abandon: () => {
        isStopping = true
        void task?.abandon()
      },
    }
    this.#running.set(key, { listener: { ...listener, ended }, task: running })
    const run = async (): Promise<void> => {
      const resolved = resolveDelivery(connector, delivery.sinkName, process.env, this.#folders)
      const load: ConnectorOpening['load'] = (source) => models.load(source)
      const { fingerprint } = await openConnector(resolved, { load, shard, capacity: 1 })
      const shards = resolved.tasks.max
      const positions = new PositionGenerator(10, shards)
      const generator = {
        fields: [],
        fingerprint,
        capacity: positions.capacity,
        get position() {
          return positions.position
        },
        start: (position: number) => positions.start(position),
        generate: (count: number) => positions.generate(count),
      }
      const sink = new MemorySink(this.#shards.of(name, shard))
      const parts = { generator, encoder: new PositionEncoder(), sink, pacer: new Unlimited() }
      const { transaction, errors, throughput } = resolved
      const options = {
        shard: { connector: connector.name, shard, shards },
        from: 0,
        to: throughput.maxRecords,
        transaction,
        errors,
      }
      task = new Task(options, parts, listener, systemClock)
      ended(isStopping ? { end: 'stopped' } : await task.run())
    }
    run().catch((error: unknown) => ended({ end: 'failed', failure: asFailure(error) }))
    return running
  }

  runs(delivery: string, shard: number): boolean {
    return this.#running.has(`${delivery}#${shard}`)
  }

  /** Has a running task end as if its thread had met an error that does not pass. */
  fail(delivery: string, shard: number): void {
    const running = this.#running.get(`${delivery}#${shard}`)
    if (running === undefined) throw new Error(`${delivery}#${shard} does not run`)
    running.task.abandon()
    const failure = asFailure(new GenesisError('KAFKA_FENCED', 'as scripted'))
    running.listener.ended({ end: 'failed', failure })
  }

  close(): Promise<void> {
    for (const { task } of this.#running.values()) task.abandon()
    return Promise.resolve()
  }
}
