/**
 * The kernel of kernel.ts in WebAssembly SIMD, assembled here from its instructions: the module has one function, and a few dozen lines
 * of assembler are easier to check and maintain than a binary file and its toolchain. Encodings: WebAssembly Core Specification 2.0,
 * section 5 (binary format); shared memory: threads proposal.
 */
import type { Kernel } from './kernel.js'

declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> }
  Memory: new (shape: { initial: number; maximum: number; shared: true }) => SharedMemory
}

/** A `WebAssembly.Memory` shared by threads; it can be sent to a worker. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer
}

type Product = (
  a: number,
  rowStride: number,
  columnStride: number,
  b: number,
  c: number,
  m: number,
  n: number,
  k: number,
) => void

const pageBytes = 65536

/** Zeroed memory of at least `bytes` bytes. */
export function sharedMemory(bytes: number): SharedMemory {
  const pages = Math.max(1, Math.ceil(bytes / pageBytes))
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}

/** Whether this machine can run `simdKernel`. */
export function hasSimd(): boolean {
  return WebAssembly.validate(moduleBytes())
}

/** The kernel for matrices in `memory`. */
export function simdKernel(memory: SharedMemory): Kernel {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { e: { m: memory } })
  const product = exports.p as Product
  return {
    multiply(a, rowStride, columnStride, b, c, m, n, k) {
      product(a.byteOffset, rowStride * 4, columnStride * 4, b.byteOffset, c.byteOffset, m, n * 4, k)
    },
  }
}

// Parameters, then locals. Strides and n are in bytes here.
const [A, ROW, COLUMN, B, C, M, N, K] = [0, 1, 2, 3, 4, 5, 6, 7]
const [J, COUNT, PB, PC] = [8, 9, 10, 11]
const PA = [12, 13, 14, 15]
const LEFT = 16
const RIGHT = 17
const FACTOR = 18
/** Sums of row r: SUM + 2r for columns j … j + 3, SUM + 2r + 1 for j + 4 … j + 7. */
const SUM = 19

const get = (local: number): number[] => [0x20, local]
const set = (local: number): number[] => [0x21, local]
const constant = (value: number): number[] => [0x41, ...signed(value)]
const add = [0x6a]
const sub = [0x6b]
const shiftLeft = [0x74]
const lessThan = [0x49]
const increase = (local: number, by: number[]): number[] => [...get(local), ...by, ...add, ...set(local)]
const loop = (body: number[]): number[] => [0x03, 0x40, ...body, 0x0b]
const repeatIf = [0x0d, 0x00]
const load = (offset: number): number[] => [0xfd, 0x00, 0x02, offset]
const loadSplat = [0xfd, 0x09, 0x02, 0x00]
const store = (offset: number): number[] => [0xfd, 0x0b, 0x02, offset]
const zeroVector = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
const addVectors = [0xfd, ...unsigned(0xe4)]
const multiplyVectors = [0xfd, ...unsigned(0xe6)]

/** 4 rows × 8 columns of C at a time: 8 sums stay in registers. Dimensions are at least one tile, k at least 1. */
function code(): number[] {
  const rows = [0, 1, 2, 3]
  const sums = rows.flatMap((r) => [SUM + 2 * r, SUM + 2 * r + 1])
  const step = [
    ...get(PB), ...load(0), ...set(LEFT),
    ...get(PB), ...load(16), ...set(RIGHT),
    ...rows.flatMap((r) => [
      ...get(PA[r]), ...loadSplat, ...set(FACTOR),
      ...get(SUM + 2 * r), ...get(FACTOR), ...get(LEFT), ...multiplyVectors, ...addVectors, ...set(SUM + 2 * r),
      ...get(SUM + 2 * r + 1), ...get(FACTOR), ...get(RIGHT), ...multiplyVectors, ...addVectors, ...set(SUM + 2 * r + 1),
      ...increase(PA[r], get(COLUMN)),
    ]),
    ...increase(PB, get(N)),
    ...get(COUNT), ...constant(1), ...sub, 0x22, COUNT, ...repeatIf,
  ] // prettier-ignore
  const tile = [
    ...rows.flatMap((r) => [...(r === 0 ? get(A) : [...get(PA[r - 1]), ...get(ROW), ...add]), ...set(PA[r])]),
    ...sums.flatMap((sum) => [...zeroVector, ...set(sum)]),
    ...get(B), ...get(J), ...add, ...set(PB),
    ...get(K), ...set(COUNT),
    ...loop(step),
    ...get(C), ...get(J), ...add, ...set(PC),
    ...rows.flatMap((r) => [
      ...get(PC), ...get(SUM + 2 * r), ...store(0),
      ...get(PC), ...get(SUM + 2 * r + 1), ...store(16),
      ...increase(PC, get(N)),
    ]),
    ...increase(J, constant(32)),
    ...get(J), ...get(N), ...lessThan, ...repeatIf,
  ] // prettier-ignore
  const band = [
    ...constant(0), ...set(J),
    ...loop(tile),
    ...increase(A, [...get(ROW), ...constant(2), ...shiftLeft]),
    ...increase(C, [...get(N), ...constant(2), ...shiftLeft]),
    ...get(M), ...constant(4), ...sub, 0x22, M, ...repeatIf,
  ] // prettier-ignore
  const locals = [2, 8, 0x7f, 11, 0x7b]
  const body = [...locals, ...loop(band), 0x0b]
  return [...unsigned(body.length), ...body]
}

function moduleBytes(): Uint8Array {
  const i32 = 0x7f
  const maximumPages = 65536
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 8, ...new Array<number>(8).fill(i32), 0]),
    ...section(2, [1, 1, 0x65, 1, 0x6d, 0x02, 0x03, ...unsigned(0), ...unsigned(maximumPages)]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x70, 0x00, 0]),
    ...section(10, [1, ...code()]),
  ])
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content]
}

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  do {
    const more = value >>> 7
    bytes.push((value & 0x7f) | (more > 0 ? 0x80 : 0))
    value = more
  } while (value > 0)
  return bytes
}

/** Signed LEB128 of a number from 0 to 63. */
function signed(value: number): number[] {
  return [value]
}
