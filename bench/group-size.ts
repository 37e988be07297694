/** Cost of connectors for the herders of a group's workers, by number of connectors: herders and logs in memory, no broker and no tasks. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadWorker } from '#src/config/worker-file.js'
import type { WorkerConfig } from '#src/config/worker.js'
import { ModelCache } from '#src/connector/model-cache.js'
import { assignTasks } from '#src/herder/distributed/assignment.js'
import { DistributedHerder } from '#src/herder/distributed/distributed.js'
import { encodeAssignment } from '#src/herder/distributed/group-protocol.js'
import type { PositionStore } from '#src/herder/offsets.js'
import type { TaskHost } from '#src/herder/task-host.js'
import { writeModel } from '#src/model/artifact-write.js'
import { MemoryGroup } from '../test/support/memory-group.js'
import { MemoryLog, MemoryStore } from '../test/support/memory-store.js'
import { randomArtifact } from '../test/support/models.js'

/** Times are CPU times, unaffected by other load. */
export interface GroupSize {
  readonly connectors: number
  /** For a starting worker: replay of the log, milliseconds. */
  readonly replayMs: number
  /** For one more creation, including its check, milliseconds. */
  readonly createMs: number
  /** For the leader, assigning them when a fifth worker joins four, milliseconds. */
  readonly assignMs: number
  /** The assignment of one of five members; the coordinator stores all of them in one record, plus as much metadata from the members. */
  readonly assignmentBytes: number
  /** GET /connectors?expand=status, without its JSON, milliseconds. */
  readonly listMs: number
  readonly logBytes: number
  readonly heapBytes: number
}

const members = 4
const creations = 50
const nothing: TaskHost = {
  startTask: () => Promise.resolve(),
  stopTask: () => Promise.resolve(),
  forgetTask: () => Promise.resolve(),
  status: () => [],
  statusOf: () => undefined,
  stop: () => Promise.resolve(true),
}
const positions: PositionStore = { read: () => Promise.resolve(new Map()), move: () => Promise.resolve() }

export async function benchGroupSize(connectors: number): Promise<GroupSize> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-bench-'))
  await writeFile(join(folder, 'model.json'), writeModel(randomArtifact(1)))
  const worker = await loadWorker(null, {})
  const place = new Place({ ...worker, rest: { ...worker.rest, models: folder } })
  try {
    place.config.append(
      Array.from({ length: connectors }, (_, i) => {
        return { key: `connector-${nameOf(i)}`, value: Buffer.from(JSON.stringify({ properties: configOf(i) })) }
      }),
    )
    const logBytes = place.config.records.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0)
    const heapBefore = heapBytes()
    let herder!: DistributedHerder
    const replayMs = await cpuMs(async () => void (herder = await place.start()))
    const heap = heapBytes() - heapBefore
    const listMs = await cpuMs(() => herder.list())
    const createMs = await cpuMs(async () => {
      for (let i = connectors; i < connectors + creations; i++) await herder.create(nameOf(i), configOf(i))
    })
    await herder.close()
    const { assignMs, assignmentBytes } = await assigned(connectors)
    return {
      ...{ connectors, replayMs, createMs: createMs / creations, assignMs, assignmentBytes, listMs, logBytes },
      heapBytes: heap,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** An in-memory group whose tasks are never run. */
class Place {
  readonly config = new MemoryLog()
  readonly #status = new MemoryLog()
  readonly #group = new MemoryGroup()
  readonly #worker: WorkerConfig
  #count = 0

  constructor(worker: WorkerConfig) {
    this.#worker = worker
  }

  async start(): Promise<DistributedHerder> {
    const id = `127.0.0.1:${++this.#count}`
    const herder = new DistributedHerder({
      workerId: () => id,
      worker: nothing,
      planning: { worker: this.#worker, env: {}, models: new ModelCache() },
      positions,
      configStore: new MemoryStore(this.config),
      statusStore: new MemoryStore(this.#status),
      membership: (handlers) => this.#group.membership(handlers),
      lostWorkerDelayMs: 0,
      progressMs: 1e9,
    })
    await herder.start()
    return herder
  }
}

function nameOf(i: number): string {
  return `connector-${String(i).padStart(5, '0')}`
}

function configOf(i: number): Record<string, string> {
  return {
    ...{ 'connector.class': 'GenesisSource', model: 'model.json', topic: nameOf(i), 'value.format': 'json' },
    ...{ 'throughput.rate': '10', 'tasks.max': '1', seed: String(i) },
  }
}

/** A fifth worker joins: a fifth of the tasks moves from the other four. */
async function assigned(count: number): Promise<Pick<GroupSize, 'assignMs' | 'assignmentBytes'>> {
  const tasks = Array.from({ length: count }, (_, i) => `${nameOf(i)}#0`)
  const owned = Array.from({ length: members }, (_, m) => new Set(tasks.filter((_, i) => i % members === m)))
  const all = new Map([...owned, new Set<string>()].map((own, m) => [`member-${m}`, own]))
  let encoded: readonly Buffer[] = []
  const assignMs = await cpuMs(() => {
    const { tasks: given } = assignTasks({ tasks, members: all, awaited: new Set() })
    const of = { generation: 1, configOffset: count, workers: [...all.keys()], rejoinInMs: null }
    encoded = [...given.values()].map((own) => encodeAssignment({ ...of, tasks: own }))
    return Promise.resolve()
  })
  return { assignMs, assignmentBytes: Math.max(...encoded.map(({ length }) => length)) }
}

function heapBytes(): number {
  global.gc?.()
  return process.memoryUsage().heapUsed
}
