/** One contender in every discipline of `make bench SECTIONS=connect`, each over what its REST interface and the topic show. */
import { setTimeout as wait } from 'node:timers/promises'
import { TopicReader } from '#src/kafka/topic-reader.js'
import { clusterAt, makeTopic, uniqueName } from '../../test/support/kafka.js'
import { cpuSecondsOf, residentBytesOf } from '../process.js'
import { deleteTopics } from '../topics.js'
import type { Contender, RunningWorker } from './contenders.js'

export interface ContenderResult {
  /** From the start of the process until it answers REST calls about connectors. */
  readonly startSeconds: number
  /** From a connector's creation until its first records can be read. */
  readonly firstRecordSeconds: number
  readonly recordsPerSecond: number
  readonly coresAtFullSpeed: number
  readonly residentBytes: number
  /** Of a core, at `pacedRate`. */
  readonly coresPaced: number
  /** Longest time without new records around the restart of a task, at `pacedRate`. */
  readonly restartGapSeconds: number
  /** From SIGTERM to one of two workers until all tasks run on the other. */
  readonly leaveSeconds: number
  /** From SIGKILL. */
  readonly lostSeconds: number
}

export interface Spans {
  /** Before figures are taken: Java compiles meanwhile. */
  readonly warmUpSeconds: number
  readonly seconds: number
}

export const partitions = 4
export const pacedRate = 10_000
/** When workers leave. */
export const connectors = 10

interface Status {
  readonly tasks: readonly { readonly state: string; readonly worker_id: string }[]
}

export async function measureContender(brokers: string, contender: Contender, spans: Spans): Promise<ContenderResult> {
  const group = uniqueName('bench-connect')
  const topics = ['full', 'paced', 'shared'].map((name) => `${group}-${name}`)
  const cluster = clusterAt(brokers.split(','))
  for (const topic of topics) await makeTopic(cluster, topic, partitions)
  const [full, paced, shared] = topics
  const workers: RunningWorker[] = []
  const start = async (): Promise<RunningWorker> => {
    const worker = await contender.start(group)
    workers.push(worker)
    await until(async () => (await get(worker, '/connectors')) !== null)
    return worker
  }
  try {
    const began = performance.now()
    const first = await start()
    const startSeconds = secondsSince(began)
    const fast = await atFullSpeed(brokers, contender, first, full, spans)
    const steady = await atSteadyRate(brokers, contender, first, paced, spans)
    await Promise.all(
      Array.from({ length: connectors }, (_, i) => create(first, `c-${i}`, contender.config(shared, 10))),
    )
    const leaving = await start()
    const leaveSeconds = await settledAfter([first, leaving], () => leaving.stop())
    const losing = await start()
    const lostSeconds = await settledAfter([first, losing], () => losing.kill())
    return { startSeconds, ...fast, ...steady, leaveSeconds, lostSeconds }
  } finally {
    await Promise.all(workers.map((worker) => worker.kill().catch(() => undefined)))
    await deleteTopics(cluster, [...topics, ...contender.topics(group)])
  }
}

async function atFullSpeed(
  brokers: string,
  contender: Contender,
  worker: RunningWorker,
  topic: string,
  { warmUpSeconds, seconds }: Spans,
): Promise<Pick<ContenderResult, 'firstRecordSeconds' | 'recordsPerSecond' | 'coresAtFullSpeed' | 'residentBytes'>> {
  return withEnd(brokers, topic, async (end) => {
    const began = performance.now()
    await create(worker, 'full', contender.config(topic, 0))
    await until(async () => (await end()) > 0)
    const firstRecordSeconds = secondsSince(began)
    await wait(warmUpSeconds * 1000)
    const [from, recordsBefore, cpuBefore] = [performance.now(), await end(), await cpuSecondsOf(worker.pid)]
    await wait(seconds * 1000)
    const [span, records, cpu] = [secondsSince(from), await end(), await cpuSecondsOf(worker.pid)]
    const residentBytes = await residentBytesOf(worker.pid)
    await remove(worker, 'full')
    return {
      firstRecordSeconds,
      recordsPerSecond: (records - recordsBefore) / span,
      coresAtFullSpeed: (cpu - cpuBefore) / span,
      residentBytes,
    }
  })
}

async function atSteadyRate(
  brokers: string,
  contender: Contender,
  worker: RunningWorker,
  topic: string,
  { warmUpSeconds, seconds }: Spans,
): Promise<Pick<ContenderResult, 'coresPaced' | 'restartGapSeconds'>> {
  return withEnd(brokers, topic, async (end) => {
    await create(worker, 'paced', contender.config(topic, pacedRate))
    await until(async () => (await end()) > 0)
    await wait(warmUpSeconds * 1000)
    const [from, cpuBefore] = [performance.now(), await cpuSecondsOf(worker.pid)]
    await wait(seconds * 1000)
    const coresPaced = ((await cpuSecondsOf(worker.pid)) - cpuBefore) / secondsSince(from)
    const restart = fetch(`${worker.url}/connectors/paced/tasks/0/restart`, { method: 'POST' })
    let [last, changedAt, longest] = [await end(), performance.now(), 0]
    for (const began = performance.now(); secondsSince(began) < seconds; await wait(10)) {
      const now = await end()
      longest = Math.max(longest, secondsSince(changedAt))
      if (now !== last) [last, changedAt] = [now, performance.now()]
    }
    if (!(await restart).ok) throw new Error(`a restart returned ${(await restart).status}`)
    await remove(worker, 'paced')
    return { coresPaced, restartGapSeconds: longest }
  })
}

/** Waits until both have tasks, ends the second, and returns how long it takes until all run on the first. */
async function settledAfter(
  [first, second]: readonly [RunningWorker, RunningWorker],
  end: () => Promise<void>,
): Promise<number> {
  const areRunning = async (count: number): Promise<boolean> => {
    const all = (await get(first, '/connectors?expand=status')) as Record<string, { status: Status }> | null
    const tasks = Object.values(all ?? {}).flatMap(({ status }) => status.tasks)
    const runners = new Set(tasks.map(({ worker_id: id }) => id))
    return (
      tasks.length === connectors &&
      tasks.every(({ state }) => state === 'RUNNING') &&
      runners.size === count &&
      (count > 1 || !runners.has(second.id))
    )
  }
  await until(() => areRunning(2))
  await wait(5000)
  const began = performance.now()
  const ended = end()
  await until(() => areRunning(1))
  const seconds = secondsSince(began)
  await ended
  return seconds
}

/** `end`: the sum of the partitions' end offsets, as far as a consumer with read_committed gets. */
async function withEnd<T>(brokers: string, topic: string, use: (end: () => Promise<number>) => Promise<T>): Promise<T> {
  const reader = new TopicReader(clusterAt(brokers.split(',')), topic)
  try {
    return await use(async () => (await reader.ranges()).reduce((sum, { stableEnd }) => sum + stableEnd, 0))
  } finally {
    await reader.close()
  }
}

/** A group that rebalances answers 409 or 500 for a while. */
async function create(worker: RunningWorker, name: string, config: Readonly<Record<string, string>>): Promise<void> {
  const body = JSON.stringify({ name, config })
  const headers = { 'content-type': 'application/json' }
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(`${worker.url}/connectors`, { method: 'POST', headers, body })
    if (answer.status === 201) return
    const text = await answer.text()
    if (attempt === 600 || answer.status === 400) throw new Error(`a creation returned ${answer.status}: ${text}`)
    await wait(100)
  }
}

async function remove(worker: RunningWorker, name: string): Promise<void> {
  await until(async () => (await fetch(`${worker.url}/connectors/${name}`, { method: 'DELETE' })).status !== 409)
}

/** Null: no good answer. */
async function get({ url }: RunningWorker, path: string): Promise<unknown> {
  try {
    const answer = await fetch(url + path)
    return answer.ok ? await answer.json() : null
  } catch {
    return null
  }
}

async function until(so: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 180_000
  while (!(await so())) {
    if (performance.now() > deadline) throw new Error('waited for three minutes')
    await wait(50)
  }
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000
}
