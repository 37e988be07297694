import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { loadConnectors } from '#src/config/connector-file.js'
import { loadWorker } from '#src/config/worker-file.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { deliver } from '../support/deliver.js'
import { genesis, shipped } from '../support/genesis.js'
import { deleteAfter, testCluster, uniqueName } from '../support/kafka.js'
import { registryUrl } from '../support/registry.js'
import { statesOfChanges, statesOfUpserts } from '../support/shop.js'

const records = 4000

/** Delivers a connector of the shop to a topic of its own, in two runs, and checks that it is exact. */
async function delivered(t: TestContext, file: string, value: object = {}): Promise<string> {
  const topic = uniqueName(`test-${file}`)
  const checkpoints = uniqueName('test-checkpoints')
  deleteAfter(t, topic, checkpoints)
  const [shipping] = (await loadConnectors([shipped(`examples/shop/${file}.yaml`)], {})).connectors
  const connector = { ...shipping, name: topic, topic, value: { ...shipping.value, ...value } }
  const worker = await loadWorker(null, { ...process.env, GENESIS_CHECKPOINTS_TOPIC: checkpoints })
  await deliver(connector, worker, records / 3)
  await deliver(connector, worker, records)
  const { exact, found } = await verifyConnector(connector, worker)
  assert.deepEqual([exact, found], [true, records])
  return topic
}

test('a deletion is followed by a tombstone of its key, and the topic is exact', async (t) => {
  const states = [...(await statesOfChanges(await delivered(t, 'order-changes', { tombstones: true }), true)).values()]
  assert.ok(states.includes('forgotten'))
  // Of one at most in each task, the tombstone is not there yet.
  assert.ok(states.filter((state) => state === 'removed').length <= 2)
})

test('a shop: orders live, as Debezium events and as upserts, each topic exact and each history valid', async (t) => {
  const changes = await delivered(t, 'order-changes')
  const states = await statesOfChanges(changes)
  assert.ok(states.size > records / 4)
  assert.deepEqual(await statesOfUpserts(await delivered(t, 'orders')), states)
  assert.ok([...states.values()].includes('removed'))

  const read = await genesis(
    ...['read', changes, '--max', '1', '--json', '--registry', registryUrl()],
    ...['--kafka-servers', testCluster().brokers.join(',')],
  )
  assert.equal(read.status, 0, read.stderr)
  assert.equal((JSON.parse(read.stdout) as { value: { op: string } }).value.op, 'c')
})
