import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { checkpointRecord } from '#src/kafka/checkpoint-record.js'
import type { TopicCheckpoint } from '#src/kafka/checkpoint-record.js'
import { moveCheckpoints, readCheckpoints } from '#src/kafka/move-checkpoints.js'
import type { CheckpointOwner } from '#src/kafka/move-checkpoints.js'
import { WireProducer } from '#src/kafka/wire/wire-producer.js'
import { earlierTransactionalId, transactionalId } from '#src/kafka/transactional-id.js'
import { committedRecords, createTopic, testCluster, uniqueName } from '../support/kafka.js'

const partitions = 3

async function openOwner(t: TestContext, shards: number): Promise<CheckpointOwner> {
  const topic = await createTopic(t, { partitions, config: { 'cleanup.policy': 'compact' } })
  return {
    cluster: testCluster(),
    checkpoints: { topic, partitions, replicationFactor: -1 },
    ...{ group: uniqueName('test-group'), connector: uniqueName('orders'), shards },
  }
}

/** A task's producer, with a checkpoint committed. */
async function openTask(
  t: TestContext,
  { checkpoints: { topic }, connector }: CheckpointOwner,
  transactionalId: string,
  shard: number,
  checkpoint: TopicCheckpoint,
): Promise<() => Promise<void>> {
  const producer = new WireProducer(testCluster(), {
    ...{ topic, partitions, transactionalId, transactionTimeoutMs: 20_000 },
    ...{ compression: 'none', maxMessageBytes: 1_000_000 },
  })
  t.after(() => producer.close())
  await producer.init()
  const commit = (): Promise<void> =>
    producer.commit([checkpointRecord(topic, partitions, { connector, shard }, checkpoint)])
  await commit()
  return commit
}

const at = (position: number, shards: number): TopicCheckpoint => ({ position, fingerprint: 'f00d', shards })
const deleted = (): Promise<null> => Promise.resolve(null)

test('checkpoints are deleted, and tasks that run are fenced, also those with an id of version 0.1', async (t) => {
  const owner = await openOwner(t, 2)
  const shard = (index: number) => ({ connector: owner.connector, shard: index, shards: 2 })
  const first = await openTask(t, owner, transactionalId(owner.group, shard(0)), 0, at(10, 2))
  const second = await openTask(t, owner, earlierTransactionalId(owner.group, shard(1)), 1, at(21, 2))
  assert.deepEqual(await moveCheckpoints(owner, deleted), [
    { shard: 0, from: at(10, 2), to: null },
    { shard: 1, from: at(21, 2), to: null },
  ])
  assert.equal((await readCheckpoints(owner)).size, 0)
  for (const commit of [first, second]) await assert.rejects(commit(), { code: 'KAFKA_FENCED' })
  assert.equal((await readCheckpoints(owner)).size, 0)
})

test('a worker of the group that a checkpoint names is fenced, too', async (t) => {
  const owner = await openOwner(t, 1)
  const shard = { connector: owner.connector, shard: 0, shards: 1 }
  const target = { group: 'others', topic: 'orders', topicId: null, partitions: [{ position: 0, partitions: 1 }] }
  const commit = await openTask(t, owner, transactionalId('others', shard), 0, { ...at(10, 1), target })
  await moveCheckpoints(owner, () => Promise.resolve({ ...at(4, 1), target: { ...target, group: owner.group } }))
  await assert.rejects(commit(), { code: 'KAFKA_FENCED' })
  const moved = (await readCheckpoints(owner)).get(0)
  assert.deepEqual([moved?.position, moved?.target?.group], [4, owner.group])
})

test('all shards move in one transaction, to positions of the present number of tasks; the rest is deleted', async (t) => {
  const owner = await openOwner(t, 2)
  for (const shard of [0, 1, 2]) await openTask(t, owner, uniqueName('test-id'), shard, at(30 + shard, 3))
  await moveCheckpoints(owner, (shard) => Promise.resolve(shard < 2 ? at(100 + shard, 2) : null))
  assert.deepEqual(
    await readCheckpoints(owner),
    new Map([
      [0, at(100, 2)],
      [1, at(101, 2)],
    ]),
  )
  const own = (await committedRecords(owner.checkpoints.topic)).filter(({ key }) => key?.includes(owner.connector))
  assert.equal(own.filter(({ value }) => value === null).length, 1)
})

test('a corrupt checkpoint is said to be so, and can be deleted', async (t) => {
  const owner = await openOwner(t, 1)
  const { topic } = owner.checkpoints
  const producer = new WireProducer(testCluster(), {
    ...{ topic, partitions, transactionalId: null, transactionTimeoutMs: 20_000 },
    ...{ compression: 'none', maxMessageBytes: 1_000_000 },
  })
  t.after(() => producer.close())
  await producer.init()
  const source = { connector: owner.connector, shard: 0 }
  await producer.commit([{ ...checkpointRecord(topic, partitions, source, null), value: Buffer.from('{') }])
  await assert.rejects(readCheckpoints(owner), { code: 'CHECKPOINT_INVALID' })
  const seen: unknown[] = []
  await moveCheckpoints(owner, (_, current) => {
    seen.push(current)
    return Promise.resolve(null)
  })
  assert.deepEqual(seen, ['corrupt'])
  assert.equal((await readCheckpoints(owner)).size, 0)
})

test('where the answer is an error, nothing is changed', async (t) => {
  const owner = await openOwner(t, 1)
  await openTask(t, owner, uniqueName('test-id'), 0, at(10, 1))
  await assert.rejects(
    moveCheckpoints(owner, () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.deepEqual((await readCheckpoints(owner)).get(0), at(10, 1))
})
