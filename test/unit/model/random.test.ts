import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as check, bigInt, integer, property } from 'fast-check'
import { blockRows, PlainBlockWords, pitch, type BlockWords } from '#src/model/random/block-words.js'
import { philox } from '#src/model/random/philox.js'
import { RowWords } from '#src/model/random/row-words.js'
import { SimdBlockWords } from '#src/model/random/simd-block-words.js'
import { xoshiro } from '#src/model/random/xoshiro.js'

type Counter = [number, number, number, number]

const hex = (words: Int32Array): string[] => Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0'))

// Random123 1.14, tests/kat_vectors, "philox4x32 10".
const vectors: [Counter, [number, number], string][] = [
  [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
]

for (const [[low, high, word2, word3], [key0, key1], expected] of vectors) {
  test(`Philox4x32-10 gives the known answer ${expected}`, () => {
    const out = new Int32Array(4)
    philox(out, 1, Int32Array.of(low), Int32Array.of(high), word2, word3, key0, key1)
    assert.deepEqual(hex(out), expected.split(' '))
  })
}

test('Philox of several counters is that of each', () => {
  const [low, high] = [Int32Array.of(0xfffffff0, 0xfffffff6, 2), Int32Array.of(7, 7, 8)]
  const several = new Int32Array(4 * 3)
  philox(several, 3, low, high, 1, 2, 3, 4)
  for (let i = 0; i < 3; i++) {
    const one = new Int32Array(4)
    philox(one, 1, low.subarray(i), high.subarray(i), 1, 2, 3, 4)
    assert.deepEqual(several.subarray(4 * i, 4 * i + 4), one)
  }
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

/** The words of a block's rows, row by row. */
function rowsOf({ words }: RowWords, draws: number, count: number): number[][] {
  return Array.from({ length: count }, (_, i) => Array.from({ length: draws }, (_, d) => words[d * pitch + i]))
}

const seed = bigInt({ min: 0n, max: 2n ** 53n - 1n }).map(Number)
const count = integer({ min: 1, max: blockRows })
const draws = integer({ min: 1, max: 60 })

for (const [name, block] of [
  ['plain', new PlainBlockWords()],
  ['SIMD', SimdBlockWords.create()],
] as [string, BlockWords | null][]) {
  test(`${name}: a row's words depend only on its position, wherever a block begins`, () => {
    assert.ok(block, 'this machine has SIMD')
    const start = bigInt({ min: 0n, max: 2n ** 53n - 2n ** 20n }).map(Number)
    const near = integer({ min: -600, max: 600 }).map((offset) => 2 ** 40 + 2 ** 32 + offset)
    for (const position of [start, near])
      check(
        property(seed, position, integer({ min: 1, max: 2048 }), count, draws, (seed, start, stride, count, draws) => {
          const run = new RowWords(seed, draws, true, block)
          run.fill(start, stride, count)
          const one = new RowWords(seed, draws, true, block)
          const last = count - 1
          one.fillAt(Float64Array.of(start + last * stride), 1)
          assert.deepEqual(rowsOf(run, draws, count)[last], rowsOf(one, draws, 1)[0])
        }),
      )
  })

  test(`${name}: words of one generator stay while those of another are made elsewhere`, () => {
    assert.ok(block, 'this machine has SIMD')
    const shared = new RowWords(1, 7, false, block)
    const own = new RowWords(2, 9, true, block)
    shared.fill(5, 1, blockRows)
    const before = rowsOf(shared, 7, blockRows)
    own.fill(5, 1, blockRows)
    assert.deepEqual(rowsOf(shared, 7, blockRows), before)
    assert.notDeepEqual(rowsOf(own, 7, 1), rowsOf(shared, 7, 1))
  })
}

test('SIMD gives the same words as plain TypeScript', () => {
  const [plain, simd] = [new PlainBlockWords(), SimdBlockWords.create()]
  assert.ok(simd, 'this machine has SIMD')
  const position = bigInt({ min: 0n, max: 2n ** 53n - 1n }).map(Number)
  check(
    property(seed, position, integer({ min: 0, max: 4000 }), count, draws, (seed, position, attempt, count, draws) => {
      const positions = Float64Array.from({ length: count }, (_, i) => (position + 977 * i) % 2 ** 53)
      const [expected, found] = [plain, simd].map((block) => {
        const words = new RowWords(seed, draws, true, block)
        words.fillAt(positions, count, attempt)
        return rowsOf(words, draws, count)
      })
      assert.deepEqual(found, expected)
    }),
  )
})
