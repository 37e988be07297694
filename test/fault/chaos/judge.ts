/** Whether every connector's topic is exactly what its tasks were to deliver. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterOptions } from '#src/config/cluster.js'
import { committedRecords } from '../../support/kafka.js'
import type { Group } from './group.js'
import type { PlannedConnector } from './plan.js'

export interface ChaosVerdict {
  readonly connector: string
  readonly records: number
  /** Null: exact. */
  readonly fault: string | null
}

interface VerifyJob {
  readonly id: string
  readonly state: string
  readonly exact: boolean | null
  readonly reports: readonly { readonly found: number }[]
}

/** By `verify` over REST; of a connector whose offsets were changed by the positions that were delivered. */
export async function judge(group: Group, connector: PlannedConnector, cluster: ClusterOptions): Promise<ChaosVerdict> {
  return connector.runs === null ? verified(group, connector.name) : counted(connector, connector.runs, cluster)
}

async function verified(group: Group, name: string): Promise<ChaosVerdict> {
  // The job is of one worker.
  const { address } = group.answering[0]
  const json = async (path: string, method = 'GET'): Promise<unknown> =>
    (await fetch(address + path, { method })).json()
  let job = (await json(`/genesis/connectors/${name}/verify`, 'POST')) as VerifyJob
  while (job.state === 'running') {
    await sleep(50)
    job = (await json(`/genesis/jobs/${job.id}`)) as VerifyJob
  }
  const records = (job.reports ?? []).reduce((sum, { found }) => sum + found, 0)
  return { connector: name, records, fault: job.exact === true ? null : JSON.stringify(job) }
}

/** How often each position is in the topic, against how often it was to be delivered. */
async function counted(
  { name, tasks }: PlannedConnector,
  runs: NonNullable<PlannedConnector['runs']>,
  cluster: ClusterOptions,
): Promise<ChaosVerdict> {
  const wanted = new Map<number, number>()
  for (const of of runs)
    for (const { from, to } of of)
      for (let position = from; position < (to ?? from); position += tasks)
        wanted.set(position, (wanted.get(position) ?? 0) + 1)
  const found = new Map<number, number>()
  const values = new Map<number, string | null>()
  const faults: string[] = []
  const records = await committedRecords(name, cluster)
  for (const { key, value } of records) {
    const position = Number(key) - 1
    found.set(position, (found.get(position) ?? 0) + 1)
    const before = values.get(position)
    if (before !== undefined && before !== value) faults.push(`position ${position}: two different records`)
    values.set(position, value)
  }
  for (const position of new Set([...wanted.keys(), ...found.keys()])) {
    const [want, have] = [wanted.get(position) ?? 0, found.get(position) ?? 0]
    if (want !== have) faults.push(`position ${position}: ${have} times instead of ${want}`)
  }
  const shown = `${faults.length} faults: ${faults.slice(0, 5).join('; ')}; runs ${JSON.stringify(runs)}`
  return { connector: name, records: records.length, fault: faults.length === 0 ? null : shown }
}
