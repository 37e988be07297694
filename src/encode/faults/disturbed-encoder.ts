/**
 * Encodes the records of a disturbed stream: applies their deliberate faults to the bytes, and labels them in
 * the headers. Hot: no allocation per record, and undisturbed records are copied in runs.
 */
import { disturbKinds } from '../../config/disturb.js'
import { kindNumber } from '../../model/faults/block-plan.js'
import type { ColumnBatch, EncodedBatch } from '../../record.js'
import type { Encoder } from '../encoder.js'
import { LabelWriter, labelHead } from './labels.js'
import type { LabelHead } from './labels.js'
import type { Variant } from './variant.js'

/** A column whose value can be altered. */
export interface AlterableColumn {
  readonly name: string
  readonly variant: Variant
}

export interface DisturbedForm {
  /** For undisturbed records. */
  readonly encoder: Encoder
  readonly missing: readonly AlterableColumn[]
  readonly nulls: readonly AlterableColumn[]
  /** Bytes at both ends of every value, which truncation keeps. */
  readonly prefix: number
  readonly suffix: number
  /** Whether headers carry labels. */
  readonly labelled: boolean
}

const [missingField, nullField, malformed, tombstone] = (
  ['missing_field', 'null', 'malformed', 'tombstone'] as const
).map(kindNumber)

export class DisturbedEncoder implements Encoder {
  readonly #form: DisturbedForm
  readonly #variants: readonly Variant[]
  readonly #labels = new LabelWriter()
  readonly #heads: readonly LabelHead[]
  readonly #missingHeads: readonly LabelHead[]
  readonly #nullHeads: readonly LabelHead[]
  readonly #longestHead: number
  #bytes = Buffer.alloc(0)
  #offsets = new Int32Array(1)
  #nullValues = new Uint8Array(0)
  /** For record i: its index among its variant's records. */
  #picks = new Int32Array(0)

  constructor(form: DisturbedForm) {
    this.#form = form
    this.#variants = [...form.missing, ...form.nulls].map(({ variant }) => variant)
    this.#heads = disturbKinds.map((kind) => labelHead(kind, null))
    this.#missingHeads = form.missing.map(({ name }) => labelHead('missing_field', name))
    this.#nullHeads = form.nulls.map(({ name }) => labelHead('null', name))
    const heads = [...this.#heads, ...this.#missingHeads, ...this.#nullHeads]
    this.#longestHead = Math.max(...heads.map(({ length }) => length))
  }

  async prepare(): Promise<void> {
    await this.#form.encoder.prepare()
    for (const variant of this.#variants) await variant.prepare()
  }

  encode(batch: ColumnBatch): EncodedBatch {
    const encoded = this.#form.encoder.encode(batch)
    const altered = this.#alter(batch, encoded)
    return this.#form.labelled ? { ...altered, headers: this.#label(batch) } : altered
  }

  #label({ faults, length }: ColumnBatch): EncodedBatch['headers'] {
    const labels = this.#labels
    labels.begin(length, this.#longestHead)
    for (let i = 0; i < length; i++) {
      const kind = faults?.kinds[i] ?? 0
      const head = kind === 0 ? null : this.#headOf(kind, faults?.draws[i] ?? 0)
      labels.write(i, head, faults?.positions[i] ?? 0)
    }
    return labels.headers
  }

  #headOf(kind: number, draw: number): LabelHead {
    if (kind === missingField) return this.#missingHeads[Math.floor(draw * this.#missingHeads.length)]
    if (kind === nullField) return this.#nullHeads[Math.floor(draw * this.#nullHeads.length)]
    return this.#heads[kind - 1]
  }

  #variantOf(kind: number, draw: number): Variant | null {
    const columns = kind === missingField ? this.#form.missing : kind === nullField ? this.#form.nulls : null
    return columns === null ? null : columns[Math.floor(draw * columns.length)].variant
  }

  /** The batch with altered values, or the batch itself if there are none. */
  #alter(batch: ColumnBatch, encoded: EncodedBatch): EncodedBatch {
    const { faults, length } = batch
    if (faults === undefined) return encoded
    const { kinds, draws } = faults
    let altered = 0
    if (this.#picks.length < length) this.#picks = new Int32Array(length)
    for (const variant of this.#variants) variant.clear()
    for (let i = 0; i < length; i++) {
      if (kinds[i] < missingField) continue
      altered++
      const variant = this.#variantOf(kinds[i], draws[i])
      if (variant !== null) this.#picks[i] = variant.pick(i)
    }
    if (altered === 0) return encoded
    let bytes = encoded.offsets[2 * length]
    for (const variant of this.#variants) {
      const own = variant.encode(batch)
      if (own !== null) bytes += own.offsets[2 * own.length]
    }
    this.#reserve(length, bytes)
    let run = 0
    let to = 0
    for (let i = 0; i < length; i++) {
      if (kinds[i] < missingField) continue
      to = this.#copyRun(encoded, run, i, to)
      to = this.#writeAltered(encoded, i, kinds[i], draws[i], to)
      run = i + 1
    }
    this.#copyRun(encoded, run, length, to)
    return { ...encoded, bytes: this.#bytes, offsets: this.#offsets, nullValues: this.#nullValues }
  }

  #copyRun({ bytes, offsets }: EncodedBatch, from: number, end: number, to: number): number {
    const start = offsets[2 * from]
    bytes.copy(this.#bytes, to, start, offsets[2 * end])
    const shift = to - start
    for (let j = 2 * from + 1; j <= 2 * end; j++) this.#offsets[j] = offsets[j] + shift
    return offsets[2 * end] + shift
  }

  #writeAltered(encoded: EncodedBatch, i: number, kind: number, draw: number, to: number): number {
    const { bytes, offsets } = encoded
    const value = offsets[2 * i + 1]
    const end = offsets[2 * i + 2]
    to += bytes.copy(this.#bytes, to, offsets[2 * i], value)
    this.#offsets[2 * i + 1] = to
    if (kind === tombstone) this.#nullValues[i] = 1
    else if (kind === malformed) to = this.#cut(bytes, value, end, draw, to)
    else {
      const own = this.#variantOf(kind, draw)?.encoded
      const pick = 2 * this.#picks[i] + 1
      if (own) to += own.bytes.copy(this.#bytes, to, own.offsets[pick], own.offsets[pick + 1])
    }
    this.#offsets[2 * i + 2] = to
    return to
  }

  /** The value without its last bytes. No record encoding is a prefix of another, so the result is invalid. */
  #cut(bytes: Buffer, start: number, end: number, draw: number, to: number): number {
    const { prefix, suffix } = this.#form
    const size = end - suffix - start
    const least = Math.max(0, Math.min(Math.max(prefix, 1), size - 1))
    const left = least + Math.floor(draw * Math.max(0, size - least))
    to += bytes.copy(this.#bytes, to, start, start + left)
    return to + bytes.copy(this.#bytes, to, end - suffix, end)
  }

  #reserve(length: number, bytes: number): void {
    if (this.#bytes.length < bytes) this.#bytes = Buffer.allocUnsafeSlow(Math.ceil(bytes * 1.25))
    if (this.#offsets.length < 2 * length + 1) {
      this.#offsets = new Int32Array(2 * length + 1)
      this.#nullValues = new Uint8Array(length)
    }
    this.#nullValues.fill(0, 0, length)
    this.#offsets[0] = 0
  }
}
