import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Encoder } from '#src/encode/encoder.js'
import { withTimestamps } from '#src/encode/timestamps.js'
import { GenesisError } from '#src/errors.js'
import type { ColumnBatch, Field } from '#src/record.js'
import { namedTimestamps } from '#src/sink/kafka/timestamp-refusal.js'

const plain: Encoder = {
  prepare: () => Promise.resolve(),
  encode: ({ start, stride, length }) => {
    return { start, stride, length, bytes: Buffer.alloc(0), offsets: new Int32Array(2 * length + 1), hasKeys: false }
  },
}

const field = (name: string, changes: Partial<Field> = {}): Field => {
  return { name, type: { kind: 'timestamp' }, nullable: false, vector: 'number', ...changes }
}

function batchOf(fields: readonly Field[], values: number[]): ColumnBatch {
  const vector = { kind: 'number' as const, values: Float64Array.from(values), codes: undefined }
  return { fields, start: 10, stride: 2, length: values.length, vectors: [vector] }
}

describe('timestamps of records from a column', () => {
  test('are its times in milliseconds, of dates their midnight', () => {
    const fields = [field('at')]
    const { timestamps } = withTimestamps(plain, fields, 'at').encode(batchOf(fields, [5, 1_700_000_000_000]))
    assert.deepEqual([...(timestamps ?? [])], [5, 1_700_000_000_000])
    const days = [field('on', { type: { kind: 'date' } })]
    const encoded = withTimestamps(plain, days, 'on').encode(batchOf(days, [0, 2]))
    assert.deepEqual([...(encoded.timestamps ?? [])], [0, 172_800_000])
  })

  test('come from a dictionary, too', () => {
    const fields = [field('at', { vector: 'dictionary', dictionary: [7, 9] })]
    const vectors = [{ kind: 'dictionary' as const, codes: Uint16Array.of(1, 0) }]
    const { timestamps } = withTimestamps(plain, fields, 'at').encode({ ...batchOf(fields, [0, 0]), vectors })
    assert.deepEqual([...(timestamps ?? [])], [9, 7])
  })

  test('are refused at the start where the column is none of times, can be null or is before 1970', () => {
    for (const [fields, message] of [
      [[field('other')], /the model has no such column; found at; expected .*such as other/],
      [[field('at', { type: { kind: 'integer' } })], /found at: integer/],
      [[field('at', { nullable: true })], /can be null/],
      [[field('at', { range: [-5, 5] })], /before 1970/],
    ] as const) {
      assert.throws(() => withTimestamps(plain, fields, 'at'), message)
    }
  })

  test('a time that none can be is an error with its position, not another time', () => {
    const fields = [field('at')]
    assert.throws(
      () => withTimestamps(plain, fields, 'at').encode(batchOf(fields, [1, NaN])),
      /column at, position 12: a record has no valid time/,
    )
  })

  test("a broker's refusal names the column or the clock", () => {
    const refusal = new GenesisError('KAFKA_REJECTED', 'refused', { found: 'INVALID_TIMESTAMP (out of range)' })
    assert.match(String(namedTimestamps(refusal, true)), /timestamp column/)
    assert.match(String(namedTimestamps(refusal, false)), /this machine's clock/)
    const other = new GenesisError('KAFKA_REJECTED', 'refused', { found: 'INVALID_RECORD' })
    assert.equal(namedTimestamps(other, true), other)
  })
})
