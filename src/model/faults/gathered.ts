/**
 * Records gathered from batches, in any order. Hot: allocates nothing per record; the vectors are overwritten after each `clear`.
 */
import type { ColumnBatch, ListVector, Vector } from '../../record.js'

type Growing =
  | { readonly kind: 'dictionary'; codes: Uint16Array }
  | { readonly kind: 'number'; values: Float64Array; codes: Uint16Array | undefined }
  | { readonly kind: 'text'; bytes: Buffer; offsets: Int32Array; missing: Uint8Array | undefined }
  | {
      readonly kind: 'list'
      readonly gathered: Gathered
      readonly items: readonly Vector[]
      offsets: Int32Array
      missing: Uint8Array | undefined
    }

export class Gathered {
  #vectors: Growing[] = []
  #capacity = 0
  #itemPicks = new Int32Array(0)
  length = 0

  clear(): void {
    this.length = 0
    for (const vector of this.#vectors) if (vector.kind === 'list') vector.gathered.clear()
  }

  /** The vectors of everything added since `clear`. */
  get vectors(): readonly Vector[] {
    return this.#vectors
  }

  /** Adds `count` records of the batch: those at picks[from + i] - shift. */
  add({ vectors }: Pick<ColumnBatch, 'vectors'>, picks: Int32Array, from: number, count: number, shift: number): void {
    this.#reserve(vectors, this.length + count)
    vectors.forEach((vector, index) => this.#copy(vector, this.#vectors[index], picks, from, count, shift))
    this.length += count
  }

  #copy(source: Vector, into: Growing, picks: Int32Array, from: number, count: number, shift: number): void {
    const to = this.length
    if (source.kind === 'dictionary' && into.kind === 'dictionary') {
      for (let i = 0; i < count; i++) into.codes[to + i] = source.codes[picks[from + i] - shift]
    } else if (source.kind === 'number' && into.kind === 'number') {
      for (let i = 0; i < count; i++) into.values[to + i] = source.values[picks[from + i] - shift]
      const { codes } = into
      if (codes !== undefined && source.codes !== undefined)
        for (let i = 0; i < count; i++) codes[to + i] = source.codes[picks[from + i] - shift]
    } else if (source.kind === 'list') {
      this.#copyLists(source, into, picks, from, count, shift)
    } else if (source.kind === 'text' && into.kind === 'text') {
      const bytes = Buffer.from(source.bytes.buffer, source.bytes.byteOffset, source.bytes.byteLength)
      let size = into.offsets[to]
      for (let i = 0; i < count; i++) size += lengthAt(source.offsets, picks[from + i] - shift)
      if (into.bytes.length < size) into.bytes = Buffer.concat([into.bytes], 2 * size)
      for (let i = 0; i < count; i++) {
        const pick = picks[from + i] - shift
        const start = into.offsets[to + i]
        bytes.copy(into.bytes, start, source.offsets[pick], source.offsets[pick + 1])
        into.offsets[to + i + 1] = start + lengthAt(source.offsets, pick)
        if (into.missing !== undefined) into.missing[to + i] = source.missing?.[pick] ?? 0
      }
    }
  }

  /** Copies the items of picked lists, list by list. */
  #copyLists(source: ListVector, into: Growing, picks: Int32Array, from: number, count: number, shift: number): void {
    if (into.kind !== 'list') return
    const to = this.length
    let size = 0
    for (let i = 0; i < count; i++) size += lengthAt(source.offsets, picks[from + i] - shift)
    if (this.#itemPicks.length < size) this.#itemPicks = new Int32Array(2 * size)
    let at = 0
    for (let i = 0; i < count; i++) {
      const pick = picks[from + i] - shift
      for (let row = source.offsets[pick]; row < source.offsets[pick + 1]; row++) this.#itemPicks[at++] = row
      into.offsets[to + i + 1] = into.offsets[to + i] + lengthAt(source.offsets, pick)
      if (into.missing !== undefined) into.missing[to + i] = source.missing?.[pick] ?? 0
    }
    into.gathered.add({ vectors: source.items }, this.#itemPicks, 0, size, 0)
  }

  #reserve(vectors: readonly Vector[], length: number): void {
    if (length <= this.#capacity && this.#vectors.length === vectors.length) return
    this.#capacity = 2 * length
    this.#vectors = vectors.map((vector, index) => grown(vector, this.#vectors.at(index), this.#capacity))
  }
}

function lengthAt(offsets: Int32Array, index: number): number {
  return offsets[index + 1] - offsets[index]
}

/** A vector like `vector` for `size` records, starting with the content of the old one. */
function grown(vector: Vector, old: Growing | undefined, size: number): Growing {
  switch (vector.kind) {
    case 'dictionary':
      return { kind: 'dictionary', codes: copied(new Uint16Array(size), old?.kind === 'dictionary' ? old.codes : null) }
    case 'number': {
      const before = old?.kind === 'number' ? old : null
      const codes = vector.codes && copied(new Uint16Array(size), before?.codes)
      return { kind: 'number', values: copied(new Float64Array(size), before?.values), codes }
    }
    case 'text': {
      const before = old?.kind === 'text' ? old : null
      return {
        kind: 'text',
        bytes: before?.bytes ?? Buffer.alloc(0),
        offsets: copied(new Int32Array(size + 1), before?.offsets),
        missing: vector.missing && copied(new Uint8Array(size), before?.missing),
      }
    }
    case 'list': {
      const before = old?.kind === 'list' ? old : null
      const gathered = before?.gathered ?? new Gathered()
      return {
        kind: 'list',
        gathered,
        // Read on each call, because growing replaces the arrays.
        get items() {
          return gathered.vectors
        },
        offsets: copied(new Int32Array(size + 1), before?.offsets),
        missing: vector.missing && copied(new Uint8Array(size), before?.missing),
      }
    }
  }
}

function copied<A extends Uint16Array | Float64Array | Int32Array | Uint8Array>(
  into: A,
  from: A | null | undefined,
): A {
  if (from) into.set(from)
  return into
}
