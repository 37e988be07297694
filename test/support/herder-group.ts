import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { RestFolders } from '#src/config/connect-keys.js'
import type { Environment } from '#src/config/placeholders.js'
import { ModelCache } from '#src/connector/model-cache.js'
import type { GenesisError } from '#src/errors.js'
import { DistributedHerder } from '#src/herder/distributed/distributed.js'
import type { Herder } from '#src/herder/herder.js'
import type { Planning } from '#src/herder/hosted-connector.js'
import { writeModel } from '#src/model/artifact-write.js'
import { Worker } from '#src/runtime/worker.js'
import { workerOf } from './connectors.js'
import { FakeExecutor, MemoryShards } from './fake-executor.js'
import { MemoryGroup } from './memory-group.js'
import { MemoryLog, MemoryStore } from './memory-store.js'
import { randomArtifact } from './models.js'

/** Where the workers find their files and variables. `model.json` is made in the folder of models. */
export interface GroupPlace {
  readonly rest: RestFolders
  readonly env: Environment
}

/** A worker of a group in memory. */
export interface GroupWorker {
  readonly herder: DistributedHerder
  readonly planning: Planning
  readonly executor: FakeExecutor
  readonly membership: ReturnType<MemoryGroup['membership']>
  /** From now on it cannot read or write the logs; null: it can again. */
  cut(error: GenesisError | null): void
  /** What it has said is in its way, and (null) is not any more. */
  readonly troubles: readonly (GenesisError | null)[]
}

/** A group of workers in one process, without a broker. */
export class HerderGroup {
  readonly shards = new MemoryShards()
  readonly config = new MemoryLog()
  readonly status = new MemoryLog()
  readonly group = new MemoryGroup()
  readonly workers: GroupWorker[] = []
  readonly model: string
  readonly #t: TestContext
  readonly #place: GroupPlace

  private constructor(t: TestContext, place: GroupPlace) {
    this.#t = t
    this.#place = place
    this.model = join(place.rest.models, 'model.json')
  }

  static async make(t: TestContext, count: number, place: GroupPlace): Promise<HerderGroup> {
    const group = new HerderGroup(t, place)
    await writeFile(group.model, writeModel(randomArtifact(1)))
    for (let i = 0; i < count; i++) await group.add()
    return group
  }

  async add(workerId?: string): Promise<GroupWorker> {
    const added = await this.addUnstarted(workerId)
    await added.herder.start()
    return added
  }

  async addUnstarted(workerId = `127.0.0.1:${8083 + this.workers.length}`): Promise<GroupWorker> {
    const { rest, env } = this.#place
    const config = await workerOf({ rest })
    const planning = { worker: config, env, models: new ModelCache() }
    const executor = new FakeExecutor(this.shards, config.rest)
    const worker = new Worker(
      config,
      {
        connector: () => undefined,
        task: (...change) => herder.taskChanged(...change),
      },
      { here: executor, threads: executor },
    )
    const stores = [new MemoryStore(this.config), new MemoryStore(this.status)]
    const troubles: (GenesisError | null)[] = []
    let membership!: GroupWorker['membership']
    const herder = new DistributedHerder({
      workerId: () => workerId,
      worker,
      planning,
      positions: this.shards,
      configStore: stores[0],
      statusStore: stores[1],
      membership: (handlers) => (membership = this.group.membership(handlers)),
      lostWorkerDelayMs: 20,
      progressMs: 20,
      trouble: (error) => void troubles.push(error),
    })
    this.#t.after(() => herder.close())
    const cut = (error: GenesisError | null): void => stores.forEach((store) => store.cut(error))
    const added = { herder, planning, executor, membership, cut, troubles }
    this.workers.push(added)
    return added
  }

  /** Answers each call by another worker; what is one worker's own by the first. */
  get anyone(): Herder {
    const own = ['subscribe', 'loggers', 'setLogger']
    let turn = 0
    return new Proxy<Herder>(this.workers[0].herder, {
      get: (first, name) => {
        const one = own.includes(String(name)) ? first : this.workers[turn++ % this.workers.length].herder
        const found: unknown = Reflect.get(one, name, one)
        return typeof found === 'function' ? (found.bind(one) as unknown) : found
      },
    })
  }

  /** Of all workers. */
  started(): string[] {
    return this.workers.flatMap(({ executor }) => executor.started)
  }

  fail(delivery: string, shard: number): void {
    const runner = this.workers.find(({ executor }) => executor.runs(delivery, shard))
    if (runner === undefined) throw new Error(`nobody runs ${delivery}#${shard}`)
    runner.executor.fail(delivery, shard)
  }
}
