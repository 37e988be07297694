/** Many mostly idle connectors on one worker: what they cost while waiting. */
import { readdir, readlink } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker, type WorkerEvents } from '#src/runtime/worker.js'
import { withConnector } from './connector.js'

export interface IdleOptions {
  readonly connectors?: number
  readonly seconds?: number
}

export interface IdleResult {
  readonly connectors: number
  readonly seconds: number
  /** Until each has delivered its first record; each starts with one, staggered over the first ten seconds. */
  readonly startSeconds: number
  readonly startCpuSeconds: number
  /** Delivered during the measurement. */
  readonly records: number
  readonly rssBytes: number
  /** CPU seconds per second of the whole process. */
  readonly coreShare: number
  /** Open sockets of this process; null if the system does not tell. */
  readonly sockets: number | null
}

/** One record every ten seconds each; measured for `seconds` after each has delivered its first. */
export function benchIdle({ connectors = 1000, seconds = 60 }: IdleOptions): Promise<IdleResult> {
  return withConnector({ throughput: { rate: 0.1 } }, async ({ connector, tasks, worker: config }) => {
    const events: WorkerEvents = { connector: () => undefined, task: () => undefined }
    const worker = new Worker({ ...config, threads: 1 }, events)
    const delivered = (): number => worker.status().reduce((sum, { counters }) => sum + counters.records, 0)
    try {
      const began = performance.now()
      const startCpu = process.cpuUsage()
      for (let i = 0; i < connectors; i++)
        for (const task of tasks({ name: `${connector.name}-${i}`, seed: i })) await worker.startTask(task)
      while (!worker.status().every(({ counters }) => counters.records > 0)) {
        const failed = worker.status().find(({ state }) => state === 'FAILED')
        if (failed !== undefined) throw new Error(failed.tasks[0].failure?.message)
        await wait(200)
      }
      const startSeconds = (performance.now() - began) / 1000
      const startCpuSeconds = secondsOf(process.cpuUsage(startCpu))
      const before = delivered()
      const cpu = process.cpuUsage()
      await wait(seconds * 1000)
      const coreShare = secondsOf(process.cpuUsage(cpu)) / seconds
      return {
        connectors,
        seconds,
        startSeconds,
        startCpuSeconds,
        records: delivered() - before,
        rssBytes: process.memoryUsage.rss(),
        coreShare,
        sockets: await openSockets(),
      }
    } finally {
      await worker.stop()
    }
  })
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6
}

async function openSockets(): Promise<number | null> {
  const folder = '/proc/self/fd'
  const files = await readdir(folder).catch(() => null)
  if (files === null) return null
  const targets = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')))
  return targets.filter((target) => target.startsWith('socket:')).length
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(JSON.stringify(await benchIdle(JSON.parse(process.argv[2] ?? '{}') as IdleOptions)))
