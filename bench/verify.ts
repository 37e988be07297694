/** How fast a whole topic is read, regenerated and compared with its stream. */
import { Worker } from '#src/runtime/worker.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { withConnector } from './connector.js'

export interface VerifyResult {
  readonly shards: number
  readonly recordsPerSecond: number
  readonly cpuMicrosPerRecord: number
}

/** One topic, verified `rounds` times. */
export function benchVerify({ records = 3_000_000, shards = 1, rounds = 5 } = {}): Promise<VerifyResult[]> {
  const keys = {
    topic_creation: { partitions: shards },
    throughput: { max_records: records },
    tasks: { max: shards },
  }
  return withConnector(keys, async ({ connector, tasks, worker: config }) => {
    const silent = { connector: () => undefined, task: () => undefined }
    const worker = new Worker({ ...config, threads: 1 }, silent)
    await Promise.all(tasks().map((task) => worker.startTask(task)))
    await worker.ended()
    await worker.stop()
    const results: VerifyResult[] = []
    for (let round = 0; round < rounds; round++) {
      const cpu = process.cpuUsage()
      const report = await verifyConnector(connector, config)
      const { user, system } = process.cpuUsage(cpu)
      if (!report.exact) throw new Error(`the topic is not exact: ${JSON.stringify(report.counts)}`)
      results.push({
        shards,
        recordsPerSecond: records / report.seconds,
        cpuMicrosPerRecord: (user + system) / records,
      })
    }
    return results
  })
}
