import { canRun, ifMemory, instantiate, pageBytes, type Memory } from '../../webassembly.js'
import { blockRows, pitch, type BlockWords } from './block-words.js'
import { rowWordsWasm } from './row-words-wasm.js'

interface Exports {
  readonly memory: Memory
  readonly fill: (
    count: number,
    attempt: number,
    key0: number,
    key1: number,
    draws: number,
    pitch: number,
    out: number,
  ) => void
}

/** Addresses of the positions' upper halves and of the words; the lower halves are at 0. */
const highAt = 4 * blockRows
const wordsAt = 8 * blockRows

/** In WebAssembly, four rows at a time (row-words.wat), at a quarter of the plain version's cost. */
export class SimdBlockWords implements BlockWords {
  low: Int32Array
  high: Int32Array
  words: Int32Array
  readonly memory: Memory
  readonly #fill: Exports['fill']

  private constructor({ memory, fill }: Exports) {
    this.memory = memory
    this.#fill = fill
    const { buffer } = memory
    this.low = new Int32Array(buffer, 0, blockRows)
    this.high = new Int32Array(buffer, highAt, blockRows)
    this.words = new Int32Array(buffer, wordsAt, 0)
  }

  /** Null if not supported: no 128-bit SIMD, big-endian, or no address space left for the memory. */
  static create(): SimdBlockWords | null {
    if (!canRun(rowWordsWasm)) return null
    return ifMemory(() => new SimdBlockWords(instantiate(rowWordsWasm) as Exports))
  }

  reserve(draws: number): void {
    const size = draws * pitch
    if (size > this.words.length) this.#resize(size, 0)
  }

  /** The address of what follows the words: from here on the memory is free for others, until the next `reserve`. */
  get end(): number {
    return endOf(this.words.length)
  }

  /** Makes room for so many bytes behind the words; false: there is none. May replace `low`, `high` and `words`, with the same contents. */
  extend(bytes: number): boolean {
    const resize = (): true => {
      this.#resize(this.words.length, bytes)
      return true
    }
    return ifMemory(resize) ?? false
  }

  #resize(words: number, more: number): void {
    const { memory } = this
    const missing = endOf(words) + more - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
    const { buffer } = memory
    this.low = new Int32Array(buffer, 0, blockRows)
    this.high = new Int32Array(buffer, highAt, blockRows)
    this.words = new Int32Array(buffer, wordsAt, words)
  }

  fill(count: number, attempt: number, key0: number, key1: number, draws: number, into?: Int32Array): void {
    const { memory } = this
    if (into === undefined) {
      this.#fill(count, attempt, key0, key1, draws, pitch, wordsAt)
      return
    }
    const at = wordsAt + this.words.byteLength
    this.#fill(count, attempt, key0, key1, draws, pitch, at)
    const made = new Int32Array(memory.buffer, at, draws * pitch)
    if (count > blockRows / 4) into.set(made)
    else
      for (let word = 0; word < made.length; word += pitch)
        for (let i = 0; i < count; i++) into[word + i] = made[word + i]
  }
}

/** Twice the size: words that go elsewhere are generated behind those that stay. */
function endOf(words: number): number {
  return wordsAt + 8 * words
}
