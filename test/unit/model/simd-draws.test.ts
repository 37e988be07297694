import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as check, integer, property, uint16Array } from 'fast-check'
import { parseModel } from '#src/model/load.js'
import { writeModel } from '#src/model/artifact-write.js'
import { blockRows, pitch } from '#src/model/random/block-words.js'
import { RowWords } from '#src/model/random/row-words.js'
import { SimdBlockWords } from '#src/model/random/simd-block-words.js'
import { baseNodes } from '#src/model/sample/base.js'
import { CircuitSampler, type NodeOutput } from '#src/model/sample/circuit-sampler.js'
import { drawRows } from '#src/model/sample/draw.js'
import { DrawsLayout, SimdDraws, drawnAt } from '#src/model/sample/simd-draws.js'
import { censusLikeArtifact } from '../../support/models.js'

const model = parseModel(Buffer.from(writeModel(censusLikeArtifact())), 'test')

function simdBlock(): SimdBlockWords {
  const block = SimdBlockWords.create()
  assert.ok(block, 'this machine has SIMD')
  return block
}

interface Circuit {
  readonly sampler: CircuitSampler
  readonly draws: number
  readonly outputs: readonly NodeOutput[]
}

function circuit(): Circuit {
  let draws = 0
  const nodes = baseNodes(model).map(({ tables }) => tables)
  const outputs = nodes.map(({ values }) => ({
    codes: new Uint16Array(blockRows),
    values: values.low.some((low) => !isNaN(low)) ? new Float64Array(blockRows) : null,
  }))
  const sampler = new CircuitSampler(
    nodes,
    null,
    (count) => (draws += count) - count,
    (node) => outputs[node],
  )
  return { sampler, draws, outputs }
}

/** What a circuit draws for the rows at `position` and after. `prepared`: with its tables in WebAssembly if that pays for so many rows. */
function drawn(
  { sampler, draws, outputs }: Circuit,
  block: SimdBlockWords,
  position: number,
  count: number,
  prepared = 0,
): NodeOutput[] {
  const words = new RowWords(7, draws, false, block)
  if (prepared > 0) sampler.prepare(words.block, prepared)
  words.fill(position, 1, count)
  sampler.draw(words.words, 0, count)
  return outputs.map(({ codes, values }) => ({
    codes: codes.slice(0, count),
    values: values && values.slice(0, count),
  }))
}

const enough = 1_000_000

test('WebAssembly draws the same symbols from an alias table as plain TypeScript', () => {
  const block = simdBlock()
  const simd = SimdDraws.of(block)
  const rows = uint16Array({ min: 0, max: 63, minLength: 1, maxLength: blockRows })
  check(
    property(integer({ min: 1, max: 12 }), rows, integer({ min: 0, max: 3 }), integer(), (bits, rows, draw, seed) => {
      const words = new RowWords(seed >>> 0, 4, false, block)
      const layout = new DrawsLayout(1)
      const entries = new RowWords((seed >>> 0) + 1, 64 << (bits > 9 ? bits - 9 : 0), true, simdBlock())
      entries.fill(0, 1, blockRows)
      const table = Int32Array.from({ length: 64 << bits }, (_, i) => entries.words[i % entries.words.length])
      const tableAt = layout.add(table)
      simd.load(rows, layout)
      words.fill(0, 1, blockRows)
      new Uint16Array(block.memory.buffer, block.end + layout.rows(0), rows.length).set(rows)
      simd.drawRows(tableAt, bits, layout.rows(0), draw, drawnAt, rows.length)
      const expected = new Uint16Array(rows.length)
      drawRows(table, bits, rows, words.words, draw * pitch, expected, 0, rows.length)
      assert.deepEqual(simd.symbols.slice(0, rows.length), expected)
    }),
    { numRuns: 60 },
  )
})

test('a circuit draws the same with its tables in WebAssembly', () => {
  const block = simdBlock()
  const [plain, fast] = [circuit(), circuit()]
  for (const count of [1, 3, 4, 5, 511, blockRows])
    for (const position of [0, 12_345, 2 ** 40]) {
      assert.deepEqual(drawn(fast, block, position, count, enough), drawn(plain, block, position, count))
      assert.ok(SimdDraws.of(block).has(fast.sampler))
    }
})

test('who draws few rows leaves the tables where they are, until the rows have paid for moving them', () => {
  const block = simdBlock()
  const one = circuit()
  const simd = SimdDraws.of(block)
  drawn(one, block, 0, 1, 1)
  assert.equal(simd.has(one.sampler), false)
  let rows = 1
  while (!simd.has(one.sampler)) {
    rows += 10
    drawn(one, block, 0, 10, 10)
  }
  assert.ok(rows > 1000 && rows < 10_000, `${rows} rows`)
})

test('circuits push each other out of the memory, and so do more random words', () => {
  const block = simdBlock()
  const simd = SimdDraws.of(block)
  const [plain, first, second] = [circuit(), circuit(), circuit()]
  const expected = drawn(plain, block, 0, blockRows)
  const drawsTheSame = (one: Circuit): void => {
    assert.deepEqual(drawn(one, block, 0, blockRows, enough), expected)
    assert.ok(simd.has(one.sampler))
  }
  drawsTheSame(first)
  drawsTheSame(second)
  assert.equal(simd.has(first.sampler), false)
  drawsTheSame(first)
  block.reserve(4 * first.draws)
  assert.equal(simd.has(first.sampler), false)
  drawsTheSame(first)
})

test('a circuit without tables leaves those of others in place', () => {
  const block = simdBlock()
  const first = circuit()
  drawn(first, block, 0, blockRows, enough)
  new CircuitSampler(
    [],
    null,
    (count) => count,
    () => null,
  ).prepare(block, enough)
  assert.ok(SimdDraws.of(block).has(first.sampler))
})

test('without memory for its tables, a circuit draws as before', () => {
  const block = simdBlock()
  const [plain, other] = [circuit(), circuit()]
  const expected = drawn(plain, block, 0, blockRows)
  assert.equal(block.extend(2 ** 40), false)
  block.extend = () => false
  assert.deepEqual(drawn(other, block, 0, blockRows, enough), expected)
  assert.equal(SimdDraws.of(block).has(other.sampler), false)
})

test('words of its own are not drawn from in WebAssembly', () => {
  const block = simdBlock()
  const [plain, fast] = [circuit(), circuit()]
  const expected = drawn(plain, block, 5, 100)
  drawn(fast, block, 0, blockRows, enough)
  const own = new RowWords(7, fast.draws, true, block)
  assert.equal(own.block, null)
  own.fill(5, 1, 100)
  fast.sampler.draw(own.words, 0, 100)
  assert.deepEqual(
    fast.outputs.map(({ codes }) => codes.slice(0, 100)),
    expected.map(({ codes }) => codes),
  )
})
