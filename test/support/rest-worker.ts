import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { WorkerConfig } from '#src/config/worker.js'
import type { RestFolders } from '#src/config/connect-keys.js'
import type { Environment } from '#src/config/placeholders.js'
import { ModelCache } from '#src/connector/model-cache.js'
import type { GenesisError } from '#src/errors.js'
import type { Herder } from '#src/herder/herder.js'
import type { Planning } from '#src/herder/hosted-connector.js'
import { Loggers } from '#src/herder/loggers.js'
import { StandaloneHerder } from '#src/herder/standalone.js'
import { writeModel } from '#src/model/artifact-write.js'
import { createServer, type RestServices } from '#src/rest/server.js'
import { genesisServices } from '#src/rest/services.js'
import { Worker } from '#src/runtime/worker.js'
import { workerOf } from './connectors.js'
import { HerderGroup } from './herder-group.js'
import { FakeExecutor, MemoryShards } from './fake-executor.js'
import { randomArtifact } from './models.js'

/** Whatever serves REST. */
export interface RestPlace {
  readonly server: FastifyInstance
  readonly services: RestServices
  readonly herder: Herder
  /** Of the worker: `models/model.json` is there, and `secrets/` and `files/`. */
  readonly folder: string
  /** What was reported as a defect. */
  readonly defects: readonly GenesisError[]
  /** `<delivery>#<shard>` of every task that was started, in order within a worker. */
  readonly started: () => readonly string[]
}

export interface RestWorker extends RestPlace {
  readonly herder: StandaloneHerder
  readonly config: WorkerConfig
  readonly shards: MemoryShards
  readonly executor: FakeExecutor
}

/** Two workers of a group, of which each call is answered by the other one, behind one address. */
export async function startRestGroup(t: TestContext, env: Environment = {}): Promise<RestPlace> {
  const { folder, rest } = await makeFolders(t)
  const group = await HerderGroup.make(t, 2, { rest, env })
  const { anyone: herder, workers } = group
  const { server, services, defects } = serve(t, herder, workers[0].planning, { status: () => [], failures: new Map() })
  return { server, services, herder, folder, defects, started: () => group.started() }
}

async function makeFolders(t: TestContext): Promise<{ readonly folder: string; readonly rest: RestFolders }> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-rest-'))
  t.after(() => rm(folder, { recursive: true }))
  const folders = {
    models: join(folder, 'models'),
    schemas: join(folder, 'schemas'),
    files: join(folder, 'files'),
    secrets: join(folder, 'secrets'),
  }
  await Promise.all(Object.values(folders).map((path) => mkdir(path)))
  await writeFile(join(folders.models, 'model.json'), writeModel(randomArtifact(1)))
  return { folder, rest: { ...folders, variables: /^(?!PRIVATE_)/ } }
}

/** A whole worker with its REST interface, whose tasks send to memory. */
export async function startRestWorker(t: TestContext, env: Environment = {}): Promise<RestWorker> {
  const { folder, rest } = await makeFolders(t)
  const config = await workerOf({ rest })
  const shards = new MemoryShards()
  const executor = new FakeExecutor(shards, rest)
  const worker = new Worker(
    config,
    { connector: () => undefined, task: (...change) => herder.taskChanged(...change) },
    { here: executor, threads: executor },
  )
  const planning = { worker: config, env, models: new ModelCache() }
  const herder = new StandaloneHerder({
    workerId: () => '127.0.0.1:8083',
    worker,
    planning,
    positions: shards,
    loggers: new Loggers('info'),
  })
  await herder.start()
  t.after(() => herder.close())
  const { server, services, defects } = serve(t, herder, planning, worker)
  return { server, services, herder, config, shards, executor, folder, defects, started: () => executor.started }
}

function serve(
  t: TestContext,
  herder: Herder,
  planning: Planning,
  worker: Pick<RestServices['view'], 'status' | 'failures'>,
): Pick<RestPlace, 'server' | 'services' | 'defects'> {
  const defects: GenesisError[] = []
  const services: RestServices = {
    view: {
      get phase() {
        return herder.phase
      },
      status: () => worker.status(),
      failures: worker.failures,
    },
    herder,
    version: '9.8.7',
    clusterId: () => Promise.resolve('a-cluster'),
    genesis: genesisServices(planning),
    ui: true,
    onDefect: (error) => void defects.push(error),
  }
  const server = createServer(services)
  t.after(() => server.close())
  return { server, services, defects }
}
