/** Many connectors that hardly send anything, on one worker: what they cost while they wait. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { loadWorker } from '#src/config/worker-file.js'
import { writeModel } from '#src/model/artifact-write.js'
import { Worker, type WorkerEvents } from '#src/runner/worker.js'
import { connectorOf } from '../test/support/connectors.js'
import { censusLikeArtifact } from '../test/support/models.js'

export interface IdleResult {
  readonly connectors: number
  readonly seconds: number
  /** Delivered within the measured time. */
  readonly records: number
  readonly rssBytes: number
  /** CPU seconds a second of this whole process. */
  readonly coreShare: number
}

/** One record every ten seconds each; measured for `seconds` once every one has delivered its first. */
export async function benchIdle({ connectors = 1000, seconds = 60 } = {}): Promise<IdleResult> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-bench-'))
  const model = join(folder, 'census.json')
  await writeFile(model, writeModel(censusLikeArtifact()))
  const config = await loadWorker(null, process.env)
  const events: WorkerEvents = { connector: () => undefined, task: () => undefined }
  const worker = new Worker({ ...config, threads: 1 }, events)
  const delivered = (): number => worker.status().reduce((sum, { counters }) => sum + counters.records, 0)
  try {
    const prefix = `bench-idle-${process.pid}`
    for (let i = 0; i < connectors; i++)
      await worker.assign(
        connectorOf({
          name: `${prefix}-${i}`,
          model,
          topic: prefix,
          sink: { type: 'kafka' },
          throughput: { rate: 0.1 },
          seed: i,
        }),
        [0],
      )
    while (!worker.status().every(({ counters }) => counters.records > 0)) {
      const failed = worker.status().find(({ state }) => state === 'FAILED')
      if (failed !== undefined) throw new Error(failed.tasks[0].failure?.message)
      await wait(200)
    }
    const before = delivered()
    const cpu = process.cpuUsage()
    await wait(seconds * 1000)
    const used = process.cpuUsage(cpu)
    return {
      connectors,
      seconds,
      records: delivered() - before,
      rssBytes: process.memoryUsage.rss(),
      coreShare: (used.user + used.system) / 1e6 / seconds,
    }
  } finally {
    await worker.stop()
    await rm(folder, { recursive: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(await benchIdle({ connectors: Number(process.argv[2] ?? 1000), seconds: 30 }))
