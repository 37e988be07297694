import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { plainKernel } from '#src/fit/kernel.js'
import { TrainingRandom } from '#src/fit/random.js'
import { hasSimd, sharedMemory, simdKernel } from '#src/fit/simd.js'

test('the SIMD kernel and its plain twin give the same bits', () => {
  assert.ok(hasSimd())
  const dimension = fc.integer({ min: 1, max: 6 })
  fc.assert(
    fc.property(
      dimension,
      dimension,
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      fc.nat(),
      (fours, eights, k, flipped, seed) => {
        const [m, n] = [fours * 4, eights * 8]
        const memory = sharedMemory((m * k + k * n + m * n) * 4)
        const a = new Float32Array(memory.buffer, 0, m * k)
        const b = new Float32Array(memory.buffer, m * k * 4, k * n)
        const c = new Float32Array(memory.buffer, (m * k + k * n) * 4, m * n)
        const random = new TrainingRandom(seed)
        for (const table of [a, b])
          table.forEach((_, i) => (table[i] = random.uniform() * 10 ** (random.below(12) - 8)))
        const [row, column] = flipped ? [1, m] : [k, 1]
        simdKernel(memory).multiply(a, row, column, b, c, m, n, k)
        const twin = new Float32Array(m * n)
        plainKernel.multiply(a, row, column, b, twin, m, n, k)
        assert.deepEqual([...c], [...twin])
        const exact = Array.from({ length: k }, (_, l) => a[l * column] * b[l * n]).reduce((sum, x) => sum + x, 0)
        assert.ok(Math.abs(c[0] - exact) <= 1e-5 * exact)
      },
    ),
  )
})
