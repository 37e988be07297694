import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Partitioners } from 'kafkajs'
import { assignPartitions, murmur2, partitionOfKey, partitionOfPosition } from '#src/kafka/partitioner.js'
import { encodedBatch } from '../../support/encoded-batch.js'

// The vectors of org.apache.kafka.common.utils.UtilsTest.
for (const [text, hash] of [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
] as const)
  test(`murmur2 of "${text}" is what Java's client computes`, () => {
    const bytes = Buffer.from(`before${text}after`)
    assert.equal(murmur2(bytes, 6, 6 + text.length), hash)
  })

test("a key goes where kafkajs's Java-compatible partitioner sends it", () => {
  const partitioner = Partitioners.DefaultPartitioner()
  const partitionMetadata = Array.from({ length: 7 }, (_, partitionId) => ({
    partitionId,
    leader: 1,
    partitionErrorCode: 0,
    replicas: [1],
    isr: [1],
  }))
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 40 }), (key) => {
      const expected = partitioner({ topic: 't', partitionMetadata, message: { key: Buffer.from(key), value: null } })
      assert.equal(partitionOfKey(key, 0, key.length, 7), expected)
    }),
  )
})

test('records without a key fill the partitions evenly, in runs of consecutive positions', () => {
  const counts = [0, 0, 0]
  let runs = 1
  for (let position = 0; position < 10_000; position++) {
    const partition = partitionOfPosition(position, 3)
    counts[partition]++
    if (position > 0 && partition !== partitionOfPosition(position - 1, 3)) runs++
  }
  assert.ok(Math.max(...counts) - Math.min(...counts) <= 256, String(counts))
  assert.equal(runs, Math.ceil(10_000 / 256))
})

test('a position near 2^53 has a partition too', () => {
  assert.equal(partitionOfPosition(2 ** 53 - 1, 3), Number(((2n ** 53n - 1n) / 256n) % 3n))
})

test('a batch with and without keys is assigned record by record', () => {
  const { batch } = encodedBatch([
    { key: Buffer.from('abc'), value: Buffer.from('1'), timestamp: 0, partition: 0 },
    { key: null, value: Buffer.from('2'), timestamp: 0, partition: 0 },
  ])
  const into = new Int32Array(2)
  assignPartitions({ ...batch, start: 256, stride: 256 }, 5, into)
  assert.deepEqual([...into], [479470107 % 5, partitionOfPosition(512, 5)])
})

test('records without keys are assigned as each by its position, whatever the stride', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.nat(2000), fc.integer({ min: 2 ** 52, max: 2 ** 52 + 2000 })),
      fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(256, 257, 100_000)),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 600 }),
      fc.nat(5),
      (start, stride, count, length, first) => {
        const values = Array.from({ length }, () => ({ key: null, value: null, timestamp: 0, partition: 0 }))
        const into = new Int32Array(length).fill(-1)
        assignPartitions({ ...encodedBatch(values).batch, start, stride }, count, into, Math.min(first, length))
        const each = (i: number): number => (i < first ? -1 : partitionOfPosition(start + i * stride, count))
        assert.deepEqual(
          [...into],
          Array.from({ length }, (_, i) => each(i)),
        )
      },
    ),
  )
})
