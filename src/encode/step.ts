/**
 * The steps to write a record: the one intermediate form of every format (Avro, JSON, CSV, keys), which
 * assemble.ts compiles.
 */
import type { SpellingWriter } from '../model/time/spelling.js'

/** How to write a number in held form (see FieldType). */
export type NumberForm =
  /** Avro int (32) or long (64): zigzag varint of value × factor. */
  | { readonly as: 'varint'; readonly bits: 32 | 64; readonly factor: number }
  /** IEEE 754, little-endian, of value ÷ divisor. */
  | { readonly as: 'double' | 'float'; readonly divisor: number }
  /** Avro decimal: two's complement of value × 10^shift, big-endian; in `size` bytes, or null: as few as possible after a length. */
  | { readonly as: 'unscaled'; readonly shift: number; readonly precision: number; readonly size: number | null }
  /** 8 bytes big-endian, as written by Kafka's LongSerializer. */
  | { readonly as: 'int64' }
  /** Text of value ÷ 10^scale, exact; with `fixed`, with all places, otherwise without trailing zeros. */
  | { readonly as: 'digits'; readonly scale: number; readonly fixed?: boolean }
  /** The shortest text that parses back to the same double. */
  | { readonly as: 'real' }
  /** ISO 8601 text of days or milliseconds since 1970; with `prefixed`, as an Avro string. */
  | { readonly as: 'date' | 'timestamp'; readonly prefixed: boolean }
  /** Text of a date or time in a custom spelling; with `prefixed`, as an Avro string. */
  | { readonly as: 'spelled'; readonly writer: SpellingWriter; readonly prefixed: boolean }
  | ProtoNumberForm

/** How to write a number of Protobuf. */
export type ProtoNumberForm =
  /** Base 128 varint; a negative number as 64 bits. */
  | { readonly as: 'base128'; readonly bits: 32 | 64; readonly isSigned: boolean }
  /** Four or eight bytes, little-endian. */
  | { readonly as: 'fixed'; readonly bits: 32 | 64; readonly isSigned: boolean }
  /** After its length in bytes, and after the tag of a wrapper's value if there is one. */
  | { readonly as: 'sealed'; readonly tag: number | null; readonly of: NumberForm }
  /** google.protobuf.Timestamp of value × `ms` milliseconds, after its length. */
  | { readonly as: 'timestamp-message'; readonly ms: number }
  /** google.type.Date of days, after its length. */
  | { readonly as: 'date-message' }

/** How to write UTF-8 text. */
export type TextForm =
  /** Unchanged. */
  | 'raw'
  /** After its length, as an Avro string. */
  | 'prefixed'
  /** With JSON escapes, without the quotation marks. */
  | 'json'
  /** Quoted if RFC 4180 requires it or if it is empty (an empty unquoted field is a missing value). */
  | 'csv'
  /** The 16 bytes of a UUID. */
  | 'uuid'
  /** After its length, as a Protobuf string. */
  | 'sized'
  /** The same, as the value of google.protobuf.StringValue or BytesValue, which has a length of its own. */
  | 'wrapped'

export interface ConstantStep {
  readonly step: 'constant'
  readonly bytes: Buffer
}

/** Pre-rendered bytes by code. */
export interface DictionaryStep {
  readonly step: 'dictionary'
  readonly column: number
  readonly entries: readonly Buffer[]
}

/** Bytes around a non-null value, and instead of a missing one. */
interface Wrapping {
  readonly before: Buffer
  readonly after: Buffer
  /** Null: the column is never missing. */
  readonly missing: Buffer | null
}

export interface NumberEncodeStep extends Wrapping {
  readonly step: 'number'
  readonly column: number
  readonly form: NumberForm
  /** Complete bytes (with before and after) by code; undefined if the number is drawn. */
  readonly entries: readonly (Buffer | undefined)[] | null
  /** For the message when a number does not fit its form: its destination, and what fits there. */
  readonly place: string
  readonly fits: string
}

/** The parts of a number's step needed for the message when one does not fit. */
export type NumberMisfit = Pick<NumberEncodeStep, 'column' | 'place' | 'fits'>

export interface TextEncodeStep extends Wrapping {
  readonly step: 'text'
  readonly column: number
  readonly form: TextForm
}

/** The items of a list, one after the other. */
export interface ListStep extends Wrapping {
  readonly step: 'list'
  readonly column: number
  /**
   * `avro`: a block with the item count, if there are any, then 0; JSON: in brackets or braces, separated by commas. Protobuf: `repeated`,
   * nothing but the items; `packed`, if there are any: `before`, their length in bytes, and they.
   */
  readonly form: 'avro' | 'array' | 'object' | 'repeated' | 'packed'
  /** Their columns are those of the items. */
  readonly items: readonly EncodeStep[]
}

/** The end of a JSON object whose members each have a comma behind them: a brace in the place of the last comma. */
export interface ObjectEndStep {
  readonly step: 'object-end'
}

/** A message of Protobuf: its length in bytes, and its fields. */
export interface MessageStep {
  readonly step: 'message'
  readonly before: Buffer
  readonly steps: readonly EncodeStep[]
}

export type EncodeStep =
  ConstantStep | DictionaryStep | NumberEncodeStep | TextEncodeStep | ListStep | ObjectEndStep | MessageStep

const none = Buffer.alloc(0)

export function constant(bytes: Buffer | string): ConstantStep {
  return { step: 'constant', bytes: Buffer.from(bytes) }
}

/**
 * The same bytes in fewer copies: merges constants into the pre-rendered entries, or the leading bytes of a value, that follow them.
 */
export function fuse(steps: readonly EncodeStep[]): EncodeStep[] {
  const fused: EncodeStep[] = []
  let pending: Buffer = none
  const join = (bytes: Buffer): Buffer => (pending.length === 0 ? bytes : Buffer.concat([pending, bytes]))
  for (const step of steps) {
    if (step.step === 'constant') {
      pending = join(step.bytes)
      continue
    }
    if (step.step === 'message') {
      fused.push({ ...step, before: join(step.before), steps: fuse(step.steps) })
      pending = none
      continue
    }
    // Nothing joins what is written in some records only.
    if (step.step === 'object-end' || (step.step === 'list' && step.form === 'packed')) {
      if (pending.length > 0) fused.push(constant(pending))
      fused.push(step.step === 'list' ? { ...step, items: fuse(step.items) } : step)
      pending = none
      continue
    }
    if (step.step === 'dictionary') {
      fused.push({ ...step, entries: step.entries.map(join) })
      pending = none
      continue
    }
    // Where every number is drawn, its code tells nothing.
    const known = step.step === 'number' && step.entries?.some((entry) => entry !== undefined) ? step.entries : null
    // Bytes after the value can only move to the next step if they follow every value.
    const always = step.missing === null && known === null
    const wrapping = {
      before: join(step.before),
      after: always ? none : step.after,
      missing: step.missing === null ? null : join(step.missing),
    }
    if (step.step === 'list') fused.push({ ...step, ...wrapping, items: fuse(step.items) })
    else if (step.step === 'text') fused.push({ ...step, ...wrapping })
    else {
      fused.push({ ...step, ...wrapping, entries: known?.map((entry) => entry && join(entry)) ?? null })
    }
    pending = always ? step.after : none
  }
  if (pending.length > 0) fused.push(constant(pending))
  return fused
}
