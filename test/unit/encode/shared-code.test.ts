import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedCode } from '#src/encode/shared-code.js'

const data = (): unknown[] => [Int32Array.of(1, 2, 3), { place: 'field a', column: 0 }]

test('code of the same text and data is made once', () => {
  const first = sharedCode('same text', data(), () => () => 1)
  const second = sharedCode('same text', data(), () => () => 2)
  assert.equal(second, first)
})

test('another text, other bytes or another place make other code', () => {
  const made = [
    sharedCode('a text', data(), () => () => 1),
    sharedCode('b text', data(), () => () => 2),
    sharedCode('a text', [Int32Array.of(1, 2, 4), data()[1]], () => () => 3),
    sharedCode('a text', [data()[0], { place: 'field b', column: 0 }], () => () => 4),
    sharedCode('a text', [Int32Array.of(1, 2), Int32Array.of(3)], () => () => 5),
    sharedCode('a text', [Int32Array.of(1), Int32Array.of(2, 3)], () => () => 6),
  ]
  assert.deepEqual(
    made.map((code) => code()),
    [1, 2, 3, 4, 5, 6],
  )
})
