/** What the connectors of a group cost its workers' herders, by their number: herders and logs in memory, no broker and no tasks. */
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

export interface GroupSize {
  readonly connectors: number
  /** Of one creation, with three other workers that read it, microseconds. */
  readonly createMicros: number
  /** Of a worker that starts: the log replayed, milliseconds. */
  readonly replayMs: number
  /** Of the leader, for four workers that have them and a fifth that comes, milliseconds. */
  readonly assignMs: number
  /** What one of four members is told, and what the coordinator keeps of all. */
  readonly assignmentBytes: number
  /** GET /connectors?expand=status, without its JSON, milliseconds. */
  readonly listMs: number
  readonly logBytes: number
  readonly heapBytes: number
}

const members = 4
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
    const herders = await Promise.all(Array.from({ length: members }, () => place.start()))
    const heapBefore = heapBytes()
    let began = performance.now()
    for (let i = 0; i < connectors; i++) await herders[i % members].create(nameOf(i), configOf(i))
    const createMicros = ((performance.now() - began) / connectors) * 1000
    const heap = (heapBytes() - heapBefore) / members
    began = performance.now()
    await herders[0].list()
    const listMs = performance.now() - began
    began = performance.now()
    herders.push(await place.start())
    const replayMs = performance.now() - began
    const { assignMs, assignmentBytes } = assigned(connectors)
    for (const herder of herders) await herder.close()
    const logBytes = place.config.records.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0)
    return { connectors, createMicros, replayMs, assignMs, assignmentBytes, listMs, logBytes, heapBytes: heap }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A group in memory, whose tasks are never run. */
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

/** A fifth worker comes: a fifth of the tasks is taken from the four. */
function assigned(count: number): Pick<GroupSize, 'assignMs' | 'assignmentBytes'> {
  const tasks = Array.from({ length: count }, (_, i) => `${nameOf(i)}#0`)
  const owned = Array.from({ length: members }, (_, m) => new Set(tasks.filter((_, i) => i % members === m)))
  const all = new Map([...owned, new Set<string>()].map((own, m) => [`member-${m}`, own]))
  const began = performance.now()
  const { tasks: given } = assignTasks({ tasks, members: all, awaited: new Set() })
  const encoded = [...given.values()].map((own) =>
    encodeAssignment({ generation: 1, configOffset: count, tasks: own, workers: [...all.keys()] }),
  )
  return { assignMs: performance.now() - began, assignmentBytes: Math.max(...encoded.map(({ length }) => length)) }
}

function heapBytes(): number {
  global.gc?.()
  return process.memoryUsage().heapUsed
}
