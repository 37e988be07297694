import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { writeModel } from '#src/model/artifact-write.js'
import type { Circuit } from '#src/model/circuit.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { AliasBuilder, aliasBits } from '#src/model/sample/alias.js'
import { modelOf, randomArtifact } from '../../support/models.js'
import { fitsDistribution } from '../../support/statistics.js'
import { digestOf } from '../../support/digest.js'

/** p(x_a, x_b) of two nodes, by summing over the states of the whole tree, one node after another. */
function jointOf(circuit: Circuit, a: number, b: number): number[] {
  const { states, parent, prior, transitions, emissions } = circuit
  const sizeOf = (node: number): number => emissions[node].length / states
  const emission = (node: number, z: number, code: number): number => emissions[node][z * sizeOf(node) + code]
  const below = (node: number, z: number, codeA: number, codeB: number): number => {
    let product = node === a ? emission(a, z, codeA) : 1
    if (node === b) product *= emission(b, z, codeB)
    parent.forEach((above, child) => {
      if (above !== node) return
      let sum = 0
      for (let y = 0; y < states; y++) sum += transitions[child][z * states + y] * below(child, y, codeA, codeB)
      product *= sum
    })
    return product
  }
  const out: number[] = []
  for (let x = 0; x < sizeOf(a); x++) {
    for (let y = 0; y < sizeOf(b); y++) {
      let sum = 0
      for (let z = 0; z < states; z++) sum += prior[z] * below(parent.indexOf(-1), z, x, y)
      out.push(sum)
    }
  }
  return out
}

test('every pair of columns is distributed as the circuit says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      const model = modelOf(randomArtifact(seed))
      const circuit = model.circuit!
      const count = 4000
      const { vectors } = openGenerator(model, { seed, capacity: count }).generate(count)
      const codes = vectors.map(
        (vector) => (vector.kind === 'text' || vector.kind === 'list' ? undefined : vector.codes)!,
      )
      const nodes = circuit.parent.length
      for (let a = 0; a < nodes; a++) {
        for (let b = a + 1; b < nodes; b++) {
          const expected = jointOf(circuit, a, b)
          const counts = new Array<number>(expected.length).fill(0)
          const width = circuit.emissions[b].length / circuit.states
          for (let row = 0; row < count; row++) counts[codes[a][row] * width + codes[b][row]]++
          assert.ok(fitsDistribution(counts, expected), `columns ${a} and ${b}`)
        }
      }
    }),
    { numRuns: 25 },
  )
})

test('an alias table holds its weights to 2^-32, and never draws what has none', () => {
  const weight = fc.oneof(fc.constant(0), fc.double({ min: 1e-12, max: 1, noNaN: true }))
  fc.assert(
    fc.property(fc.array(weight, { minLength: 1, maxLength: 40 }), (weights) => {
      const total = weights.reduce((sum, each) => sum + each, 0)
      fc.pre(total > 0)
      const bits = aliasBits(weights.length)
      const table = new Int32Array(1 << bits)
      new AliasBuilder(bits).build(weights, 0, weights.length, table, 0)
      const mass = new Array<number>(1 << bits).fill(0)
      const whole = 2 ** (32 - bits)
      table.forEach((entry, slot) => {
        const threshold = entry >>> bits
        mass[slot] += threshold
        mass[entry & ((1 << bits) - 1)] += whole - threshold
      })
      mass.forEach((share, symbol) => {
        const expected = ((weights[symbol] ?? 0) / total) * 2 ** 32
        if (expected === 0) assert.equal(share, 0)
        else assert.ok(Math.abs(share - expected) <= weights.length, `${share} for ${expected}`)
      })
    }),
  )
})

test('the same model, seed and position give the same bytes after a reload and on another thread', async () => {
  const text = writeModel(randomArtifact(77))
  const options = { seed: 123, shard: 1, shards: 2, capacity: 2000 }
  const here = digestOf(openGenerator(parseModel(Buffer.from(text), 'one'), options), 2000)
  assert.equal(digestOf(openGenerator(parseModel(Buffer.from(text), 'two'), options), 2000), here)
  const worker = new Worker(fileURLToPath(new URL('../../support/digest-thread.js', import.meta.url)), {
    workerData: { text, options, count: 2000 },
  })
  const there = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  assert.equal(there, here)
})

test('a stream is what it was: its bytes do not change from one version to the next', () => {
  const generator = openGenerator(modelOf(randomArtifact(4242)), { seed: 1, capacity: 1000 })
  assert.equal(digestOf(generator, 1000), '8f56cab0b254baa4edd18cd3a413eff2b0788c182dd3d583cf3b0ad29d8bc961')
})
