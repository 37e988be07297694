import assert from 'node:assert/strict'
import { test } from 'node:test'
import { philox } from '#src/model/random/philox.js'
import { xoshiro } from '#src/model/random/xoshiro.js'

type Counter = [number, number, number, number]

const hex = (words: Int32Array): string[] => Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0'))

// Random123 1.14, tests/kat_vectors, "philox4x32 10".
const vectors: [Counter, [number, number], string][] = [
  [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
]

for (const [counter, key, expected] of vectors) {
  test(`Philox4x32-10 gives the known answer ${expected}`, () => {
    const out = new Int32Array(4)
    philox(out, 1, counter, 1, key)
    assert.deepEqual(hex(out), expected.split(' '))
  })
}

test('Philox of a run of counters is that of each, and the carry reaches the second word', () => {
  const run = new Int32Array(4 * 5)
  philox(run, 5, [0xfffffff0, 7, 1, 2], 6, [3, 4])
  const counters: Counter[] = [
    [0xfffffff0, 7, 1, 2],
    [0xfffffff6, 7, 1, 2],
    [0xfffffffc, 7, 1, 2],
    [2, 8, 1, 2],
    [8, 8, 1, 2],
  ]
  counters.forEach((counter, index) => {
    const one = new Int32Array(4)
    philox(one, 1, counter, 1, [3, 4])
    assert.deepEqual(run.subarray(4 * index, 4 * index + 4), one)
  })
})

test('xoshiro128** gives the known answers for the state 1, 2, 3, 4', () => {
  const words = new Int32Array(10)
  xoshiro(words, 1, 10, Int32Array.of(1, 2, 3, 4), 1)
  // The reference implementation's, as the Rust crate rand_xoshiro tests them too.
  const known = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804]
  assert.deepEqual(
    Array.from(words, (word) => word >>> 0),
    known,
  )
})
