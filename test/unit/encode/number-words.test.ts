/** What the generated code writes by words is what text.ts writes byte by byte. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { renderNumber } from '#src/encode/number-form.js'
import { RecordWriter } from '#src/encode/record-writer.js'
import type { NumberForm } from '#src/encode/step.js'
import { constant } from '#src/encode/step.js'
import type { Field } from '#src/record.js'
import { valuesOf } from '../../support/encoded.js'
import { batchOf } from '../../support/layouts.js'

const field: Field = { name: 'n', type: { kind: 'double' }, nullable: false, vector: 'number' }
const none = Buffer.alloc(0)

/** Each value between brackets, so that a byte too many, or one before it, is seen. */
function written(form: NumberForm, values: readonly number[]): string[] {
  const column = { column: 0, entries: null, before: none, after: none, missing: null, place: 'n', fits: 'a number' }
  const value = [constant('['), { step: 'number' as const, form, ...column }, constant(']')]
  const writer = new RecordWriter({ fields: [field], key: null, value })
  return valuesOf(writer.write(batchOf([field], ...values.map((value) => [value])))).map((b) => b.toString('latin1'))
}

function plain(form: NumberForm, values: readonly number[]): string[] {
  return values.map((value) => `[${renderNumber(form, value)?.toString('latin1')}]`)
}

const digits = (scale: number, fixed = false): NumberForm => ({ as: 'digits', scale, fixed })
const decimals = [0, 1, 2, 3, 4, 10].map((scale) => digits(scale))
const fixed = [1, 2, 3, 4, 9].map((scale) => digits(scale, true))
const times = (['date', 'timestamp'] as const).flatMap((as): NumberForm[] => [
  { as, prefixed: false },
  { as, prefixed: true },
])

/** Around every power of ten and of two, on both sides of zero. */
const edges = Array.from({ length: 54 }, (_, n) => [2 ** n, 10 ** Math.min(n, 15)])
  .flat()
  .flatMap((power) => [power - 1, power, power + 1])
  .filter(Number.isSafeInteger)
  .flatMap((value) => [value, -value])

test('numbers of up to five digits, and those around every power of ten and of two', () => {
  const small = Array.from({ length: 20_000 }, (_, n) => n - 5000)
  for (const form of [...decimals, ...fixed]) {
    const values = [...small, ...edges]
    assert.deepEqual(written(form, values), plain(form, values), JSON.stringify(form))
  }
})

test('any integer, as a number or a decimal', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...decimals, ...fixed),
      fc.array(fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: 0, max: 99_999_999 })), { minLength: 1 }),
      (form, values) => assert.deepEqual(written(form, values), plain(form, values)),
    ),
  )
})

test('every day from 1890 to 2110, and days that a table of four-year cycles would get wrong', () => {
  const every = Array.from({ length: 80_400 }, (_, n) => n - 29_300)
  const far = [-719_529, -719_528, -719_409, -719_408, -141_428, 106_751, 2_932_896, 2_932_897, 1e8, -1e8]
  for (const form of times.filter(({ as }) => as === 'date'))
    assert.deepEqual(written(form, [...every, ...far]), plain(form, [...every, ...far]))
})

test('any millisecond', () => {
  const within = fc.integer({ min: -25_600 * 86_400_000, max: 47_600 * 86_400_000 })
  const ofDay = Array.from({ length: 1441 }, (_, minute) => minute * 60_000)
  const ends = [-25_508, 47_541].flatMap((day) => [day * 86_400_000 - 1, day * 86_400_000])
  for (const form of times.filter(({ as }) => as === 'timestamp')) {
    const some = [...ofDay, ...ends, ...ofDay.map((_, n) => n), 951_782_399_999, 4_107_542_400_000]
    assert.deepEqual(written(form, some), plain(form, some))
    fc.assert(
      fc.property(fc.array(fc.oneof(within, fc.integer({ min: -8.64e15, max: 8.64e15 })), { minLength: 1 }), (values) =>
        assert.deepEqual(written(form, values), plain(form, values)),
      ),
    )
  }
})
