import { test, suite } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Kernel } from '#src/fit/kernel.js'
import { plainKernel } from '#src/fit/plain-kernel.js'
import { TrainingRandom } from '#src/fit/random.js'
import { hasSimd, simdKernel } from '#src/fit/simd.js'
import { sharedMemory } from '#src/webassembly.js'

type Numbers = Float32Array | Float64Array

/** Arrays in shared memory with random numbers, some of them 0, of very different sizes. */
class Arrays {
  readonly memory = sharedMemory(1 << 20)
  #at = 0
  readonly #random: TrainingRandom
  readonly all: Numbers[] = []

  constructor(seed: number) {
    this.#random = new TrainingRandom(seed)
  }

  floats(length: number): Float32Array {
    return this.#filled(new Float32Array(this.memory.buffer, this.#take(4 * length), length))
  }

  doubles(length: number): Float64Array {
    return this.#filled(new Float64Array(this.memory.buffer, this.#take(8 * length), length))
  }

  indexes(length: number, below: number): Int32Array {
    const array = new Int32Array(this.memory.buffer, this.#take(4 * length), length)
    for (let i = 0; i < length; i++) array[i] = this.#random.below(below)
    return array
  }

  #filled<T extends Numbers>(array: T): T {
    for (let i = 0; i < array.length; i++) {
      array[i] = this.#random.below(8) === 0 ? 0 : this.#random.uniform() * 10 ** (this.#random.below(20) - 16)
    }
    this.all.push(array)
    return array
  }

  #take(bytes: number): number {
    const at = this.#at
    this.#at += Math.ceil(bytes / 64) * 64
    return at
  }
}

/** A row of `width` states, a number of rows, and a part of them. */
interface Shape {
  readonly width: number
  readonly rows: number
  readonly from: number
  readonly count: number
}

type Case = (arrays: Arrays, shape: Shape) => (kernel: Kernel) => void

const cases: { readonly [name in keyof Kernel]: Case } = {
  multiply: (arrays, { width, rows }) => {
    const m = 4 * rows
    const [a, b, c] = [arrays.floats(m * width), arrays.floats(width * width), arrays.floats(m * width)]
    return (kernel) => kernel.multiply(a, b, c, m, width)
  },
  multiplyTransposed: (arrays, { width, rows }) => {
    const [a, b, c] = [arrays.floats(rows * width), arrays.floats(rows * width), arrays.floats(width * width)]
    return (kernel) => kernel.multiplyTransposed(a, b, c, rows, width)
  },
  pick: (arrays, { width, rows, from, count }) => {
    const [block, table] = [arrays.doubles(count * width), arrays.floats(5 * width)]
    const index = arrays.indexes(rows, 5)
    return (kernel) => kernel.pick(block, table, index, from, count, width)
  },
  multiplyByPicked: (arrays, { width, rows, from, count }) => {
    const [block, table] = [arrays.doubles(count * width), arrays.floats(5 * width)]
    const index = arrays.indexes(rows, 5)
    return (kernel) => kernel.multiplyByPicked(block, table, index, from, count, width)
  },
  scaleRows: (arrays, { width, rows, from, count }) => {
    const [target, block, greatest] = [arrays.floats(rows * width), arrays.doubles(count * width), arrays.doubles(rows)]
    return (kernel) => kernel.scaleRows(target, block, greatest, from, count, width)
  },
  addRows: (arrays, { width, rows, count }) => {
    const [target, source] = [arrays.floats(rows * width), arrays.floats(count * width)]
    const index = arrays.indexes(count, rows)
    return (kernel) => kernel.addRows(target, index, source, count, width)
  },
  divide: (arrays, { width, rows, count }) => {
    const [target, by] = [arrays.floats(rows * width), arrays.floats(rows * width).map((number) => number + 1e-9)]
    const divisors = arrays.floats(rows * width)
    divisors.set(by)
    return (kernel) => kernel.divide(target, divisors, count * width)
  },
  multiplyEach: (arrays, { width, rows, count }) => {
    const [target, by] = [arrays.floats(rows * width), arrays.floats(rows * width)]
    return (kernel) => kernel.multiplyEach(target, by, count * width)
  },
  addEach: (arrays, { width, rows }) => {
    const [target, more] = [arrays.floats(rows * width), arrays.floats(rows * width)]
    return (kernel) => kernel.addEach(target, more)
  },
  blend: (arrays, { width, rows }) => {
    const [average, sum] = [arrays.floats(rows * width), arrays.floats(rows * width)]
    return (kernel) => kernel.blend(average, sum, 0.93, 0.07 / 1021)
  },
  blendProduct: (arrays, { width, rows }) => {
    const [average, factor, sum] = [0, 1, 2].map(() => arrays.floats(rows * width))
    return (kernel) => kernel.blendProduct(average, factor, sum, 0.93, 0.07 / 1021)
  },
  sumRows: (arrays, { width, rows }) => {
    const [total, table] = [arrays.doubles(width), arrays.floats(rows * width)]
    return (kernel) => kernel.sumRows(total, table, rows)
  },
  sumEachRow: (arrays, { width }) => {
    const [sums, table] = [arrays.doubles(width), arrays.floats(width * width)]
    return (kernel) => kernel.sumEachRow(sums, table, width)
  },
  smoothRow: (arrays, { width, rows, from }) => {
    const [target, source] = [arrays.floats(rows * width), arrays.floats(rows * width)]
    const marginal = arrays.doubles(width)
    return (kernel) => kernel.smoothRow(target, source, from * width, marginal, 0.001, 1 / 3)
  },
  transpose: (arrays, { width }) => {
    const [target, source] = [arrays.floats(width * width), arrays.floats(width * width)]
    return (kernel) => kernel.transpose(target, source, width)
  },
  addConstant: (arrays, { width, rows, from }) => {
    const [target, source] = [arrays.floats(rows * width), arrays.floats(rows * width)]
    return (kernel) => kernel.addConstant(target, source, from * width, width, 1 / 3)
  },
  addSigned: (arrays, { width, rows, from }) => {
    const [window, source] = [arrays.doubles(width), arrays.floats(rows * width)]
    return (kernel) => kernel.addSigned(window, source, from * width, from % 2 === 0 ? 1 : -1)
  },
  addShares: (arrays, { width, rows, from }) => {
    const [target, window, total] = [arrays.floats(rows * width), arrays.doubles(width), arrays.doubles(width)]
    // As in padding: 0 of 0.
    window[0] = total[0] = 0
    window[1] *= -1
    return (kernel) => kernel.addShares(target, from * width, window, total, 1 / 3)
  },
  divideRows: (arrays, { width, rows }) => {
    const [table, total] = [arrays.floats(rows * width), arrays.doubles(width)]
    return (kernel) => kernel.divideRows(table, total)
  },
}

void suite('the SIMD kernel and its plain twin give the same bits', () => {
  assert.ok(hasSimd())
  const shapes = fc
    .record({ eights: fc.integer({ min: 1, max: 4 }), rows: fc.integer({ min: 1, max: 24 }), part: fc.nat() })
    .map(({ eights, rows, part }): Shape => {
      const from = part % rows
      return { width: 8 * eights, rows, from, count: rows - from }
    })
  for (const [name, prepare] of Object.entries(cases)) {
    test(name, () => {
      let changed = false
      fc.assert(
        fc.property(shapes, fc.nat(), (shape, seed) => {
          const [simd, plain] = [new Arrays(seed), new Arrays(seed)]
          prepare(simd, shape)(simdKernel(simd.memory))
          prepare(plain, shape)(plainKernel)
          simd.all.forEach((array, i) => assert.deepEqual(bitsOf(array), bitsOf(plain.all[i])))
          const before = new Arrays(seed)
          prepare(before, shape)
          changed ||= simd.all.some((array, i) => !bitsOf(array).equals(bitsOf(before.all[i])))
        }),
      )
      assert.ok(changed)
    })
  }
})

test('both products are those of the definition', () => {
  const { memory } = new Arrays(0)
  const a = new Float32Array(memory.buffer, 0, 64).map((_, i) => i)
  const b = new Float32Array(memory.buffer, 0, 64).map((_, i) => 64 - i)
  const sum = (term: (l: number) => number): number => [0, 1, 2, 3, 4, 5, 6, 7].reduce((all, l) => all + term(l), 0)
  const c = new Float32Array(64)
  plainKernel.multiply(a, b, c, 8, 8)
  assert.equal(
    c[3 * 8 + 5],
    sum((l) => a[3 * 8 + l] * b[l * 8 + 5]),
  )
  plainKernel.multiplyTransposed(a, b, c, 8, 8)
  assert.equal(
    c[3 * 8 + 5],
    sum((l) => a[l * 8 + 3] * b[l * 8 + 5]),
  )
})

function bitsOf(array: Numbers): Buffer {
  // A number that is not a number has many representations, which nothing can tell apart.
  const plain = array.map((value) => (Number.isNaN(value) ? NaN : value))
  return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength)
}
