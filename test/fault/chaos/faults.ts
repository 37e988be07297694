/** What can happen to a group of workers, one fault each. Everything is put right again before a fault resolves. */
import { setTimeout as sleep } from 'node:timers/promises'
import { deleteTopicsV6 } from '@platformatic/kafka'
import type { ClusterOptions } from '#src/config/cluster.js'
import { ClusterConnections } from '#src/kafka/cluster-connections.js'
import type { KafkaCluster } from '../../support/kafka-cluster.js'
import type { Chance } from './chance.js'
import type { ConnectorOffset, Group } from './group.js'
import type { GroupWorker } from './group-worker.js'
import type { PlannedConnector, Run } from './plan.js'

export interface Scene {
  readonly group: Group
  readonly chance: Chance
  readonly cluster: ClusterOptions
  /** Brokers that can be killed, with proxies before them; null: there are none. */
  readonly brokers: KafkaCluster | null
  readonly statusTopic: string
  readonly sessionTimeoutMs: number
  /** A worker that is not in the group, whose model is another version. */
  readonly stranger: GroupWorker
  readonly say: (line: string) => void
}

export interface GroupFault {
  readonly name: string
  /** Whether it needs brokers that can be killed, and their proxies. */
  readonly needsBrokers?: true
  readonly play: (scene: Scene) => Promise<void>
}

export const groupFaults: readonly GroupFault[] = [
  {
    name: 'a worker is killed, and started again',
    async play({ group, chance, say }) {
      const worker = chance.pick(group.workers)
      await worker.kill()
      say(`${worker.name}: SIGKILL; ${await settled(group)}`)
      await worker.start()
      say(`${worker.name}: started; ${await settled(group)}`)
    },
  },
  {
    name: 'a worker is killed, and started again before it is missed',
    async play({ group, chance, say }) {
      const worker = chance.pick(group.workers)
      await worker.kill()
      await worker.start()
      say(`${worker.name}: SIGKILL and started at once; ${await settled(group)}`)
    },
  },
  {
    name: 'two workers are killed at once',
    async play({ group, chance, say }) {
      const two = chance.shuffled(group.workers).slice(0, 2)
      await Promise.all(two.map((worker) => worker.kill()))
      say(`${two.map(({ name }) => name).join(', ')}: SIGKILL; ${await settled(group)}`)
      await Promise.all(two.map((worker) => worker.start()))
      say(`both started; ${await settled(group)}`)
    },
  },
  {
    name: 'a worker stands still for longer than its session',
    async play({ group, chance, sessionTimeoutMs, say }) {
      const worker = chance.pick(group.workers)
      worker.freeze()
      say(`${worker.name}: SIGSTOP`)
      await sleep(sessionTimeoutMs + 2_000)
      say(`its session has ended; ${await settled(group)}`)
      worker.thaw()
      say(`${worker.name}: SIGCONT; ${await settled(group)}`)
    },
  },
  {
    name: 'every worker is stopped in order and started again, one after the other',
    async play({ group, chance, say }) {
      for (const worker of chance.shuffled(group.workers)) {
        const status = await worker.stop()
        if (status !== 0) throw new Error(`${worker.name}: exit status ${status} after SIGTERM`)
        const left = await settled(group)
        await worker.start()
        say(`${worker.name}: SIGTERM; ${left}; started; ${await settled(group)}`)
      }
    },
  },
  {
    name: 'a worker is cut off from Kafka for longer than its session',
    needsBrokers: true,
    async play({ group, chance, brokers, sessionTimeoutMs, say }) {
      const worker = chance.pick(group.workers)
      brokers?.proxies.isolate(worker.name)
      say(`${worker.name}: cut off`)
      await sleep(sessionTimeoutMs + 2_000)
      brokers?.proxies.reconnect(worker.name)
      say(`${worker.name}: connected again; ${await settled(group)}`)
    },
  },
  {
    name: 'a broker is killed and started again',
    needsBrokers: true,
    async play({ group, chance, brokers, sessionTimeoutMs, say }) {
      if (brokers === null) return
      const broker = chance.between(0, brokers.size - 1)
      await brokers.kill(broker)
      if (brokers.size > 1) {
        say(`broker ${broker + 1}: killed; ${await settled(group)}`)
        await group.flows()
      } else await sleep(sessionTimeoutMs + 2_000)
      await brokers.restart(broker)
      say(`broker ${broker + 1}: there again; ${await settled(group)}`)
    },
  },
  {
    name: 'the configurations are written over and compacted, and read by a new worker',
    async play({ group, chance, say }) {
      for (let n = 0; n < 40; n++) {
        const { name } = chance.pick(group.connectors)
        await group.expect([200], 'PATCH', `/connectors/${name}/config`, { note: String(chance.between(0, 1e6)) })
      }
      // The cleaner looks every second, at segments that are as old.
      await sleep(3_000)
      const worker = chance.pick(group.workers)
      await worker.kill()
      await worker.start()
      say(`40 changes; ${worker.name}: SIGKILL and started; ${await settled(group)}`)
    },
  },
  {
    name: 'the topic of the states is deleted',
    async play({ group, cluster, statusTopic, say }) {
      const connections = new ClusterConnections(cluster)
      try {
        const { controllerId } = await connections.metadata([])
        const { connection } = await connections.broker(controllerId)
        await deleteTopicsV6.api.async(connection, [{ name: statusTopic, topicId: null }], 10_000)
      } finally {
        await connections.close()
      }
      say(`${statusTopic}: deleted; ${await settled(group)}`)
    },
  },
  {
    name: 'offsets are changed under a worker that stands still',
    async play(scene) {
      const { group, chance, say } = scene
      const connector = chance.pick(group.connectors.filter(({ runs }) => runs !== null))
      const { name, tasks } = connector
      const runner = (await group.states()).get(name)?.tasks[0].worker_id
      const zombie = group.workers.find(({ id }) => id === runner) ?? chance.pick(group.workers)
      zombie.freeze()
      await stop(group, connector)
      const before = await quietOffsets(group, name)
      const moved = before.map(({ partition: { shard }, offset: { position } }) => {
        const to = chance.pick([0, Math.max(0, position - chance.between(1, 400)), position + chance.between(1, 400)])
        // The shard's own position, at or after it.
        return { shard, position: to + ((((shard - to) % tasks) + tasks) % tasks) }
      })
      const offsets = moved.map(({ shard, position }) => ({ partition: { shard }, offset: { position } }))
      await group.expect([200], 'PATCH', `/connectors/${name}/offsets`, { offsets })
      noteMoves(connector, before, moved)
      zombie.thaw()
      await group.settled()
      const after = (await quietOffsets(group, name)).map(({ partition, offset }) => [partition.shard, offset.position])
      const wanted = moved.map(({ shard, position }) => [shard, position])
      if (JSON.stringify(after) !== JSON.stringify(wanted))
        throw new Error(`${name}: offsets are ${JSON.stringify(after)}, and were set to ${JSON.stringify(wanted)}`)
      await resume(group, connector)
      say(
        `${name}: moved to ${wanted.map(([, to]) => to).join(', ')} with ${zombie.name} frozen; ${await settled(group)}`,
      )
    },
  },
  {
    name: 'a connector is deleted and created again',
    async play({ group, chance, say }) {
      const connector = chance.pick(group.connectors)
      const { name, config } = connector
      for (let n = chance.between(1, 3); n > 0; n--) {
        await group.expect([204], 'DELETE', `/connectors/${name}`)
        // 409: an earlier attempt of this very call, whose answer was lost.
        await group.expect([201, 409], 'POST', '/connectors', { name, config })
      }
      say(`${name}: deleted and created again; ${await settled(group)}`)
    },
  },
  {
    name: 'connectors are paused, stopped and resumed',
    async play({ group, chance, say }) {
      const chosen = chance.shuffled(group.connectors).slice(0, 4)
      for (const connector of chosen) {
        if (chance.next() < 0.5) await stop(group, connector)
        else await pause(group, connector)
      }
      const stood = await settled(group)
      for (const connector of chosen) {
        if (connector.target === 'PAUSED' && chance.next() < 0.5) await stop(group, connector)
        await resume(group, connector)
      }
      say(`${chosen.map(({ name }) => name).join(', ')}: paused or stopped; ${stood}; resumed; ${await settled(group)}`)
    },
  },
  {
    name: 'connectors and tasks are restarted while a worker is killed',
    async play({ group, chance, say }) {
      const worker = chance.pick(group.workers)
      await worker.kill()
      for (const { name } of chance.shuffled(group.connectors).slice(0, 5))
        await group.expect([202, 204], 'POST', `/connectors/${name}/restart?includeTasks=true`)
      await worker.start()
      say(`${worker.name}: SIGKILL; five connectors restarted; started; ${await settled(group)}`)
    },
  },
  {
    name: 'a worker comes and goes whose model is another version',
    async play({ group, stranger, say }) {
      await stranger.start()
      const began = performance.now()
      for (;;) {
        const tasks = [...(await group.states()).values()].flatMap((status) => status.tasks)
        const failed = tasks.find(({ state, worker_id: at }) => state === 'FAILED' && at === stranger.id)
        if (failed?.trace?.includes('fingerprint') === true) break
        if (performance.now() - began > 60_000) throw new Error(`${stranger.name}: no task FAILED for its model`)
        await sleep(100)
      }
      await stranger.stop()
      say(`${stranger.name}: its tasks FAILED for their fingerprints; SIGTERM; ${await settled(group)}`)
    },
  },
]

async function settled(group: Group): Promise<string> {
  return `settled after ${((await group.settled()) / 1000).toFixed(1)} s`
}

async function pause(group: Group, connector: PlannedConnector): Promise<void> {
  await group.expect([202], 'PUT', `/connectors/${connector.name}/pause`)
  connector.target = 'PAUSED'
}

async function stop(group: Group, connector: PlannedConnector): Promise<void> {
  await group.expect([204], 'PUT', `/connectors/${connector.name}/stop`)
  connector.target = 'STOPPED'
}

async function resume(group: Group, connector: PlannedConnector): Promise<void> {
  await group.expect([202], 'PUT', `/connectors/${connector.name}/resume`)
  connector.target = 'RUNNING'
}

/** Stops them all, and notes how far those came whose offsets were changed. */
export async function stopAll(group: Group, connectors: readonly PlannedConnector[]): Promise<void> {
  for (const connector of connectors) await stop(group, connector)
  await group.settled()
  for (const connector of connectors)
    if (connector.runs !== null) noteMoves(connector, await quietOffsets(group, connector.name), [])
}

/** A task that was stopped may still end its last transaction. */
async function quietOffsets(group: Group, name: string): Promise<readonly ConnectorOffset[]> {
  for (let before = ''; ;) {
    const offsets = await group.offsets(name)
    const now = JSON.stringify(offsets)
    if (now === before) return offsets
    before = now
    await sleep(1_500)
  }
}

function noteMoves(
  { runs }: PlannedConnector,
  before: readonly ConnectorOffset[],
  moved: readonly { readonly shard: number; readonly position: number }[],
): void {
  for (const { partition, offset } of before) {
    const last = runs?.[partition.shard].at(-1)
    if (last !== undefined) last.to = offset.position
  }
  for (const { shard, position } of moved) runs?.[shard].push({ from: position, to: null } satisfies Run)
}
