import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkpointRecord, parseCheckpoint } from '#src/kafka/checkpoint-record.js'
import type { TopicCheckpoint } from '#src/kafka/checkpoint-record.js'
import { isSameTopic, targetFrom, targetNow } from '#src/kafka/checkpoint-target.js'

const of = (checkpoint: TopicCheckpoint): string =>
  checkpointRecord('checkpoints', 1, { connector: 'orders', shard: 0 }, checkpoint).value?.toString() ?? ''
const plainObjects = { noNullPrototype: true } as const
const plain = { position: 40, fingerprint: 'f00d', shards: 1 }
const topic = { topic: 'orders', topicId: 'WA1g-2cLSlyfvDKkc1IMUQ', partitions: 3 }

test('a checkpoint names group, topic, id and history in texts and numbers, as offsets of Kafka Connect are', () => {
  const target = {
    group: 'genesis',
    ...topic,
    partitions: [
      { position: 0, partitions: 3 },
      { position: 20, partitions: 6 },
    ],
  }
  assert.equal(
    of({ ...plain, target }),
    '{"position":40,"fingerprint":"f00d","shards":1,"group":"genesis","topic":"orders","topic_id":"WA1g-2cLSlyfvDKkc1IMUQ","partitions":"0:3,20:6"}',
  )
})

test('a checkpoint of version 0.1 is read as it is, and one with keys of others too', () => {
  assert.deepEqual(parseCheckpoint(Buffer.from(of(plain))), plain)
  assert.deepEqual(parseCheckpoint(Buffer.from('{"position":40,"fingerprint":"f00d","shards":1,"note":"mine"}')), plain)
})

test('what is written is read again', () => {
  const since = fc.record({ position: fc.nat(), partitions: fc.integer({ min: 1, max: 5000 }) }, plainObjects)
  const target = fc.record(
    {
      group: fc.string(),
      topic: fc.string(),
      topicId: fc.option(fc.string({ minLength: 1 })),
      partitions: fc.array(since, { minLength: 1 }).map((all) => all.sort((a, b) => a.position - b.position)),
    },
    plainObjects,
  )
  const checkpoint = fc.record(
    {
      position: fc.maxSafeNat(),
      fingerprint: fc.string(),
      shards: fc.integer({ min: 1, max: 1000 }),
      target,
    },
    plainObjects,
  )
  fc.assert(fc.property(checkpoint, (one) => assert.deepEqual(parseCheckpoint(Buffer.from(of(one))), one)))
})

for (const [what, value] of [
  ['without its topic', { group: 'g', partitions: '0:1' }],
  ['without its history', { group: 'g', topic: 't' }],
  ['with a history that goes back', { group: 'g', topic: 't', partitions: '5:1,4:2' }],
  ['with no partitions', { group: 'g', topic: 't', partitions: '0:0' }],
  ['with an id that is no text', { group: 'g', topic: 't', partitions: '0:1', topic_id: 7 }],
] as const)
  test(`a checkpoint ${what} is none`, () => {
    assert.equal(parseCheckpoint(Buffer.from(JSON.stringify({ ...plain, ...value }))), null)
  })

test('the history grows where the topic has more partitions than before, and begins with what is found', () => {
  const first = targetNow('genesis', topic, null)
  assert.deepEqual(first.partitions, [{ position: 0, partitions: 3 }])
  assert.deepEqual(targetNow('genesis', topic, plain).partitions, [{ position: 0, partitions: 3 }])
  const same = targetNow('genesis', topic, { ...plain, target: first })
  assert.deepEqual(same.partitions, first.partitions)
  const grown = targetNow('genesis', { ...topic, partitions: 6 }, { ...plain, target: first })
  assert.deepEqual(grown.partitions, [
    { position: 0, partitions: 3 },
    { position: 40, partitions: 6 },
  ])
  assert.deepEqual(targetFrom('genesis', topic, 40).partitions, [{ position: 40, partitions: 3 }])
})

test('a shard that was moved back forgets what was to come', () => {
  const history = [
    { position: 10, partitions: 3 },
    { position: 40, partitions: 6 },
  ]
  const at = (position: number) => ({
    ...plain,
    position,
    target: { ...targetFrom('genesis', topic, 0), partitions: history },
  })
  const six = { ...topic, partitions: 6 }
  assert.deepEqual(targetNow('genesis', six, at(50)).partitions, history)
  assert.deepEqual(targetNow('genesis', six, at(20)).partitions, [history[0], { position: 20, partitions: 6 }])
  assert.deepEqual(targetNow('genesis', six, at(5)).partitions, [{ position: 5, partitions: 6 }])
})

test('a topic is the same if name and id are; a broker without ids says nothing against it', () => {
  const target = targetNow('genesis', topic, null)
  assert.ok(isSameTopic(target, topic))
  assert.ok(!isSameTopic(target, { ...topic, topic: 'two' }))
  assert.ok(!isSameTopic(target, { ...topic, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' }))
  assert.ok(isSameTopic(target, { ...topic, topicId: null }))
})
