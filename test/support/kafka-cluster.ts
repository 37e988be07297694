/**
 * Brokers of one cluster, in containers (or, without Docker, as Java processes), behind proxies. Three of them: replication 3, two
 * replicas in sync needed. They can be killed and started again.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { alterPartitionReassignmentsV0, createAPI, updateFeaturesV1, Writer } from '@platformatic/kafka'
import type { ClusterOptions } from '#src/config/cluster.js'
import { ClusterConnections } from '#src/kafka/cluster-connections.js'
import { run } from '../../scripts/stack/command.js'
import { sweptContainer } from '../../scripts/stack/containers.js'
import { kafkaJars } from '../../scripts/stack/maven.js'
import { onFreePorts } from '../../scripts/stack/ports.js'
import { kafkaReady } from '../../scripts/stack/ready.js'
import { asEnvironment, kafkaImage } from '../../scripts/stack/stack.js'
import { clusterAt } from './kafka.js'
import { KafkaProxies } from './kafka-proxy.js'
import { brokersInDocker } from './rung.js'

/** A broker starts in about 5 s; a busy machine may take much longer. */
const completeMs = 240_000

const clusterId = '5L6g3nShT-eMCtK--X86sw'

/** A broker as a process that can be killed without warning. */
interface Broker {
  kill(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

export class KafkaCluster {
  readonly proxies: KafkaProxies
  /** The cluster as its users see it: every address is a proxy's. */
  readonly options: ClusterOptions
  readonly #brokers: readonly Broker[]

  private constructor(proxies: KafkaProxies, options: ClusterOptions, brokers: readonly Broker[]) {
    this.proxies = proxies
    this.options = options
    this.#brokers = brokers
  }

  static async start(signal: AbortSignal, brokers: 1 | 3 = 3): Promise<KafkaCluster> {
    const docker = await brokersInDocker(signal)
    if (!docker) await kafkaJars(signal)
    return onFreePorts(4 * brokers, (ports) => KafkaCluster.#startOn(ports, docker, signal), console.error)
  }

  /** How many there are, those that are killed too. */
  get size(): number {
    return this.#brokers.length
  }

  static async #startOn(ports: readonly number[], docker: boolean, signal: AbortSignal): Promise<KafkaCluster> {
    const nodes = Array.from({ length: ports.length / 4 }, (_, i) => {
      const [client, inner, controller, proxy] = ports.slice(4 * i, 4 * i + 4)
      return { id: i + 1, client, inner, controller, proxy }
    })
    const voters = nodes.map(({ id, controller }) => `${id}@127.0.0.1:${controller}`).join(',')
    const start = docker ? startContainer : startProcess
    const started = await Promise.allSettled(nodes.map((node) => start(settings(node, voters), signal)))
    const brokers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const proxies = await KafkaProxies.listen(nodes.map(({ proxy, client }) => ({ listen: proxy, broker: client })))
    const addresses = nodes.map(({ proxy }) => `127.0.0.1:${proxy}`)
    const cluster = new KafkaCluster(
      proxies,
      { ...clusterAt(addresses), connectTimeoutMs: 2_000, requestTimeoutMs: 4_000 },
      brokers,
    )
    try {
      for (const one of started) if (one.status === 'rejected') throw one.reason
      for (const address of addresses) await kafkaReady(address, signal)
      await cluster.#until(({ brokers }) => brokers.length === nodes.length)
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    await this.proxies.close()
    await Promise.all(this.#brokers.map((broker) => broker.remove()))
  }

  /** SIGKILL to a broker, from 0 on. */
  kill(broker: number): Promise<void> {
    return this.#brokers[broker].kill()
  }

  /** Starts a killed broker again and waits until it is back in the cluster. */
  async restart(broker: number): Promise<void> {
    await this.#brokers[broker].start()
    await this.#until(({ brokers }) => brokers.length === this.#brokers.length)
  }

  /** All of them away at once, for so long. */
  async outage(ms: number): Promise<void> {
    await Promise.all(this.#brokers.map((broker) => broker.kill()))
    await sleep(ms)
    await Promise.all(this.#brokers.map((broker) => broker.start()))
    await this.#until(({ brokers }) => brokers.length === this.#brokers.length)
  }

  /** Moves the leader of every partition of a topic on by one broker. */
  async moveLeaders(topic: string): Promise<void> {
    const connections = new ClusterConnections(this.options)
    try {
      const { controllerId, topics } = await connections.metadata([topic])
      const { connection } = await connections.broker(controllerId)
      const partitions = topics[0].partitions.map(({ partition, leaderId }) => {
        const first = (leaderId % this.#brokers.length) + 1
        const replicas = this.#brokers.map((_, i) => ((first - 1 + i) % this.#brokers.length) + 1)
        return { partitionIndex: partition, replicas }
      })
      await alterPartitionReassignmentsV0.api.async(connection, 10_000, false, [{ name: topic, partitions }])
      await electLeaders.async(
        connection,
        topic,
        partitions.map(({ partitionIndex }) => partitionIndex),
      )
    } finally {
      await connections.close()
    }
  }

  /** 1: the protocol before KIP-890; 2: with it. */
  async setTransactionVersion(level: 1 | 2): Promise<void> {
    const connections = new ClusterConnections(this.options)
    try {
      const { connection } = await connections.any()
      const upgradeType = level === 2 ? 1 : 2
      const update = { feature: 'transaction.version', maxVersionLevel: level, upgradeType }
      await updateFeaturesV1.api.async(connection, 10_000, [update], false)
      // Every broker has to have heard of it.
      for (const node of [1, 2, 3]) {
        await connections.metadata([])
        for (let broker = await connections.broker(node); broker.feature('transaction.version') !== level;) {
          await connections.drop(node)
          await sleep(50)
          broker = await connections.broker(node)
        }
      }
    } finally {
      await connections.close()
    }
  }

  async #until(so: (metadata: Awaited<ReturnType<ClusterConnections['metadata']>>) => boolean): Promise<void> {
    const deadline = Date.now() + completeMs
    for (;;) {
      const connections = new ClusterConnections(this.options)
      const metadata = await connections.metadata([]).catch(() => null)
      await connections.close()
      if (metadata !== null && so(metadata)) return
      if (Date.now() > deadline) throw new Error(`the cluster is not complete after ${completeMs / 1000} s`)
      await sleep(100)
    }
  }
}

/** ElectLeaders Request (Version: 2) => election_type [topic_partitions: topic [partitions] TAG_BUFFER] timeout_ms TAG_BUFFER */
const electLeaders = createAPI<[topic: string, partitions: number[]], void>(
  43,
  2,
  (topic: string, partitions: number[]) =>
    Writer.create()
      .appendInt8(0) // the preferred leader
      .appendArray([topic], (w, name) =>
        w.appendString(name).appendArray(partitions, (w, partition) => w.appendInt32(partition), true, false),
      )
      .appendInt32(10_000)
      .appendTaggedFields(),
  () => {},
)

interface Node {
  readonly id: number
  readonly client: number
  readonly inner: number
  readonly controller: number
  readonly proxy: number
}

function settings({ id, client, inner, controller, proxy }: Node, voters: string): Record<string, string> {
  const isAlone = !voters.includes(',')
  const [replicas, inSync] = isAlone ? ['1', '1'] : ['3', '2']
  const replicated = { 'replication.factor': replicas, 'min.isr': inSync, 'num.partitions': '3' }
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': voters,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'INTERNAL',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT',
    listeners: `PLAINTEXT://127.0.0.1:${client},INTERNAL://127.0.0.1:${inner},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${proxy},INTERNAL://127.0.0.1:${inner}`,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'auto.create.topics.enable': 'false',
    ...Object.fromEntries(Object.entries(replicated).map(([key, value]) => [`transaction.state.log.${key}`, value])),
    'group.initial.rebalance.delay.ms': '0',
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '3',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    // Everything that waits for a fault to be noticed, made short.
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '300',
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'controller.quorum.election.timeout.ms': '500',
    'controller.quorum.fetch.timeout.ms': '1000',
    'replica.lag.time.max.ms': '3000',
    'log.cleaner.backoff.ms': '1000',
  }
}

async function startContainer(properties: Record<string, string>): Promise<Broker> {
  const container = await sweptContainer(kafkaImage)
    .withNetworkMode('host')
    .withEnvironment({ ...asEnvironment(properties), CLUSTER_ID: clusterId, KAFKA_HEAP_OPTS: '-Xmx320m -Xms128m' })
    .start()
  const id = container.getId()
  return {
    kill: async () => void (await run('docker', ['kill', id])),
    start: async () => void (await run('docker', ['start', id])),
    remove: async () => void (await run('docker', ['rm', '-f', '-v', id])),
  }
}

async function startProcess(properties: Record<string, string>, signal: AbortSignal): Promise<Broker> {
  const jars = await kafkaJars(signal)
  const folder = await mkdtemp(join(tmpdir(), 'genesis-broker-'))
  const file = join(folder, 'server.properties')
  const lines = Object.entries({ ...properties, 'log.dirs': join(folder, 'log') })
  await writeFile(file, lines.map(([key, value]) => `${key}=${value}\n`).join(''))
  const java = ['-Xmx320m', '-cp', join(jars, '*')]
  await run('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file], { signal })
  let child: ChildProcess | null = null
  const start = (): Promise<void> => {
    child = spawn('java', [...java, 'kafka.Kafka', file], { stdio: 'ignore' })
    return Promise.resolve()
  }
  const kill = async (): Promise<void> => {
    if (child?.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  process.once('exit', () => child?.kill('SIGKILL'))
  await start()
  return {
    kill,
    start,
    remove: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
