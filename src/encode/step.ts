/**
 * What is written per record, as a list of steps: the one intermediate form that every format (Avro, JSON, CSV, keys) is
 * brought to, and that assemble.ts turns into code.
 */
import type { SpellingWriter } from '../model/time/spelling.js'

/** How a number in the held form (see FieldType) is written. */
export type NumberForm =
  /** Avro int (32) or long (64): zigzag varint of value × factor. */
  | { readonly as: 'varint'; readonly bits: 32 | 64; readonly factor: number }
  /** IEEE 754, little-endian, of value ÷ divisor. */
  | { readonly as: 'double' | 'float'; readonly divisor: number }
  /** Avro decimal: two's complement of value × 10^shift, big-endian; in `size` bytes, or null: as few as possible after a length. */
  | { readonly as: 'unscaled'; readonly shift: number; readonly precision: number; readonly size: number | null }
  /** 8 bytes big-endian, as Kafka's LongSerializer writes. */
  | { readonly as: 'int64' }
  /** Text of value ÷ 10^scale, exact. */
  | { readonly as: 'digits'; readonly scale: number }
  /** The shortest text that reads back as the same double. */
  | { readonly as: 'real' }
  /** ISO 8601 text of days or milliseconds since 1970; with `prefixed`, as an Avro string. */
  | { readonly as: 'date' | 'timestamp'; readonly prefixed: boolean }
  /** Text of a date or time in a spelling of its own; with `prefixed`, as an Avro string. */
  | { readonly as: 'spelled'; readonly writer: SpellingWriter; readonly prefixed: boolean }

/** How UTF-8 text is written. */
export type TextForm =
  /** As it is. */
  | 'raw'
  /** After its length, as an Avro string. */
  | 'prefixed'
  /** With JSON's escapes, without the quotation marks. */
  | 'json'
  /** Quoted if RFC 4180 asks for it, or if it is empty (an empty field without quotes is a missing value). */
  | 'csv'
  /** The 16 bytes of a UUID. */
  | 'uuid'

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

/** Bytes around a value that is present, and in place of one that is missing. */
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
  /** Whole bytes (with before and after) by code; undefined where the number is drawn. */
  readonly entries: readonly (Buffer | undefined)[] | null
  /** For the message when a number does not fit its form: where it goes, and what fits there. */
  readonly place: string
  readonly fits: string
}

/** What is kept of a number's step for the message when one does not fit. */
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
  /** `avro`: a block with the number of items, if there are any, and 0; JSON: in brackets or braces, divided by commas. */
  readonly form: 'avro' | 'array' | 'object'
  /** Their columns are those of the items. */
  readonly items: readonly EncodeStep[]
}

export type EncodeStep = ConstantStep | DictionaryStep | NumberEncodeStep | TextEncodeStep | ListStep

const none = Buffer.alloc(0)

export function constant(bytes: Buffer | string): ConstantStep {
  return { step: 'constant', bytes: Buffer.from(bytes) }
}

/**
 * The same bytes in fewer copies: constants join the pre-rendered entries, or the bytes before a value, that follow them.
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
    if (step.step === 'dictionary') {
      fused.push({ ...step, entries: step.entries.map(join) })
      pending = none
      continue
    }
    // What comes after the value can only move on to the next step if it comes after every value.
    const always = step.missing === null && (step.step !== 'number' || step.entries === null)
    const wrapping = {
      before: join(step.before),
      after: always ? none : step.after,
      missing: step.missing === null ? null : join(step.missing),
    }
    if (step.step === 'list') fused.push({ ...step, ...wrapping, items: fuse(step.items) })
    else if (step.step === 'text') fused.push({ ...step, ...wrapping })
    else {
      const entries = step.entries === null ? null : step.entries.map((entry) => entry && join(entry))
      fused.push({ ...step, ...wrapping, entries })
    }
    pending = always ? step.after : none
  }
  if (pending.length > 0) fused.push(constant(pending))
  return fused
}
