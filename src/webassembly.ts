/** WebAssembly as this program uses it: modules in base64, assembled by `npm run reference`, for little-endian numbers and 128-bit SIMD. */
import { endianness } from 'node:os'

/** A `WebAssembly.Memory`. */
export interface Memory {
  readonly buffer: ArrayBuffer
  /** Detaches `buffer`, of which there is a larger one then. Throws a RangeError if there is no memory. */
  grow(pages: number): number
}

/** A `WebAssembly.Memory` shared by threads; it can be sent to a worker. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer
}

/** A mutable `WebAssembly.Global`. */
export interface Global {
  readonly value: number
}

// Every JavaScript engine has it, but TypeScript declares it only with the browser's types.
declare const WebAssembly:
  | {
      validate(code: Uint8Array): boolean
      Module: new (code: Uint8Array) => object
      Instance: new (module: object, imports: object) => { readonly exports: unknown }
      Memory: new (shape: { initial: number; maximum: number; shared: true }) => SharedMemory
    }
  | undefined

export const pageBytes = 0x10000

/** Whether this machine can run the module. */
export function canRun(code: string): boolean {
  return (
    typeof WebAssembly !== 'undefined' && endianness() === 'LE' && WebAssembly.validate(Buffer.from(code, 'base64'))
  )
}

/** The exports of a new instance. Throws a RangeError if there is no address space for its memory: V8 reserves gigabytes for each. */
export function instantiate(code: string, imports: object = {}): unknown {
  if (typeof WebAssembly === 'undefined') throw new RangeError('no WebAssembly')
  return new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(code, 'base64')), imports).exports
}

/** Zeroed memory of at least `bytes` bytes, for modules that import it. Throws a RangeError if there is none. */
export function sharedMemory(bytes: number): SharedMemory {
  if (typeof WebAssembly === 'undefined') throw new RangeError('no WebAssembly')
  const pages = Math.max(1, Math.ceil(bytes / pageBytes))
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
}

/** What `make` returns, or null if there is no memory for it. */
export function ifMemory<Made>(make: () => Made): Made | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
