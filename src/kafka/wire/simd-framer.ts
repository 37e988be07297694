import { canRun, ifMemory, instantiate, pageBytes, type Global, type Memory } from '../../webassembly.js'
import type { Columns, Framer } from './framer.js'
import { frameRecordsWasm } from './frame-records-wasm.js'

type Address = number

interface Exports {
  readonly memory: Memory
  readonly maxTimestamp: Global
  readonly frame: (
    order: Address,
    first: number,
    count: number,
    bounds: Address,
    nulls: Address,
    timestamps: Address,
    headers: Address,
    out: Address,
  ) => Address
}

/** How far reads and writes may go over the end of what is read and written. */
export const spareBytes = 64

/** In WebAssembly (frame-records.wat), for columns in its own memory, which ends in `spareBytes` unused ones; so does the room for frames. */
export class SimdFramer implements Framer {
  readonly #exports: Exports

  private constructor(exports: Exports) {
    this.#exports = exports
  }

  /** Null if not supported: no 128-bit SIMD, big-endian, or no address space left for the memory. */
  static create(): SimdFramer | null {
    if (!canRun(frameRecordsWasm)) return null
    return ifMemory(() => new SimdFramer(instantiate(frameRecordsWasm) as Exports))
  }

  get memory(): ArrayBuffer {
    return this.#exports.memory.buffer
  }

  /** Makes the memory this large, with the same contents; may detach earlier buffers. False: it stays as it is. */
  reserve(bytes: number): boolean {
    const { memory } = this.#exports
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes)
    return missing <= 0 || ifMemory(() => memory.grow(missing)) !== null
  }

  frame(columns: Columns, isSorted: boolean, first: number, count: number, at: number): number {
    const { order, bounds, nulls, timestamps, headers, hasHeaders } = columns
    return this.#exports.frame(
      isSorted ? order.byteOffset : 0,
      first,
      count,
      bounds.byteOffset,
      nulls.byteOffset,
      timestamps.byteOffset,
      hasHeaders ? headers.byteOffset : 0,
      at,
    )
  }

  get maxTimestamp(): number {
    return this.#exports.maxTimestamp.value
  }
}

/** Per thread: V8 reserves gigabytes of address space for each. */
const maxFramers = 4
let framers = 0
const collected = new FinalizationRegistry<undefined>(() => framers--)

/** Null: there are enough, or none is possible. */
export function createSimdFramer(): SimdFramer | null {
  if (framers >= maxFramers) return null
  const framer = SimdFramer.create()
  if (framer === null) return null
  framers++
  collected.register(framer, undefined)
  return framer
}
