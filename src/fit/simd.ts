/** The kernel of kernel.ts in WebAssembly SIMD (kernel.wat), on memory that all training threads share. */
import { canRun, instantiate, type SharedMemory } from '../webassembly.js'
import { negligible, type Kernel } from './kernel.js'
import { kernelWasm } from './kernel-wasm.js'

type Address = number

interface Exports {
  readonly multiply: (a: Address, b: Address, c: Address, m: number, row: number) => void
  readonly multiplyTransposed: (a: Address, b: Address, c: Address, k: number, row: number) => void
  readonly pick: (rows: Address, table: Address, index: Address, count: number, row: number) => void
  readonly multiplyByPicked: (rows: Address, table: Address, index: Address, count: number, row: number) => void
  readonly scaleRows: (
    target: Address,
    rows: Address,
    greatest: Address,
    count: number,
    row: number,
    least: number,
  ) => void
  readonly addRows: (target: Address, index: Address, source: Address, count: number, row: number) => void
  readonly divide: (target: Address, end: Address, by: Address) => void
  readonly multiplyEach: (target: Address, end: Address, by: Address) => void
  readonly addEach: (target: Address, end: Address, more: Address) => void
  readonly blend: (average: Address, end: Address, sum: Address, keep: number, gain: number) => void
  readonly blendProduct: (
    average: Address,
    end: Address,
    factor: Address,
    sum: Address,
    keep: number,
    gain: number,
  ) => void
  readonly sumRows: (total: Address, table: Address, count: number, row: number) => void
  readonly sumEachRow: (sums: Address, table: Address, count: number, row: number) => void
  readonly smoothRow: (
    target: Address,
    source: Address,
    marginal: Address,
    row: number,
    mass: number,
    factor: number,
  ) => void
  readonly transpose: (target: Address, source: Address, row: number) => void
  readonly addConstant: (target: Address, source: Address, row: number, more: number) => void
  readonly addSigned: (window: Address, source: Address, row: number, sign: number) => void
  readonly addShares: (target: Address, window: Address, total: Address, row: number, factor: number) => void
  readonly divideRows: (table: Address, total: Address, count: number, row: number) => void
}

/** Whether this machine can run `simdKernel`. */
export function hasSimd(): boolean {
  return canRun(kernelWasm)
}

/** The kernel for arrays in `memory`. */
export function simdKernel(memory: SharedMemory): Kernel {
  const simd = instantiate(kernelWasm, { training: { memory } }) as Exports
  const end = (array: Float32Array, length = array.length): Address => array.byteOffset + 4 * length
  return {
    multiply(a, b, c, m, width) {
      simd.multiply(a.byteOffset, b.byteOffset, c.byteOffset, m, 4 * width)
    },
    multiplyTransposed(a, b, c, k, width) {
      simd.multiplyTransposed(a.byteOffset, b.byteOffset, c.byteOffset, k, 4 * width)
    },
    pick(rows, table, index, from, count, width) {
      simd.pick(rows.byteOffset, table.byteOffset, index.byteOffset + 4 * from, count, 4 * width)
    },
    multiplyByPicked(rows, table, index, from, count, width) {
      simd.multiplyByPicked(rows.byteOffset, table.byteOffset, index.byteOffset + 4 * from, count, 4 * width)
    },
    scaleRows(target, rows, greatest, from, count, width) {
      const to = target.byteOffset + 4 * from * width
      simd.scaleRows(to, rows.byteOffset, greatest.byteOffset + 8 * from, count, 4 * width, negligible)
    },
    addRows(target, index, source, count, width) {
      simd.addRows(target.byteOffset, index.byteOffset, source.byteOffset, count, 4 * width)
    },
    divide(target, by, length) {
      simd.divide(target.byteOffset, end(target, length), by.byteOffset)
    },
    multiplyEach(target, by, length) {
      simd.multiplyEach(target.byteOffset, end(target, length), by.byteOffset)
    },
    addEach(target, more) {
      simd.addEach(target.byteOffset, end(target), more.byteOffset)
    },
    blend(average, sum, keep, gain) {
      simd.blend(average.byteOffset, end(average), sum.byteOffset, keep, gain)
    },
    blendProduct(average, factor, sum, keep, gain) {
      simd.blendProduct(average.byteOffset, end(average), factor.byteOffset, sum.byteOffset, keep, gain)
    },
    sumRows(total, table, count) {
      simd.sumRows(total.byteOffset, table.byteOffset, count, 4 * total.length)
    },
    sumEachRow(sums, table, count) {
      // Four rows at a time; a square table and its sums have room for them.
      simd.sumEachRow(sums.byteOffset, table.byteOffset, Math.ceil(count / 4) * 4, 4 * sums.length)
    },
    smoothRow(target, source, at, marginal, mass, factor) {
      const row = 4 * marginal.length
      simd.smoothRow(target.byteOffset + 4 * at, source.byteOffset + 4 * at, marginal.byteOffset, row, mass, factor)
    },
    transpose(target, source, width) {
      simd.transpose(target.byteOffset, source.byteOffset, 4 * width)
    },
    addConstant(target, source, at, width, more) {
      simd.addConstant(target.byteOffset + 4 * at, source.byteOffset + 4 * at, 4 * width, more)
    },
    addSigned(window, source, at, sign) {
      simd.addSigned(window.byteOffset, source.byteOffset + 4 * at, 4 * window.length, sign)
    },
    addShares(target, at, window, total, factor) {
      const row = 4 * window.length
      simd.addShares(target.byteOffset + 4 * at, window.byteOffset, total.byteOffset, row, factor)
    },
    divideRows(table, total) {
      simd.divideRows(table.byteOffset, total.byteOffset, table.length / total.length, 4 * total.length)
    },
  }
}
