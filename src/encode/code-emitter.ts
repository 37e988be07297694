/**
 * The code of each kind of step, as source text. In it: `b` the buffer and `d` a DataView of it, `p` the index to write at,
 * `i` the record, `o` the offsets and `j` the last one set; `c`, `x`, `q`, `e` and `v` are free for every step.
 *
 * For records {id: long, segment: string} in the registry's wire format, without a key, `assemble` generates the following. The
 * segments are "a" and "bb"; `k0` has the lengths of their entries, `k1` their bytes as 32-bit words, one each:
 *
 *     return function (b, d, o, n, vectors, unfit) {
 *     const values0 = vectors[0].values
 *     const codes1 = vectors[1].codes
 *     let p = 0, j = 0; let c = 0, x = 0, q = 0, e = 0, v = 0; o[0] = 0
 *     for (let i = 0; i < n; i++) {
 *     o[++j] = p                                                           // the end of the key, which is empty
 *     v = values0[i]
 *     d.setInt32(p + 0, 0, true); d.setInt32(p + 4, 7, true); p += 5       // magic byte and schema id 7: two words for 5 bytes
 *     q = v; x = q | 0; if (x === q) { x = (x << 1) ^ (x >> 31); while ((x & -128) !== 0)
 *       { b[p++] = (x & 127) | 128; x >>>= 7 } b[p++] = x } else p = writeLong(b, p, v, 1) | 0  // id, as a zigzag varint
 *     c = codes1[i]
 *     x = c; d.setInt32(p + 0, k1[x + 0], true); p += k0[c]                // segment: its length and its text, pre-rendered
 *     o[++j] = p                                                           // the end of the value
 *     } return p }
 */
import { maxSize } from './number-form.js'
import { numberCode } from './number-code.js'
import { listForms } from './list-forms.js'
import type {
  DictionaryStep,
  ListStep,
  MessageStep,
  NumberMisfit,
  NumberEncodeStep,
  EncodeStep,
  TextForm,
  TextEncodeStep,
} from './step.js'
import { csvCopy, jsonCopy, rawCopy } from './text-code.js'

const textGrowth: Record<TextForm, number> = { raw: 1, prefixed: 1, json: 6, csv: 2, uuid: 1, sized: 1, wrapped: 1 }
/**
 * Characters of code after which a new function begins. V8 takes long to optimise large functions, and does not optimise those above
 * 60 kB of bytecode.
 */
const functionSize = 8000
/** Entries up to this many words are copied whole from equal-sized slots; longer ones word by word. */
const slotWords = 12

/** Parts of a column's vector, or what its code needs to know: a view of its bytes; the first index at which no whole word, or double, can be read. */
type ColumnPart = 'codes' | 'values' | 'bytes' | 'offsets' | 'missing' | 'view' | 'wordsEnd' | 'doublesEnd'

/** Collects the steps' code, and the data it refers to by index. */
export class CodeEmitter {
  recordSize = 0
  readonly texts: { path: readonly number[]; growth: number }[] = []
  /** Lists, with the maximum bytes per item excluding texts. */
  readonly lists: { path: readonly number[]; size: number }[] = []
  /** k0, k1, … of the code. */
  readonly data: unknown[] = []
  /** The code's names for parts of column vectors, and what they stand for. */
  readonly columns = new Map<string, string>()
  /** Lines of code; each part becomes its own function. */
  readonly parts: string[][] = [[]]
  private partSize = 0
  /** How many messages the steps are in. */
  private messages = 0
  /** Columns of the enclosing lists. */
  private scope: readonly number[] = []

  step(step: EncodeStep): void {
    // A list is one loop, and a message has its beginning in a variable.
    if (this.partSize >= functionSize && this.scope.length === 0 && this.messages === 0) {
      this.parts.push([])
      this.partSize = 0
    }
    switch (step.step) {
      case 'constant':
        return this.line(this.copy(step.bytes))
      case 'dictionary':
        return this.dictionary(step)
      case 'number':
        return this.number(step)
      case 'text':
        return this.text(step)
      case 'list':
        return this.list(step)
      case 'message':
        return this.message(step)
      case 'object-end':
        this.recordSize++
        return this.line('if (b[p - 1] === 44) b[p - 1] = 125; else b[p++] = 125')
    }
  }

  /** Ends a key or a value. */
  mark(): void {
    this.line('o[++j] = p')
  }

  private line(...lines: string[]): void {
    this.parts[this.parts.length - 1].push(...lines)
    for (const { length } of lines) this.partSize += length
  }

  private datum(value: unknown): string {
    const known = this.data.indexOf(value)
    return `k${known < 0 ? this.data.push(value) - 1 : known}`
  }

  /** The name of a part of a column's vector. */
  private column(index: number, part: ColumnPart): string {
    const name = `${part}${[...this.scope, index].join('_')}`
    const from = ['vectors', ...this.scope.map((list) => `[${list}].items`), `[${index}]`].join('')
    const view = `new DataView(${from}.bytes.buffer, ${from}.bytes.byteOffset, ${from}.bytes.byteLength)`
    const expressions: Partial<Record<ColumnPart, string>> = {
      view,
      wordsEnd: `${from}.bytes.byteLength - 3`,
      doublesEnd: `${from}.bytes.byteLength - 7`,
    }
    this.columns.set(name, expressions[part] ?? `${from}.${part}`)
    return name
  }

  /** Code that appends fixed bytes. */
  private copy(bytes: Buffer): string {
    this.recordSize += bytes.length + 8
    if (bytes.length === 0) return ''
    if (bytes.length === 1) return `b[p++] = ${bytes[0]}`
    const padded = Buffer.concat([bytes], Math.ceil(bytes.length / 8) * 8)
    if (bytes.length > slotWords * 4) {
      const words = this.datum(wordsOf(padded))
      const count = Math.ceil(bytes.length / 4)
      return `for (x = 0; x < ${count}; x++) d.setInt32(p + x * 4, ${words}[x], true); p += ${bytes.length}`
    }
    let code = ''
    for (let at = 0; at < bytes.length; at += 8) {
      const double = padded.readDoubleLE(at)
      if (bytes.length - at > 4 && isExact(double)) code += `d.setFloat64(p + ${at}, ${double}, true); `
      else
        for (let word = at; word < Math.min(at + 8, bytes.length); word += 4)
          code += `d.setInt32(p + ${word}, ${padded.readInt32LE(word)}, true); `
    }
    return `${code}p += ${bytes.length}`
  }

  private dictionary(step: DictionaryStep): void {
    this.line(`c = ${this.column(step.column, 'codes')}[i]`, this.entry(step.entries))
  }

  /** Code that appends the entry of code `c`. */
  private entry(entries: readonly (Buffer | undefined)[]): string {
    const longest = Math.max(0, ...entries.map((entry) => entry?.length ?? 0))
    const same = entries.every((entry) => entry?.length === longest)
    const words = Math.ceil(longest / 4)
    this.recordSize += words * 4
    if (longest === 0) return ''
    const lengths = this.datum(Int32Array.from(entries, (entry) => entry?.length ?? -1))
    if (words <= slotWords) {
      const pool = Buffer.alloc(entries.length * words * 4)
      entries.forEach((entry, code) => entry?.copy(pool, code * words * 4))
      return `${this.slot(pool, words)}p += ${same ? longest : `${lengths}[c]`}`
    }
    const starts: number[] = []
    const padded: Buffer[] = []
    let total = 0
    for (const entry of entries) {
      starts.push(total)
      const size = Math.ceil((entry?.length ?? 0) / 4)
      padded.push(Buffer.concat(entry ? [entry] : [], size * 4))
      total += size
    }
    const pool = this.datum(wordsOf(Buffer.concat(padded)))
    const start = this.datum(Int32Array.from(starts))
    return (
      `x = ${start}[c]; e = p + ${lengths}[c]; ` + `for (q = p; q < e; q += 4) d.setInt32(q, ${pool}[x++], true); p = e`
    )
  }

  /** Code that writes slot `c` of equal-sized slots, two words at a time if all of them are numbers. */
  private slot(pool: Buffer, words: number): string {
    const pairs = words >> 1
    const doubles = new Float64Array((pool.length / 4 / words) * pairs)
    for (let at = 0; at < doubles.length; at++)
      doubles[at] = pool.readDoubleLE(4 * (words * Math.floor(at / pairs) + 2 * (at % pairs)))
    let code = ''
    if (pairs > 0 && doubles.every(isExact)) {
      const slots = this.datum(doubles)
      code = `x = ${pairs === 1 ? 'c' : `c * ${pairs}`}; `
      for (let w = 0; w < pairs; w++) code += `d.setFloat64(p + ${w * 8}, ${slots}[x + ${w}], true); `
      if (words === 2 * pairs) return code
      const last = wordsOf(pool).filter((_, index) => index % words === words - 1)
      return `${code}d.setInt32(p + ${pairs * 8}, ${this.datum(last)}[c], true); `
    }
    const slots = this.datum(wordsOf(pool))
    code = `x = ${words === 1 ? 'c' : `c * ${words}`}; `
    for (let w = 0; w < words; w++) code += `d.setInt32(p + ${w * 4}, ${slots}[x + ${w}], true); `
    return code
  }

  private number(step: NumberEncodeStep): void {
    const values = this.column(step.column, 'values')
    const drawn = [
      `v = ${values}[i]`,
      ...(step.missing === null
        ? [this.copy(step.before), this.numberCode(step), this.copy(step.after)]
        : [
            `if (v !== v) { ${this.copy(step.missing)} } else {`,
            this.copy(step.before),
            this.numberCode(step),
            this.copy(step.after),
            '}',
          ]),
    ]
    if (step.entries === null) return this.line(...drawn)
    const exact = this.datum(Uint8Array.from(step.entries, (entry) => (entry === undefined ? 0 : 1)))
    this.line(
      `c = ${this.column(step.column, 'codes')}[i]`,
      `if (${exact}[c] === 1) { ${this.entry(step.entries)} } else {`,
      ...drawn,
      '}',
    )
  }

  /** Code that appends the number `v`. */
  private numberCode(step: NumberEncodeStep): string {
    this.recordSize += maxSize(step.form)
    return numberCode(step.form, {
      datum: (value) => this.datum(value),
      unfit: () => `unfit(${this.datum(misfit(step))}, i, v)`,
    })
  }

  private message({ before, steps }: MessageStep): void {
    this.recordSize += 8
    this.line(this.copy(before), '{ const m = p++')
    this.messages++
    for (const step of steps) this.step(step)
    this.messages--
    this.line('p = seal(b, m, p) | 0 }')
  }

  private list(step: ListStep): void {
    const offsets = this.column(step.column, 'offsets')
    const missing = step.missing === null ? null : this.column(step.column, 'missing')
    if (step.missing !== null)
      this.line(`if (${missing} !== undefined && ${missing}[i] === 1) { ${this.copy(step.missing)} } else {`)
    const form = listForms[step.form]
    const before = this.copy(step.before)
    this.line(
      step.form === 'packed' ? '' : before,
      `{ const from = ${offsets}[i], to = ${offsets}[i + 1]`,
      form.begin.replace('BEFORE', before),
      'for (let i = from; i < to; i++) {',
      form.between,
    )
    const outside = this.recordSize + 16
    this.recordSize = 0
    this.scope = [...this.scope, step.column]
    for (const item of step.items) this.step(item)
    this.lists.push({ path: this.scope, size: this.recordSize + 1 })
    this.scope = this.scope.slice(0, -1)
    this.recordSize = outside
    this.line(`} ${form.end} }`, this.copy(step.after))
    if (step.missing !== null) this.line('}')
  }

  private text(step: TextEncodeStep): void {
    const present = [this.copy(step.before), this.textCode(step), this.copy(step.after)]
    if (step.missing === null) return this.line(...present)
    // A text vector without a mask has no missing values in this batch.
    const missing = this.column(step.column, 'missing')
    this.line(
      `if (${missing} !== undefined && ${missing}[i] === 1) { ${this.copy(step.missing)} } else {`,
      ...present,
      '}',
    )
  }

  /** Code that appends text i. */
  private textCode({ column, form }: TextEncodeStep): string {
    const bytes = this.column(column, 'bytes')
    const offsets = this.column(column, 'offsets')
    this.texts.push({ path: [...this.scope, column], growth: textGrowth[form] })
    this.recordSize += 16
    const range = `x = ${offsets}[i]; c = ${offsets}[i + 1]; `
    if (form === 'uuid') return `p = writeUuid(b, p, ${bytes}, ${offsets}[i]) | 0`
    const view = this.column(column, 'view')
    const words = { bytes, view, end: this.column(column, 'wordsEnd') }
    if (form === 'json') return range + jsonCopy(words)
    if (form === 'csv') return range + csvCopy(words)
    const copy = rawCopy({ bytes, view, end: this.column(column, 'doublesEnd') })
    switch (form) {
      case 'raw':
        return range + copy
      case 'sized':
        return `${range}q = c - x; if (q < 128) b[p++] = q; else p = writeBase128(b, p, q) | 0; ${copy}`
      case 'wrapped':
        // The tag of field 1, and both lengths.
        return (
          `${range}q = c - x; p = writeBase128(b, p, q + 1 + lengthSize(q)) | 0; b[p++] = 10; ` +
          `p = writeBase128(b, p, q) | 0; ${copy}`
        )
      case 'prefixed':
        return `${range}q = c - x; if (q < 64) b[p++] = q << 1; else p = writeLong(b, p, q, 1) | 0; ${copy}`
    }
  }
}

/** Without the entries, which are already in the code's data: an encoder lives as long as its task. */
function misfit({ column, place, fits }: NumberEncodeStep): NumberMisfit {
  return { column, place, fits }
}

/** Whether a number written as a literal, or held by an array, keeps its bits: NaN and −0 do not. */
function isExact(double: number): boolean {
  return Number.isFinite(double) && !Object.is(double, -0)
}

function wordsOf(bytes: Buffer): Int32Array {
  return Int32Array.from({ length: bytes.length / 4 }, (_, word) => bytes.readInt32LE(word * 4))
}
