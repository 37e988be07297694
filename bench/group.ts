/**
 * A group of four workers in separate processes, with many connectors of one record a second: how long they take to start, and to
 * settle when a worker leaves or is lost, and whether tasks that do not move are affected.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { groupTopics, GroupWorker } from '../test/fault/chaos/group-worker.js'
import { shipped } from '../test/support/genesis.js'
import { clusterAt, uniqueName } from '../test/support/kafka.js'
import { cpuSecondsOf, residentBytesOf } from './process.js'
import { deleteTopics } from './topics.js'

export interface GroupBench {
  readonly connectors: number
  readonly workers: number
}

export interface GroupResult {
  readonly connectors: number
  /** From the first creation until every task runs. */
  readonly startSeconds: number
  /** From SIGTERM until the worker's tasks run elsewhere. */
  readonly leaveSeconds: number
  /** From SIGKILL. */
  readonly lostSeconds: number
  /** Lowest rate of any task that did not move, as a share of its target, while the others moved. */
  readonly leastShare: number
  /** How many of those tasks were restarted. */
  readonly restarted: number
  /** For a worker without tasks. */
  readonly idleCore: number
  /** For each worker with its share of the connectors. */
  readonly steadyCore: number
  readonly residentBytes: number
}

interface Task {
  readonly id: number
  readonly state: string
  readonly worker_id: string
}

interface Progress {
  readonly name: string
  readonly tasks: readonly { readonly id: number; readonly records: number; readonly as_of: number | null }[]
}

const ratePerSecond = 1
const callers = 16
const cpuSeconds = 15
/** How long rates are observed: other workers' positions are published every five seconds. */
const windowSeconds = 20

export async function benchGroup(brokers: string, { connectors, workers: count }: GroupBench): Promise<GroupResult> {
  const prefix = uniqueName('bench-group')
  const folder = await mkdtemp(join(tmpdir(), 'genesis-bench-'))
  const settings = {
    group: { id: prefix, enabled: true },
    ...groupTopics(prefix),
  }
  const at = { folder, settings, brokers: brokers.split(','), models: shipped('models') }
  const workers = Array.from({ length: count }, (_, i) => new GroupWorker({ ...at, number: i + 1 }))
  try {
    await Promise.all(workers.map((worker) => worker.start()))
    const [first] = workers
    await until(async () => (await get(first, '/connectors')) !== null)
    const idleCore = Math.max(...(await coresOf(workers, cpuSeconds)))
    const began = performance.now()
    await create(workers, connectors, prefix)
    await until(async () => isRunning(await tasksOf(first), connectors, count))
    const startSeconds = secondsSince(began)
    await wait(10_000)
    const cores = await coresOf(workers, cpuSeconds)
    const residentBytes = Math.max(...(await Promise.all(workers.map(({ pid }) => residentBytesOf(pid!)))))
    const leaving = await measure(workers, connectors, (worker) => void worker.stop())
    const losing = await measure(workers, connectors, (worker) => void worker.kill())
    return {
      connectors,
      startSeconds,
      leaveSeconds: leaving.seconds,
      lostSeconds: losing.seconds,
      leastShare: Math.min(leaving.leastShare, losing.leastShare),
      restarted: leaving.restarted + losing.restarted,
      idleCore,
      steadyCore: cores.reduce((sum, one) => sum + one, 0) / count,
      residentBytes,
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()))
    await rm(folder, { recursive: true })
    await deleteTopics(clusterAt(brokers.split(',')), [
      prefix,
      ...['configs', 'status', 'checkpoints'].map((name) => `${prefix}-${name}`),
    ])
  }
}

/** All in one topic: this measures the group, not how fast a broker creates topics. */
async function create(workers: readonly GroupWorker[], connectors: number, topic: string): Promise<void> {
  let next = 0
  const one = async (): Promise<void> => {
    for (let i = next++; i < connectors; i = next++) {
      const config = {
        ...{ 'connector.class': 'GenesisSource', model: 'customers.json', topic, 'value.format': 'json' },
        ...{ 'throughput.rate': String(ratePerSecond), 'tasks.max': '1', seed: String(i) },
      }
      const body = JSON.stringify({ name: `c-${String(i).padStart(5, '0')}`, config })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${workers[i % workers.length].address}/connectors`, { method: 'POST', headers, body })
      if (answer.status !== 201) throw new Error(`a creation returned ${answer.status}: ${await answer.text()}`)
    }
  }
  await Promise.all(Array.from({ length: callers }, one))
}

/** The last running worker ends; the first is asked. */
async function measure(
  workers: readonly GroupWorker[],
  connectors: number,
  go: (worker: GroupWorker) => void,
): Promise<{ readonly seconds: number; readonly leastShare: number; readonly restarted: number }> {
  const running = workers.filter(({ runs }) => runs)
  const [first, leaver] = [running[0], running[running.length - 1]]
  const owners = new Map((await tasksOf(first)).map(([name, { worker_id: id }]) => [name, id]))
  const before = recordsOf(await get(first, '/genesis/connectors'))
  const windowFrom = performance.now()
  const began = performance.now()
  go(leaver)
  await until(async () => {
    const tasks = await tasksOf(first)
    return isRunning(tasks, connectors, running.length - 1) && tasks.every(([, task]) => task.worker_id !== leaver.id)
  })
  const seconds = secondsSince(began)
  await wait(Math.max(0, windowSeconds * 1000 - (performance.now() - windowFrom)))
  const after = recordsOf(await get(first, '/genesis/connectors'))
  const stayed = [...owners].filter(([, id]) => id !== leaver.id).map(([name]) => name)
  const shares = stayed.map((name) => {
    const [from, to] = [before.get(name), after.get(name)]
    if (from === undefined || to === undefined) return { share: 1, restarted: false }
    const spanSeconds = (to.asOf - from.asOf) / 1000
    return { share: (to.records - from.records) / (spanSeconds * ratePerSecond), restarted: to.records < from.records }
  })
  return {
    seconds,
    leastShare: Math.min(...shares.map(({ share }) => share)),
    restarted: shares.filter(({ restarted }) => restarted).length,
  }
}

function isRunning(tasks: readonly (readonly [string, Task])[], connectors: number, workers: number): boolean {
  return (
    tasks.length === connectors &&
    tasks.every(([, { state }]) => state === 'RUNNING') &&
    new Set(tasks.map(([, { worker_id: id }]) => id)).size === workers
  )
}

async function tasksOf(worker: GroupWorker): Promise<readonly (readonly [string, Task])[]> {
  const all = (await get(worker, '/connectors?expand=status')) as Record<string, { status: { tasks: Task[] } }>
  return Object.entries(all).flatMap(([name, { status }]) => status.tasks.map((task) => [name, task] as const))
}

function recordsOf(all: unknown): ReadonlyMap<string, { readonly records: number; readonly asOf: number }> {
  return new Map(
    (all as readonly Progress[]).flatMap(({ name, tasks: [task] }) =>
      task.as_of === null ? [] : [[name, { records: task.records, asOf: task.as_of }] as const],
    ),
  )
}

async function get({ address }: GroupWorker, path: string): Promise<unknown> {
  const answer = await fetch(address + path)
  return answer.ok ? await answer.json() : null
}

async function until(so: () => Promise<boolean>): Promise<void> {
  while (!(await so())) await wait(100)
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000
}

/** CPU seconds per second of each process. */
async function coresOf(workers: readonly GroupWorker[], seconds: number): Promise<readonly number[]> {
  const before = await Promise.all(workers.map(({ pid }) => cpuSecondsOf(pid!)))
  await wait(seconds * 1000)
  const after = await Promise.all(workers.map(({ pid }) => cpuSecondsOf(pid!)))
  return after.map((cpu, i) => (cpu - before[i]) / seconds)
}
