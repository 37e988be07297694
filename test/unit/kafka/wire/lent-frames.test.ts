import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loanOf, minLentBytes } from '#src/kafka/lent-memory.js'
import { headerBytes } from '#src/kafka/wire/record-batch.js'
import { RecordStage } from '#src/kafka/wire/record-stage.js'
import { frameSideRecord } from '#src/kafka/wire/side-records.js'
import { SimdFramer, createSimdFramer } from '#src/kafka/wire/simd-framer.js'
import { StageMemory } from '#src/kafka/wire/stage-memory.js'
import { encodedBatch } from '../../../support/encoded-batch.js'

const limits = { partitions: 1, batchBytes: 1 << 24, bytes: 1 << 24 }

function batchOf(count: number, size: number, fill: number) {
  return encodedBatch(
    Array.from({ length: count }, () => ({ key: null, value: Buffer.alloc(size, fill), timestamp: 0, partition: 0 })),
  )
}

function framesOf(stage: RecordStage, count: number, size: number, fill: number): Buffer {
  const { batch, partitions } = batchOf(count, size, fill)
  assert.equal(stage.add(batch, partitions, 0, 0), count)
  return stage.frame()[0].bytes
}

/** What they should be. */
function expected(count: number, size: number, fill: number): Buffer {
  const plain = new RecordStage(limits, new StageMemory({ createFramer: () => null }))
  return Buffer.from(framesOf(plain, count, size, fill).subarray(headerBytes))
}

for (const [name, createFramer] of [
  ['plain memory', () => null],
  ['memory of WebAssembly', () => SimdFramer.create()],
] as const) {
  const large = (): RecordStage => new RecordStage(limits, new StageMemory({ largeBytes: 0, createFramer }))

  test(`frames in ${name} stay as they are while they are lent, whatever is framed meanwhile`, () => {
    const stage = large()
    const lent = framesOf(stage, 1000, 100, 1)
    const loan = loanOf(lent)
    assert.ok(loan)
    loan.begin()
    const kept = expected(1000, 100, 1)
    for (const [count, size, fill] of [
      [1000, 100, 2],
      [5000, 90, 3],
      // More records, and more bytes, than there is room for.
      [40_000, 50, 4],
      [2000, 3000, 5],
      [30, 20, 6],
    ]) {
      const frames = framesOf(stage, count, size, fill)
      assert.ok(frames.subarray(headerBytes).equals(expected(count, size, fill)))
      assert.ok(lent.subarray(headerBytes).equals(kept))
    }
    loan.end()
  })

  test(`only one half of ${name} is lent at a time`, () => {
    const stage = large()
    const first = framesOf(stage, 1000, 100, 1)
    const loan = loanOf(first)
    loan?.begin()
    const second = framesOf(stage, 1000, 100, 2)
    assert.equal(loanOf(second), undefined)
    assert.notEqual(second.byteOffset, first.byteOffset)
    loan?.end()
    const third = framesOf(stage, 1000, 100, 3)
    assert.equal(loanOf(third), loan)
    assert.equal(third.byteOffset, first.byteOffset)
  })
}

test('memory that grows while a part is lent stays in WebAssembly', () => {
  const memory = new StageMemory({ largeBytes: 0, createFramer: () => SimdFramer.create() })
  const stage = new RecordStage(limits, memory)
  const { framer } = memory
  const lent = framesOf(stage, 1000, 100, 1)
  loanOf(lent)?.begin()
  const large = memory.framer
  assert.notEqual(large, framer)
  framesOf(stage, 40_000, 50, 2)
  assert.equal(memory.framer instanceof SimdFramer, true)
  assert.notEqual(memory.framer, large)
  assert.ok(lent.subarray(headerBytes).equals(expected(1000, 100, 1)))
})

test('small stages and small batches are not lent', () => {
  const small = new RecordStage(limits, new StageMemory())
  assert.equal(loanOf(framesOf(small, 1000, 100, 1)), undefined)
  const large = new RecordStage(limits, new StageMemory({ largeBytes: 0 }))
  const few = framesOf(large, 20, 100, 1)
  assert.ok(few.length < minLentBytes)
  assert.equal(loanOf(few), undefined)
})

test('side records, however large, leave WebAssembly to the stages', () => {
  const value = Buffer.alloc(1 << 20, 1)
  for (let n = 0; n < 4; n++) {
    const { bytes } = frameSideRecord({ topic: 's', partition: 0, key: null, value }, 0)
    assert.ok(bytes.includes(value))
  }
  assert.notEqual(createSimdFramer(), null)
})

test('a stage that is discarded begins anew', () => {
  const stage = new RecordStage(limits)
  const { batch, partitions } = batchOf(10, 10, 1)
  stage.add(batch, partitions, 0, 0)
  stage.discard()
  assert.equal(stage.count, 0)
  assert.ok(
    framesOf(stage, 5, 10, 2)
      .subarray(headerBytes)
      .equals(expected(5, 10, 2)),
  )
})
