import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ColumnBatch } from '#src/record.js'
import { openGenerator, type GeneratorOptions } from '#src/model/open.js'
import type { Model } from '#src/model/model.js'
import { modelOf, randomArtifact } from '../../support/models.js'

/** What a batch holds, row by row, apart from its buffers. */
function rowsOf(batch: ColumnBatch): unknown[][] {
  return Array.from({ length: batch.length }, (_, row) =>
    batch.vectors.map((vector) => {
      if (vector.kind === 'text') {
        if (vector.missing?.[row]) return null
        return Buffer.from(vector.bytes.subarray(vector.offsets[row], vector.offsets[row + 1])).toString()
      }
      if (vector.kind === 'list') throw new Error('no lists here')
      return vector.kind === 'dictionary' ? vector.codes[row] : [vector.values[row], vector.codes?.[row]]
    }),
  )
}

function generated(model: Model, options: GeneratorOptions, start: number, sizes: readonly number[]): unknown[][] {
  const generator = openGenerator(model, { capacity: 1300, ...options })
  generator.start(start)
  return sizes.flatMap((size) => rowsOf(generator.generate(size)))
}

const anyModel = fc.integer({ min: 1, max: 1_000_000 }).map((seed) => modelOf(randomArtifact(seed)))
const anySeed = fc.maxSafeNat()

test('generate(a, m) and generate(a + m, n) are generate(a, m + n)', () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 500, max: 650 }))
  fc.assert(
    fc.property(anyModel, anySeed, fc.nat({ max: 2 ** 52 }), size, size, (model, seed, start, m, n) => {
      assert.deepEqual(generated(model, { seed }, start, [m, n]), generated(model, { seed }, start, [m + n]))
    }),
    { numRuns: 40 },
  )
})

test('the shards of a stream interleave to the stream of one shard', () => {
  fc.assert(
    fc.property(anyModel, anySeed, fc.integer({ min: 2, max: 5 }), (model, seed, shards) => {
      const rows = 60
      const each = Array.from({ length: shards }, (_, shard) =>
        generated(model, { seed, shard, shards }, shard, [rows / 2, rows / 2]),
      )
      const woven = Array.from(
        { length: rows * shards },
        (_, position) => each[position % shards][Math.floor(position / shards)],
      )
      assert.deepEqual(woven, generated(model, { seed }, 0, [rows * shards]))
    }),
    { numRuns: 30 },
  )
})
