/** Lists whose items are records of another model. Hot: allocates nothing per row. */
import type { ListVector } from '../../record.js'
import { blockRows } from '../random/block-words.js'
import type { Lookup } from '../references/reference.js'
import type { GeneratedColumn } from './generated.js'

/**
 * Item e of the list at position p is record p · maxItems + e of the items' model, so a list depends only on its position and length.
 */
export class Items implements GeneratedColumn {
  readonly vector: ListVector
  readonly #offsets: Int32Array
  readonly #missing: Uint8Array | undefined
  readonly #codes: Uint16Array
  /** By code of the length column; −1: the list is missing. */
  readonly #lengths: Int32Array
  readonly #items: Lookup
  readonly #maxItems: number
  readonly #positions = new Float64Array(blockRows)
  /** Number of items written, and of those whose positions are waiting to be filled. */
  #used = 0
  #waiting = 0

  constructor(
    codes: Uint16Array,
    lengths: readonly (number | null)[],
    items: Lookup,
    maxItems: number,
    nullable: boolean,
    capacity: number,
  ) {
    this.#codes = codes
    this.#lengths = Int32Array.from(lengths, (length) => length ?? -1)
    this.#items = items
    this.#maxItems = maxItems
    this.#offsets = new Int32Array(capacity + 1)
    this.#missing = nullable ? new Uint8Array(capacity) : undefined
    this.vector = { kind: 'list', offsets: this.#offsets, items: items.vectors, missing: this.#missing }
  }

  begin(): void {
    this.#used = 0
    this.#items.begin()
  }

  draw(_words: Int32Array, positions: Float64Array, to: number, count: number): void {
    const offsets = this.#offsets
    const missing = this.#missing
    for (let i = 0; i < count; i++) {
      const length = this.#lengths[this.#codes[to + i]]
      offsets[to + i] = this.#used + this.#waiting
      if (missing !== undefined) missing[to + i] = length < 0 ? 1 : 0
      const first = positions[i] * this.#maxItems
      for (let e = 0; e < length; e++) {
        if (this.#waiting === blockRows) this.#fill()
        this.#positions[this.#waiting++] = first + e
      }
    }
    this.#fill()
    offsets[to + count] = this.#used
  }

  #fill(): void {
    if (this.#waiting > 0) this.#items.fillAt(this.#positions, this.#used, this.#waiting)
    this.#used += this.#waiting
    this.#waiting = 0
  }
}
