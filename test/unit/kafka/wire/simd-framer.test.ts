import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { StageLimits } from '#src/kafka/wire/record-stage.js'
import { RecordStage } from '#src/kafka/wire/record-stage.js'
import { SimdFramer, createSimdFramer } from '#src/kafka/wire/simd-framer.js'
import { StageMemory } from '#src/kafka/wire/stage-memory.js'
import { headerBytes } from '#src/kafka/wire/record-batch.js'
import { recordOverhead } from '#src/kafka/wire/record-batch-write.js'
import { encodedBatch, type TestRecord } from '../../../support/encoded-batch.js'

interface Framed {
  readonly partition: number
  readonly count: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly records: string
}

/** Stages the batches, framing whenever nothing more fits. */
function framesOf(stage: RecordStage, batches: readonly (readonly TestRecord[])[]): Framed[] {
  const all: Framed[] = []
  const flush = (): void => {
    for (const { bytes, ...facts } of stage.frame())
      all.push({ ...facts, records: bytes.toString('latin1', headerBytes) })
  }
  for (const records of batches) {
    const { batch, partitions } = encodedBatch(records)
    for (let i = 0; i < batch.length;) {
      const next = stage.add(batch, partitions, i, 0)
      if (next < batch.length) {
        assert.ok(stage.count > 0, 'the record alone does not fit')
        flush()
      }
      i = next
    }
  }
  flush()
  return all
}

const plain = (): StageMemory => new StageMemory({ createFramer: () => null })
/** In WebAssembly from the first byte on. */
const simd = (): StageMemory => new StageMemory({ largeBytes: 0, createFramer: () => SimdFramer.create() })

const size = fc.oneof(
  { weight: 6, arbitrary: fc.nat(40) },
  { weight: 6, arbitrary: fc.integer({ min: 50, max: 140 }) },
  { weight: 2, arbitrary: fc.nat(9000) },
  { weight: 1, arbitrary: fc.nat(100_000) },
)
const bytes = fc.tuple(size, fc.nat(255)).map(([size, from]) => {
  const bytes = Buffer.allocUnsafe(size)
  for (let i = 0; i < size; i++) bytes[i] = (from + 31 * i) & 0xff
  return bytes
})
const part = fc.option(bytes, { nil: null })
const timestamp = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_200 }),
  fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
)
const records = (partitions: number): fc.Arbitrary<TestRecord[]> =>
  fc.array(
    fc.record(
      {
        key: part,
        value: part,
        timestamp,
        partition: fc.nat(partitions - 1),
        headers: fc.array(fc.tuple(fc.string({ maxLength: 20 }), bytes), { minLength: 1, maxLength: 2 }),
      },
      { noNullPrototype: true, requiredKeys: ['key', 'value', 'timestamp', 'partition'] },
    ),
    { minLength: 1, maxLength: 30 },
  )
const limitsAndBatches = fc.constantFrom(1, 3, 64).chain((partitions) =>
  fc.tuple(
    fc.record({
      partitions: fc.constant(partitions),
      batchBytes: fc.constantFrom(5000, 1 << 20),
      soleRecordBytes: fc.constant(1 << 20),
      bytes: fc.constantFrom(3000, 300_000, 2 << 20),
    }),
    fc.array(records(partitions), { minLength: 1, maxLength: 5 }),
  ),
)

describe('records framed in WebAssembly', () => {
  test('are the same bytes as those framed in TypeScript', () => {
    fc.assert(
      fc.property(limitsAndBatches, ([limits, batches]) => {
        const expected = framesOf(new RecordStage(limits, plain()), batches)
        assert.deepEqual(framesOf(new RecordStage(limits, simd()), batches), expected)
      }),
      { numRuns: 60 },
    )
  })

  test('are the same in memory that has grown, and that others have used', () => {
    const limits: StageLimits = { partitions: 2, batchBytes: 1 << 24, soleRecordBytes: 1 << 24, bytes: 1 << 24 }
    const shared = simd()
    const record = (i: number, hasHeaders: boolean): TestRecord => ({
      key: i % 7 === 0 ? null : Buffer.from(`key ${i}`),
      value: i % 11 === 0 ? null : Buffer.alloc((i * 37) % 700, i),
      timestamp: 1_700_000_000_000 + ((i * 7919) % 20_000),
      partition: i % 2,
      ...(hasHeaders ? { headers: [['number', String(i)]] as const } : {}),
    })
    for (const [count, headersFrom] of [
      [200, 200],
      [20_000, 9000],
      [3000, 3000],
      [100, 0],
    ]) {
      const all = Array.from({ length: count }, (_, i) => record(i, i >= headersFrom))
      const batches = Array.from({ length: count / 100 }, (_, i) => all.slice(100 * i, 100 * i + 100))
      const expected = framesOf(new RecordStage(limits, plain()), batches)
      assert.deepEqual(framesOf(new RecordStage(limits, shared), batches), expected)
    }
  })

  test('are the same when a stage becomes large', () => {
    const limits: StageLimits = { partitions: 1, batchBytes: 1 << 20, bytes: 1 << 20 }
    const batches = Array.from({ length: 100 }, (_, n) =>
      Array.from({ length: 100 }, (_, i) => ({
        key: Buffer.from(`${n}/${i}`),
        value: Buffer.alloc(90 + (i % 20), n),
        timestamp: n,
        partition: 0,
      })),
    )
    const memory = new StageMemory({ createFramer: () => SimdFramer.create() })
    const small = memory.framer
    const framed = framesOf(new RecordStage(limits, memory), batches)
    assert.notEqual(memory.framer, small)
    assert.deepEqual(framed, framesOf(new RecordStage(limits, plain()), batches))
  })

  test('exist in a few memories per thread only', () => {
    const framers = Array.from({ length: 6 }, () => createSimdFramer())
    assert.equal(framers.filter((framer) => framer !== null).length, 4)
  })
})

test('as many records are taken together as one by one, also of runs for the same partition', () => {
  const size = fc.nat(20_000)
  fc.assert(
    fc.property(
      records(1),
      fc.record({ batchBytes: size, soleRecordBytes: size, bytes: size }),
      fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(3),
      (all, limits, order, run, before) => {
        const partition = (i: number): number => order[Math.floor(i / run) % order.length]
        const { batch, partitions } = encodedBatch(all.map((one, i) => ({ ...one, partition: partition(i) })))
        const [together, singly] = [1, 2].map(() => new RecordStage({ partitions: 3, ...limits }, plain()))
        const from = Math.min(before, all.length - 1)
        const start = together.add({ ...batch, length: from }, partitions, 0, 0)
        const taken = together.add(batch, partitions, start, 0)
        let next = 0
        while (next < all.length && singly.add({ ...batch, length: next + 1 }, partitions, next, 0) > next) next++
        // What the first call did not take may fit the second one as little.
        assert.deepEqual([taken, together.count, together.bytes], [next, singly.count, singly.bytes])
      },
    ),
    { numRuns: 500 },
  )
})

test('a run fills a stage and a record batch up to their limits exactly', () => {
  const { batch, partitions } = encodedBatch(
    Array.from({ length: 8 }, () => ({ key: null, value: Buffer.alloc(10), timestamp: 0, partition: 0 })),
  )
  const taken = (limits: Omit<StageLimits, 'partitions'>): number =>
    new RecordStage({ partitions: 1, ...limits }, plain()).add(batch, partitions, 0, 0)
  const framed = (count: number): number => headerBytes + count * (10 + recordOverhead)
  assert.deepEqual([taken({ bytes: 50, batchBytes: 1e6 }), taken({ bytes: 49, batchBytes: 1e6 })], [5, 4])
  assert.deepEqual(
    [framed(5), framed(5) - 1].map((batchBytes) => taken({ bytes: 1e6, batchBytes })),
    [5, 4],
  )
  assert.deepEqual([taken({ bytes: 80, batchBytes: 1e6 }), taken({ bytes: 1e6, batchBytes: framed(8) })], [8, 8])
})
