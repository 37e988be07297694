import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { loadConnectors } from '#src/config/connector-file.js'
import { loadWorker } from '#src/config/worker-file.js'
import { consumeTopic, type ConsumedRecord } from '#src/kafka/topic-consumer.js'
import { TopicReader } from '#src/kafka/topic-reader.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { deliver } from '../support/deliver.js'
import { genesis, shipped } from '../support/genesis.js'
import { deleteAfter, testCluster, uniqueName } from '../support/kafka.js'
import { registryUrl } from '../support/registry.js'

const records = 4000

/** Delivers a connector of the shop to a topic of its own, in two runs, and checks that it is exact. */
async function delivered(t: TestContext, file: string): Promise<{ topic: string; found: ConsumedRecord[] }> {
  const topic = uniqueName(`test-${file}`)
  const checkpoints = uniqueName('test-checkpoints')
  deleteAfter(t, topic, checkpoints)
  const [shipping] = await loadConnectors([shipped(`examples/shop/${file}.yaml`)], {})
  const connector = { ...shipping, name: topic, topic }
  const worker = await loadWorker(null, { ...process.env, GENESIS_CHECKPOINTS_TOPIC: checkpoints })
  await deliver(connector, worker, records / 3)
  await deliver(connector, worker, records)
  const { exact, found } = await verifyConnector(connector, worker)
  assert.deepEqual([exact, found], [true, records])
  return { topic, found: await consumed(topic) }
}

/** All records of a topic, as kafkajs hands them over. */
async function consumed(topic: string): Promise<ConsumedRecord[]> {
  const reader = new TopicReader(testCluster(), topic)
  const ranges = await reader.ranges()
  await reader.close()
  const found: ConsumedRecord[] = []
  const take = (record: ConsumedRecord): Promise<boolean> => Promise.resolve(found.push(record) > 0)
  await consumeTopic(testCluster(), topic, ranges, take, new AbortController().signal)
  return found
}

type Row = Readonly<Record<string, unknown>>
interface Change {
  readonly before: Row | null
  readonly after: Row | null
  readonly op: string
}

const follows: Readonly<Record<string, readonly string[]>> = {
  placed: ['paid', 'cancelled'],
  paid: ['shipped'],
  shipped: ['returned'],
  returned: ['removed'],
  cancelled: ['removed'],
}

test('a shop: orders live, as Debezium events and as upserts, each topic exact and each history valid', async (t) => {
  const registry = new SchemaRegistry({ host: registryUrl() })
  const decoded = async <T>(value: Buffer | null): Promise<T | null> =>
    value === null ? null : ((await registry.decode(value)) as T)
  const { topic, found: changes } = await delivered(t, 'order-changes')
  const now = new Map<string, string>()
  for (const { key, value } of changes) {
    const { before, after, op } = (await decoded<Change>(value))!
    const state = now.get(String(key))
    assert.equal(before?.status, state)
    assert.equal(op, before === null ? 'c' : after === null ? 'd' : 'u')
    const next = String(after?.status ?? 'removed')
    if (state === undefined) assert.equal(next, 'placed')
    else assert.ok(follows[state].includes(next), `${state} → ${next}`)
    assert.equal(String((before ?? after)?.order_id), String(key))
    now.set(String(key), next)
  }
  assert.ok(now.size > records / 4)

  const { found: upserts } = await delivered(t, 'orders')
  const newest = new Map<string, string>()
  for (const { key, value } of upserts)
    newest.set(String(key), String((await decoded<Row>(value))?.status ?? 'removed'))
  assert.deepEqual(newest, now)
  assert.ok([...newest.values()].includes('removed'))

  const read = await genesis(
    ...['read', topic, '--max', '1', '--json', '--registry', registryUrl()],
    ...['--kafka-servers', testCluster().brokers.join(',')],
  )
  assert.equal(read.status, 0, read.stderr)
  assert.equal((JSON.parse(read.stdout) as { value: Change }).value.op, 'c')
})
