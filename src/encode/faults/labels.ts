/**
 * Headers that label a record's deliberate faults. Hot: no allocation per record.
 */
import { encodeHeaders } from '../../kafka/wire/record-headers.js'
import { writeVarint } from '../../kafka/wire/varint.js'
import type { EncodedHeaders } from '../../record.js'

/** The fault's kind; the record's position in the undisturbed stream; the column that is missing or null. */
export const labelNames = { kind: 'genesis.disturb', position: 'genesis.position', field: 'genesis.field' } as const

/** Shared by all records with one fault in one column: all headers up to the length of the last one's value. */
export type LabelHead = Buffer

export function labelHead(kind: string, field: string | null): LabelHead {
  const fields = field === null ? [] : ([[labelNames.field, field]] as const)
  const encoded = encodeHeaders([[labelNames.kind, kind], ...fields, [labelNames.position, '']])
  // The last byte is the length of the empty value.
  return encoded.subarray(0, -1)
}

const maxDigits = 16

export class LabelWriter {
  #bytes = Buffer.alloc(0)
  #offsets = new Int32Array(1)
  #size = 0

  /** For a batch of `length` records whose longest head has `head` bytes. */
  begin(length: number, head: number): void {
    const most = length * (head + 1 + maxDigits)
    if (this.#bytes.length < most) this.#bytes = Buffer.allocUnsafe(most)
    if (this.#offsets.length < length + 1) this.#offsets = new Int32Array(length + 1)
    this.#size = 0
    this.#offsets[0] = 0
  }

  /** The labels of record i; null: none. */
  write(i: number, head: LabelHead | null, position: number): void {
    if (head !== null) {
      let digits = 1
      for (let limit = 10; position >= limit; limit *= 10) digits++
      head.copy(this.#bytes, this.#size)
      this.#size = writeVarint(this.#bytes, this.#size + head.length, digits) + digits
      let rest = position
      for (let at = this.#size - 1; digits > 0; digits--, at--) {
        const tenth = Math.floor(rest / 10)
        this.#bytes[at] = 48 + (rest - tenth * 10)
        rest = tenth
      }
    }
    this.#offsets[i + 1] = this.#size
  }

  get headers(): EncodedHeaders {
    return { bytes: this.#bytes, offsets: this.#offsets }
  }
}
