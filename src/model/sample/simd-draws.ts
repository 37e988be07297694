import { instantiate } from '../../webassembly.js'
import { blockRows, pitch } from '../random/block-words.js'
import type { SimdBlockWords } from '../random/simd-block-words.js'
import { drawRowsWasm } from './draw-rows-wasm.js'

interface Exports {
  readonly drawRows: (table: number, bits: number, rows: number, words: number, out: number, count: number) => void
}

/** Of a block's rows: a symbol or a state each. */
const rowsBytes = 2 * blockRows

/** Where the first row of every table is drawn from, and where symbols go. */
export const zerosAt = 0
export const drawnAt = rowsBytes
const rowsAt = 2 * rowsBytes

/** Tables above this are left where they are: most of their cost is the cache's, and they would take memory twice. */
const maxBytes = 4 << 20

/** Alias tables and vectors of rows side by side, as addresses from the beginning of what a circuit has loaded. */
export class DrawsLayout {
  readonly #tables: { readonly table: Int32Array; readonly at: number }[] = []
  readonly #rows: number
  #next = 0

  /** `vectors`: how many vectors of rows there are. */
  constructor(vectors: number) {
    this.#rows = vectors
    this.#next = rowsAt + vectors * rowsBytes
  }

  /** The address of a vector of rows. */
  rows(index: number): number {
    if (index >= this.#rows) throw new RangeError(`vector ${index} of ${this.#rows}`)
    return rowsAt + index * rowsBytes
  }

  /** Adds a table and returns its address. */
  add(table: Int32Array): number {
    const at = this.#next
    this.#tables.push({ table, at })
    this.#next += table.byteLength
    return at
  }

  get bytes(): number {
    return this.#next
  }

  /** Whether loading it is worth it. */
  get isUseful(): boolean {
    return this.#tables.length > 0 && this.#next <= maxBytes
  }

  write(buffer: ArrayBuffer, base: number): void {
    new Uint8Array(buffer, base, rowsBytes).fill(0)
    for (const { table, at } of this.#tables) new Int32Array(buffer, base + at, table.length).set(table)
  }
}

const made = new WeakMap<SimdBlockWords, SimdDraws>()

/**
 * Draws from alias tables in WebAssembly, which must have them in its memory: behind the random words, those of one circuit at a time. Who
 * draws many rows loads them; nothing needs to be freed.
 */
export class SimdDraws {
  readonly block: SimdBlockWords
  readonly #drawRows: Exports['drawRows']
  #owner: object | null = null
  #base = 0
  /** Of a block, as `drawRows` leaves them at `drawnAt`. */
  symbols = new Uint16Array(0)

  private constructor(block: SimdBlockWords) {
    this.block = block
    this.#drawRows = (instantiate(drawRowsWasm, { words: { memory: block.memory } }) as Exports).drawRows
  }

  /** Those that share a block's memory. */
  static of(block: SimdBlockWords): SimdDraws {
    const known = made.get(block)
    if (known !== undefined) return known
    const draws = new SimdDraws(block)
    made.set(block, draws)
    return draws
  }

  /** Whether the owner's tables are in place. More random words, or another circuit, push them out. */
  has(owner: object): boolean {
    return this.#owner === owner && this.#base === this.block.end && this.symbols.buffer === this.block.memory.buffer
  }

  /** False: there is no memory for it. May move the words: who holds the block's must ask for them again. */
  load(owner: object, layout: DrawsLayout): boolean {
    const { block } = this
    this.#owner = null
    if (!block.extend(layout.bytes)) return false
    this.#base = block.end
    layout.write(block.memory.buffer, this.#base)
    this.symbols = new Uint16Array(block.memory.buffer, this.#base + drawnAt, blockRows)
    this.#owner = owner
    return true
  }

  /** Like `drawRows` of draw.ts, with addresses of the loaded layout, and draw `draw` of each row. */
  drawRows(table: number, bits: number, rows: number, draw: number, out: number, count: number): void {
    const base = this.#base
    const words = this.block.words.byteOffset + 4 * draw * pitch
    this.#drawRows(base + table, bits, base + rows, words, base + out, count)
  }
}
