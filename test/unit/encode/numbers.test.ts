import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { renderNumber } from '#src/encode/number-form.js'
import type { NumberForm } from '#src/encode/step.js'

const hex = (form: NumberForm, value: number): string | undefined => renderNumber(form, value)?.toString('hex')
const integers = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(2 ** 53 - 1, 1 - 2 ** 53, 0, -1))

/** The specification's definition of a long, in arithmetic that has no limits. */
function zigzag(value: bigint): string {
  let rest = value < 0n ? -value * 2n - 1n : value * 2n
  const bytes: number[] = []
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Buffer.from([...bytes, Number(rest)]).toString('hex')
}

function twosComplement(value: bigint, size: number): string {
  return BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0')
}

test('longs are exact over all 53 bits, and beyond where a factor makes them larger', () => {
  fc.assert(
    fc.property(integers, fc.constantFrom(1, 1000), (value, factor) => {
      assert.equal(hex({ as: 'varint', bits: 64, factor }, value), zigzag(BigInt(value) * BigInt(factor)))
    }),
  )
})

test('an int takes 32 bits and no more', () => {
  const int: NumberForm = { as: 'varint', bits: 32, factor: 1 }
  assert.equal(hex(int, 2 ** 31 - 1), zigzag(2n ** 31n - 1n))
  assert.equal(hex(int, -(2 ** 31)), zigzag(-(2n ** 31n)))
  assert.equal(hex(int, 2 ** 31), undefined)
})

test('8-byte keys are exact over all 53 bits', () => {
  fc.assert(
    fc.property(integers, (value) => {
      assert.equal(hex({ as: 'int64' }, value), twosComplement(BigInt(value), 8))
    }),
  )
})

test('decimals are two’s complement, in as few bytes as they need or in all of a fixed', () => {
  fc.assert(
    fc.property(integers, fc.integer({ min: 0, max: 20 }), (value, shift) => {
      const unscaled = BigInt(value) * 10n ** BigInt(shift)
      let size = 1
      while (BigInt.asIntN(size * 8, unscaled) !== unscaled) size++
      const form = { as: 'unscaled', shift, precision: 38 } as const
      assert.equal(hex({ ...form, size: null }, value), zigzag(BigInt(size)) + twosComplement(unscaled, size))
      assert.equal(hex({ ...form, size: 17 }, value), twosComplement(unscaled, 17))
    }),
  )
})

test('decimals of more digits than the precision do not fit', () => {
  const form = { as: 'unscaled', shift: 2, precision: 6, size: null } as const
  assert.notEqual(hex(form, 9999), undefined)
  assert.equal(hex(form, 10000), undefined)
  assert.equal(hex({ ...form, precision: 17 }, 10 ** 15), undefined)
})

test('decimal text is exact and has no trailing zeros', () => {
  fc.assert(
    fc.property(integers, fc.integer({ min: 0, max: 30 }), (value, scale) => {
      const digits = String(Math.abs(value)).padStart(scale + 1, '0')
      const whole = digits.slice(0, digits.length - scale)
      const fraction = digits.slice(digits.length - scale).replace(/0+$/, '')
      const expected = (value < 0 ? '-' : '') + whole + (fraction === '' ? '' : `.${fraction}`)
      assert.equal(renderNumber({ as: 'digits', scale }, value)?.toString(), expected)
    }),
  )
})

test('dates and timestamps are written as Date does, in every year it knows', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e8, max: 1e8 }), (days) => {
      const [date] = new Date(days * 86_400_000).toISOString().split('T')
      assert.equal(renderNumber({ as: 'date', prefixed: false }, days)?.toString(), date)
    }),
    { examples: [[0], [-1], [-719528], [-719529], [-719408], [2932896], [2932897], [11016], [19782]] },
  )
  fc.assert(
    fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (ms) => {
      assert.equal(renderNumber({ as: 'timestamp', prefixed: false }, ms)?.toString(), new Date(ms).toISOString())
    }),
    {
      examples: [[0], [-1], [951782400000], [253402300799999], [253402300800000], [-62167219200000], [-62167219200001]],
    },
  )
})
