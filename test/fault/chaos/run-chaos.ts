/** A group of workers under faults that a seed chooses; in the end every topic is judged. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClusterOptions } from '#src/config/cluster.js'
import { KafkaAdmin } from '#src/kafka/admin.js'
import type { KafkaCluster } from '../../support/kafka-cluster.js'
import { shipped } from '../../support/genesis.js'
import { Chance } from './chance.js'
import { groupFaults, stopAll, type GroupFault, type Scene } from './faults.js'
import { Group } from './group.js'
import { GroupWorker } from './group-worker.js'
import { judge, type ChaosVerdict } from './judge.js'
import { planConnectors, type PlannedConnector } from './plan.js'
import { Resources } from './resources.js'

export interface ChaosOptions {
  readonly seed: number
  /** What the names of topics and connectors begin with. */
  readonly prefix: string
  readonly workers: number
  readonly connectors: number
  readonly recordsPerSecond: number
  /** How long faults go on; or exactly these faults. */
  readonly seconds: number
  readonly faults: readonly GroupFault[] | null
  readonly folder: string
  readonly cluster: ClusterOptions
  readonly brokers: KafkaCluster | null
  readonly say: (line: string) => void
}

/** Of a broker: less is not allowed. */
const sessionTimeoutMs = 6_000

/** All topics of it, for whoever removes them. */
export function chaosTopics({ prefix, connectors }: Pick<ChaosOptions, 'prefix' | 'connectors'>): string[] {
  const own = Array.from({ length: connectors }, (_, i) => `${prefix}-${i}`)
  return [...own, `${prefix}-configs`, `${prefix}-status`, `${prefix}-checkpoints`]
}

export async function runChaos(options: ChaosOptions): Promise<readonly ChaosVerdict[]> {
  const { seed, prefix, cluster, brokers, say, seconds } = options
  const chance = new Chance(seed)
  const replicationFactor = -1
  const admin = new KafkaAdmin(cluster)
  // Compacted as soon as the broker can: what a worker reads at its start is not what the others have read.
  const eager = { 'segment.ms': '1000', 'min.cleanable.dirty.ratio': '0.01', 'delete.retention.ms': '1000' }
  const config = { 'cleanup.policy': 'compact', 'max.compaction.lag.ms': '1000', ...eager }
  await admin.ensureTopic(`${prefix}-configs`, { partitions: 1, replicationFactor, config })
  await admin.close()
  const group = await startGroup(options, chance)
  const scene: Scene = {
    ...{ group, chance, cluster, brokers, sessionTimeoutMs, say },
    statusTopic: `${prefix}-status`,
    stranger: await strangerOf(options),
  }
  try {
    const planned = planConnectors(chance, options)
    for (const { name, config } of planned) await group.expect([201], 'POST', '/connectors', { name, config })
    group.connectors = planned
    const tasks = planned.reduce((sum, one) => sum + one.tasks, 0)
    say(`${planned.length} connectors, ${tasks} tasks: settled after ${((await group.settled()) / 1000).toFixed(1)} s`)
    const resources = new Resources()
    await resources.measure(group.workers)
    const began = performance.now()
    for (const fault of order(options, chance)) {
      if (options.faults === null && performance.now() - began > seconds * 1000) break
      say(fault.name)
      await fault.play(scene)
      await group.flows()
      await resources.measure(group.workers)
    }
    for (const line of resources.lines()) say(line)
    return await verdicts(scene, planned)
  } catch (error) {
    for (const { name, lastLines } of [...group.workers, scene.stranger])
      say(`the last of ${name}:\n  ${lastLines.slice(-12).join('\n  ')}`)
    throw error
  } finally {
    await Promise.all([...group.workers, scene.stranger].map((worker) => worker.kill()))
  }
}

async function startGroup(options: ChaosOptions, chance: Chance): Promise<Group> {
  const numbers = Array.from({ length: options.workers }, (_, i) => i + 1)
  const workers = numbers.map((number) => workerOf(options, number, shipped('models')))
  await Promise.all(workers.map((worker) => worker.start()))
  return new Group(workers, chance)
}

function workerOf({ prefix, folder, cluster }: ChaosOptions, number: number, models: string): GroupWorker {
  const settings = {
    group: {
      ...{ id: prefix, enabled: true, lost_worker_delay: '1s' },
      ...{ session_timeout: `${sessionTimeoutMs}ms`, heartbeat_interval: '500ms' },
    },
    checkpoints: { topic: `${prefix}-checkpoints`, partitions: 3 },
    config_storage: { topic: `${prefix}-configs` },
    status_storage: { topic: `${prefix}-status` },
  }
  return new GroupWorker({ number, folder, settings, brokers: cluster.brokers, models })
}

/** The same model but for one word: its streams are others. */
async function strangerOf(options: ChaosOptions): Promise<GroupWorker> {
  const models = join(options.folder, 'other-models')
  await mkdir(models)
  const text = await readFile(shipped('models/customers.json'), 'utf8')
  await writeFile(join(models, 'customers.json'), text.replace('"example.net"', '"example.edu"'))
  return workerOf(options, options.workers + 1, models)
}

/** Each once, in an order of chance, again and again. */
function* order({ faults, brokers }: ChaosOptions, chance: Chance): Generator<GroupFault> {
  if (faults !== null) return yield* faults
  const possible = groupFaults.filter(({ needsBrokers }) => needsBrokers !== true || brokers !== null)
  for (;;) yield* chance.shuffled(possible)
}

async function verdicts({ group, cluster, say }: Scene, planned: readonly PlannedConnector[]): Promise<ChaosVerdict[]> {
  const isEndless = ({ isBounded, runs }: PlannedConnector): boolean => !isBounded || runs !== null
  await stopAll(group, planned.filter(isEndless))
  say('waiting for the bounded connectors to complete')
  const bounded = new Set(planned.filter((one) => !isEndless(one)).map(({ name }) => name))
  const complete = async (): Promise<boolean> => {
    const left = (await group.positions()).filter(({ name, complete }) => bounded.has(name) && !complete)
    return left.length === 0
  }
  while (!(await complete())) await new Promise((resolve) => setTimeout(resolve, 500))
  const found: ChaosVerdict[] = []
  for (const connector of planned) {
    const verdict = await judge(group, connector, cluster)
    found.push(verdict)
    say(`${verdict.connector}: ${verdict.records} records, ${verdict.fault ?? 'exact'}`)
  }
  return found
}
