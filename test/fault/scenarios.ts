/** What can go wrong between a worker and its brokers, one scenario each, while records flow. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { deleteTopicsV6 } from '@platformatic/kafka'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { checkpointRecord } from '#src/kafka/checkpoint-record.js'
import { createProducer } from '#src/kafka/create-producer.js'
import type { ProducerClient } from '#src/kafka/create-producer.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'
import type { KafkaCluster } from '../support/kafka-cluster.js'
import type { Fault, FaultAction, FaultyApi } from '../support/kafka-proxy.js'
import { uniqueName } from '../support/kafka.js'
import { Flow, judge } from './flow.js'
import type { FlowOptions, Verdict } from './flow.js'
import { WorkerProcess } from './worker.js'

/** wire-v1: the wire producer, where the cluster has not finalized transactions v2. */
export type Contender = 'wire' | 'wire-v1' | 'kafkajs'

export interface Scene {
  readonly cluster: KafkaCluster
  readonly flow: FlowOptions
}

export interface Scenario {
  readonly name: string
  readonly contenders: readonly Contender[]
  /** Those of them that are in the quick run, which `make test` has. */
  readonly quick: readonly Contender[]
  readonly transactionTimeoutMs?: number
  readonly delivery?: FlowOptions['delivery']
  /** Disturbs; resolves with the milliseconds until records flowed again, and how many are delivered in all. */
  readonly play: (scene: Scene) => Promise<Outcome>
}

interface Outcome {
  readonly recoveryMs: number
  readonly delivered: number
}

export interface Result extends Verdict {
  readonly scenario: string
  readonly contender: Contender
  readonly topic: string
  readonly delivered: number
  readonly recoveryMs: number
}

const everyone: readonly Contender[] = ['wire', 'wire-v1', 'kafkajs']

/** Runs a scenario on topics of its own. */
export async function runScenario(cluster: KafkaCluster, scenario: Scenario, contender: Contender): Promise<Result> {
  const client: ProducerClient = contender === 'kafkajs' ? 'kafkajs' : 'wire'
  const name = uniqueName('fault')
  const flow: FlowOptions = {
    ...{ cluster: cluster.options, client, name, partitions: 3 },
    topic: name,
    checkpointTopic: `${name}-checkpoints`,
    transactionTimeoutMs: scenario.transactionTimeoutMs ?? 10_000,
    delivery: scenario.delivery ?? 'exactly-once',
  }
  const admin = new KafkaAdmin(cluster.options)
  await admin.ensureTopic(flow.topic, { partitions: flow.partitions, replicationFactor: 3, config: {} })
  await admin.close()
  const { recoveryMs, delivered } = await inTime(scenario.name, scenario.play({ cluster, flow }))
  cluster.proxies.disarm()
  cluster.proxies.resume()
  return {
    scenario: scenario.name,
    contender,
    topic: flow.topic,
    delivered,
    recoveryMs,
    ...(await judge(flow, delivered)),
  }
}

async function inTime<T>(name: string, played: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const late = sleep(900_000, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${name}: records do not flow again`)
  })
  try {
    return await Promise.race([played, late])
  } finally {
    timer.abort()
    late.catch(() => {})
  }
}

/** Lets records flow, disturbs, waits until they flow again, and ends in order. */
async function disturbed({ flow: options }: Scene, disturb: (flow: Flow) => Promise<void>): Promise<Outcome> {
  const flow = new Flow(options)
  await flow.flows()
  await disturb(flow)
  const recoveryMs = await flow.flows()
  await flow.flows(500)
  assert.deepEqual(await flow.stop(), { end: 'stopped' })
  return { recoveryMs, delivered: flow.position }
}

function lost(api: FaultyApi, what: Fault['lost'], action: FaultAction): Scenario {
  const how = action === 'cut' ? 'connection cut' : 'connection stays'
  return {
    name: `${what} of ${api} lost, ${how}`,
    contenders: api === 'AddPartitionsToTxn' ? ['wire-v1', 'kafkajs'] : everyone,
    quick: action === 'swallow' ? [] : quickContenders(api, what),
    play: (scene) =>
      disturbed(scene, async (flow) => {
        const { proxies } = scene.cluster
        if (api !== 'InitProducerId') return proxies.arm({ api, lost: what, action })
        // It is asked for only at the start: an earlier fault makes the task start again.
        const struck = proxies.arm({ api: 'EndTxn', lost: 'request', action: 'cut' })
        await struck
        await Promise.race([proxies.arm({ api, lost: what, action }), flow.ended])
      }),
  }
}

function quickContenders(api: FaultyApi, what: Fault['lost']): Contender[] {
  if (api === 'AddPartitionsToTxn') return ['wire-v1']
  if (what === 'request') return ['wire']
  return api === 'EndTxn' ? ['wire', 'wire-v1', 'kafkajs'] : ['wire', 'kafkajs']
}

const apis: readonly FaultyApi[] = ['InitProducerId', 'AddPartitionsToTxn', 'Produce', 'EndTxn']

export const scenarios: readonly Scenario[] = [
  ...apis.flatMap((api) => [lost(api, 'request', 'cut'), lost(api, 'answer', 'cut')]),
  ...apis.flatMap((api) => [lost(api, 'request', 'swallow'), lost(api, 'answer', 'swallow')]),
  {
    name: 'transaction timed out by the broker',
    contenders: everyone,
    quick: ['wire', 'kafkajs'],
    transactionTimeoutMs: 1000,
    play: (scene) =>
      disturbed(scene, async () => {
        const { proxies } = scene.cluster
        await proxies.arm({ api: 'EndTxn', lost: 'request', action: 'hold' })
        // Until the coordinator has aborted it: its timeout, and the interval in which it looks.
        await sleep(2500)
        proxies.resume()
      }),
  },
  {
    name: 'two workers at once',
    contenders: everyone,
    quick: ['wire', 'kafkajs'],
    play: async ({ flow: options }) => {
      const first = new Flow(options)
      await first.flows()
      const second = new Flow(options)
      const begin = performance.now()
      // The newer one wins, unless the older one was just about to start again for another reason.
      const [fenced, winner] = await Promise.race([
        first.ended.then((end) => [end, second] as const),
        second.ended.then((end) => [end, first] as const),
      ])
      assert.equal(fenced.end === 'failed' ? fenced.failure.code : fenced.end, 'KAFKA_FENCED')
      await winner.flows()
      const recoveryMs = performance.now() - begin
      await winner.flows(500)
      assert.deepEqual(await winner.stop(), { end: 'stopped' })
      return { recoveryMs, delivered: winner.position }
    },
  },
  {
    name: 'leaders move every two seconds, five times',
    contenders: everyone,
    quick: [],
    play: (scene) =>
      disturbed(scene, async () => {
        for (let n = 0; n < 5; n++) {
          await scene.cluster.moveLeaders(scene.flow.topic)
          await sleep(2000)
        }
      }),
  },
  {
    name: 'each broker killed and restarted in turn',
    contenders: everyone,
    quick: [],
    play: (scene) =>
      disturbed(scene, async (flow) => {
        for (const broker of [0, 1, 2]) {
          await scene.cluster.kill(broker)
          await flow.flows()
          await scene.cluster.restart(broker)
          await flow.flows()
        }
      }),
  },
  {
    name: '10 s without network',
    contenders: everyone,
    quick: [],
    play: (scene) =>
      disturbed(scene, async () => {
        scene.cluster.proxies.pause()
        await sleep(10_000)
        scene.cluster.proxies.resume()
      }),
  },
  {
    name: 'every broker away for two minutes',
    contenders: everyone,
    quick: [],
    play: (scene) => disturbed(scene, () => scene.cluster.outage(120_000)),
  },
  {
    name: 'at-least-once: answer of Produce lost',
    contenders: ['wire', 'kafkajs'],
    quick: ['wire'],
    delivery: 'at-least-once',
    play: (scene) =>
      disturbed(scene, () => scene.cluster.proxies.arm({ api: 'Produce', lost: 'answer', action: 'cut' })),
  },
  {
    name: 'worker killed 20 times at random moments',
    contenders: everyone,
    quick: [],
    play: async ({ flow: options }) => {
      let seed = 20
      for (let n = 0; n < 20; n++) {
        const worker = new WorkerProcess(options)
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
        // Half of them while they start, half of them while their records flow.
        if (n % 2 === 1) await worker.flows()
        await sleep(seed % 1000)
        await worker.kill()
      }
      const begin = performance.now()
      const flow = new Flow(options)
      await flow.flows()
      const recoveryMs = performance.now() - begin
      assert.deepEqual(await flow.stop(), { end: 'stopped' })
      return { recoveryMs, delivered: flow.position }
    },
  },
  {
    name: 'worker stopped past its timeout, a successor takes over, the worker goes on',
    contenders: everyone,
    quick: ['wire'],
    transactionTimeoutMs: 1000,
    play: async ({ flow: options }) => {
      const worker = new WorkerProcess(options)
      await worker.flows()
      worker.signal('SIGSTOP')
      await sleep(2000)
      const begin = performance.now()
      const successor = new Flow(options)
      await successor.flows()
      const recoveryMs = performance.now() - begin
      worker.signal('SIGCONT')
      // kafkajs cannot tell a taken transaction from a timed-out one: there the worker may take the shard back.
      const end = await Promise.race([worker.ended, successor.ended])
      assert.equal(end?.end === 'failed' ? end.failure.code : end?.end, 'KAFKA_FENCED')
      await worker.kill()
      const last = new Flow(options)
      await last.flows()
      await Promise.all([successor.stop(), last.stop()])
      return { recoveryMs, delivered: last.position }
    },
  },
  refused('checkpoint topic missing', async ({ cluster, checkpointTopic }) => {
    const broker = await openAnyBroker(cluster)
    await deleteTopicsV6.api.async(broker.connection, [{ name: checkpointTopic, topicId: null }], 10_000)
    await broker.close()
  }),
  refused('checkpoint corrupt', async ({ cluster, checkpointTopic, name }) => {
    const shard = { connector: name, shard: 0 }
    const record = checkpointRecord(checkpointTopic, 1, shard, { position: 0, fingerprint: '', shards: 1 })
    const producer = await createProducer('wire', cluster, {
      ...{ topic: checkpointTopic, partitions: 1, transactionalId: null, transactionTimeoutMs: 10_000 },
      ...{ compression: 'none', maxMessageBytes: 1 << 20 },
    })
    await producer.init()
    await producer.commit([{ ...record, value: Buffer.from('{"position":12') }])
    await producer.close()
  }),
]

/** A worker that is started after this must say CHECKPOINT_INVALID and deliver nothing. */
function refused(name: string, spoil: (options: FlowOptions) => Promise<void>): Scenario {
  return {
    name: `${name}: refused`,
    contenders: ['wire', 'kafkajs'],
    quick: ['wire'],
    play: async ({ flow: options }) => {
      const first = new Flow(options)
      await first.flows()
      await first.stop()
      await spoil(options)
      const end = await new Flow(options).ended
      assert.equal(end.end === 'failed' ? end.failure.code : end.end, 'CHECKPOINT_INVALID')
      return { recoveryMs: 0, delivered: first.position }
    },
  }
}
