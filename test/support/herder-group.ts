import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { ModelCache } from '#src/connector/model-cache.js'
import { DistributedHerder } from '#src/herder/distributed/distributed.js'
import type { Herder } from '#src/herder/herder.js'
import { writeModel } from '#src/model/artifact-write.js'
import { Worker } from '#src/runtime/worker.js'
import { workerOf } from './connectors.js'
import { FakeExecutor, MemoryShards } from './fake-executor.js'
import { MemoryGroup } from './memory-group.js'
import { MemoryLog, MemoryStore } from './memory-store.js'
import { randomArtifact } from './models.js'

/** A worker of a group in memory. */
export interface GroupWorker {
  readonly herder: DistributedHerder
  readonly executor: FakeExecutor
  readonly membership: ReturnType<MemoryGroup['membership']>
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

  private constructor(t: TestContext, model: string) {
    this.#t = t
    this.model = model
  }

  static async make(t: TestContext, folder: string, count: number): Promise<HerderGroup> {
    const model = join(folder, 'model.json')
    await writeFile(model, writeModel(randomArtifact(1)))
    const group = new HerderGroup(t, model)
    for (let i = 0; i < count; i++) await group.add()
    return group
  }

  async add(workerId = `127.0.0.1:${8083 + this.workers.length}`): Promise<GroupWorker> {
    const folder = dirname(this.model)
    const config = await workerOf({
      rest: { models: folder, schemas: folder, files: folder, secrets: folder, variables: /.*/ },
    })
    const executor = new FakeExecutor(this.shards, config.rest)
    const worker = new Worker(
      config,
      {
        connector: () => undefined,
        task: (...change) => herder.taskChanged(...change),
      },
      { here: executor, threads: executor },
    )
    let membership!: GroupWorker['membership']
    const herder = new DistributedHerder({
      workerId,
      worker,
      planning: { worker: config, env: process.env, models: new ModelCache() },
      positions: this.shards,
      configStore: new MemoryStore(this.config),
      statusStore: new MemoryStore(this.status),
      membership: (handlers) => (membership = this.group.membership(handlers)),
      lostWorkerDelayMs: 20,
      progressMs: 20,
    })
    await herder.start()
    this.#t.after(() => herder.close())
    const added = { herder, executor, membership }
    this.workers.push(added)
    return added
  }

  /** Answers each call by another worker; what is one worker's own by the first. */
  get anyone(): Herder {
    const own = ['subscribe', 'loggers', 'setLogger', 'topics', 'resetTopics']
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
