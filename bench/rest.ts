/** Latency of REST calls while the same worker sends at full speed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { groupTopics, GroupWorker } from '../test/fault/chaos/group-worker.js'
import { shipped } from '../test/support/genesis.js'
import { clusterAt, uniqueName } from '../test/support/kafka.js'
import { quantile } from './markdown.js'
import { deleteTopics } from './topics.js'

export interface RestBench {
  readonly isGroup: boolean
  readonly calls: number
}

export interface RestResult {
  readonly medianMs: number
  readonly p99Ms: number
  readonly mostMs: number
  /** On the same worker meanwhile. */
  readonly recordsPerSecond: number
}

const paths = ['/connectors/full/status', '/connectors?expand=status&expand=info', '/genesis/connectors', '/health']

export async function benchRest(brokers: string, { isGroup, calls }: RestBench): Promise<RestResult> {
  const prefix = uniqueName('bench-rest')
  const folder = await mkdtemp(join(tmpdir(), 'genesis-bench-'))
  const settings = {
    group: { id: prefix, enabled: isGroup },
    ...groupTopics(prefix),
  }
  const cluster = clusterAt(brokers.split(','))
  const worker = new GroupWorker({ number: 1, folder, settings, brokers: cluster.brokers, models: shipped('models') })
  try {
    await worker.start()
    await created(worker, prefix)
    const records = async (): Promise<number> => {
      const answer = await fetch(`${worker.address}/genesis/connectors/full`)
      return ((await answer.json()) as { records: number }).records
    }
    while ((await records()) < 100_000) await wait(100)
    const [before, began] = [await records(), performance.now()]
    const times: number[] = []
    for (let i = 0; i < calls; i++) {
      const from = performance.now()
      await (await fetch(worker.address + paths[i % paths.length])).text()
      times.push(performance.now() - from)
      await wait(5)
    }
    const recordsPerSecond = ((await records()) - before) / ((performance.now() - began) / 1000)
    return {
      medianMs: quantile(times, 0.5),
      p99Ms: quantile(times, 0.99),
      mostMs: quantile(times, 1),
      recordsPerSecond,
    }
  } finally {
    await worker.kill()
    await rm(folder, { recursive: true })
    await deleteTopics(cluster, [prefix, ...['configs', 'status', 'checkpoints'].map((name) => `${prefix}-${name}`)])
  }
}

async function created(worker: GroupWorker, topic: string): Promise<void> {
  const config = { 'connector.class': 'GenesisSource', model: 'customers.json', topic, 'value.format': 'json' }
  const body = JSON.stringify({ name: 'full', config })
  const headers = { 'content-type': 'application/json' }
  for (;;) {
    const { status } = await fetch(`${worker.address}/connectors`, { method: 'POST', headers, body })
    if (status === 201) return
    if (status !== 503) throw new Error(`a creation returned ${status}`)
    await wait(100)
  }
}
