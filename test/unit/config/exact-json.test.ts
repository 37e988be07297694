import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { exactJsonText, parseExactJson } from '#src/config/exact-json.js'

test('numbers up to 2^53 and everything else is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = JSON.stringify(value)
      fc.pre(!/(?<![\d.])\d{16,}(?![\d.])/.test(text))
      assert.deepEqual(parseExactJson(text), JSON.parse(text))
      assert.equal(exactJsonText(value), text)
    }),
  )
})

test('integers of any length keep their digits, there and back', () => {
  const text = '{"a":9007199254740993,"b":[-12345678901234567890],"c":"9007199254740993","d":0.1234567890123456}'
  assert.deepEqual(parseExactJson(text), {
    a: 9007199254740993n,
    b: [-12345678901234567890n],
    c: '9007199254740993',
    d: 0.1234567890123456,
  })
  assert.equal(exactJsonText(parseExactJson(text)), text)
})
