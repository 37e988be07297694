/**
 * The data that travels from a generator to a sink, in columns. No record is an object on the way to Kafka.
 */

/** A value as a user sees it in a row: dates are ISO 8601 strings, decimals are numbers. */
export type Value = string | number | boolean | null

/**
 * What the values of a field are, apart from how they are encoded.
 * Numbers are held as integers wherever that is exact: a `decimal` of scale 2 holds 12.34 as 1234, a `date` holds days
 * and a `timestamp` milliseconds since 1970-01-01T00:00Z, a `time` milliseconds since midnight. Only `double` holds a real number.
 */
export type FieldType =
  | { readonly kind: 'string' }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer' }
  | { readonly kind: 'decimal'; readonly scale: number }
  | { readonly kind: 'double' }
  | { readonly kind: 'date'; readonly spelling?: Spelling }
  /** `local`: of a clock without a zone; the milliseconds are those of that clock, as if it were UTC's. */
  | { readonly kind: 'timestamp'; readonly local?: true; readonly spelling?: Spelling }
  | { readonly kind: 'time'; readonly spelling?: Spelling }
  /**
   * Several values in one: `values`, of one field; `records`, of any; `map` and `record_map`, of texts (the last field) to a value or to a record of the other
   * fields.
   */
  | {
      readonly kind: 'list'
      readonly of: 'values' | 'records' | 'map' | 'record_map'
      readonly items: readonly Field[]
    }
  /** Values of any shape, each as the text of JSON; all of them are known. */
  | { readonly kind: 'json' }

/**
 * How text formats write dates and times, where not in ISO 8601: in letters of Java's DateTimeFormatter and Unicode TR 35, yyyy yy M MM MMM d dd EEE H HH h hh
 * mm ss S… a, and texts between apostrophes. MMM, EEE and a stand for the words below, whatever their length and language.
 */
export interface Spelling {
  readonly pattern: string
  /** Of the clock that the text shows: minutes east of UTC. A zone's name or offset is a text of the pattern. @default 0 */
  readonly offsetMinutes?: number
  /** January first. */
  readonly months?: readonly string[]
  /** Monday first. */
  readonly weekdays?: readonly string[]
  /** Before and after noon. */
  readonly halves?: readonly string[]
}

/** One field of a record layout, and how its vector is to be read. */
export interface Field {
  readonly name: string
  /** Of a value in nested records: their field names from the top, and its own. Absent: the record's own field. */
  readonly path?: readonly string[]
  readonly type: FieldType
  readonly nullable: boolean
  readonly vector: Vector['kind']
  /**
   * What a code stands for, in the field's held form (see FieldType). `dictionary` vectors: every code has a value here.
   * `number` vectors that have codes: the exact number of a code, or undefined where the code is a bin whose number is
   * drawn (then only `NumberVector.values` has it). A code whose entry is null means that the value is missing.
   */
  readonly dictionary?: readonly (Value | undefined)[]
  /**
   * The lowest and the highest number, in the held form, that a `number` vector can hold; absent: not known. What is
   * known is checked against the schema at start, what is not is checked record by record.
   */
  readonly range?: readonly [low: number, high: number]
  /** For `text` vectors: no character ever needs escaping in JSON or quoting in CSV. */
  readonly plain?: boolean
}

/** Codes into `Field.dictionary`. */
export interface DictionaryVector {
  readonly kind: 'dictionary'
  readonly codes: Uint16Array
}

/** Numbers in the held form of the field's type; NaN where the value is missing. */
export interface NumberVector {
  readonly kind: 'number'
  readonly values: Float64Array
  /** Codes into `Field.dictionary`, where the field has one. */
  readonly codes: Uint16Array | undefined
}

/** UTF-8 text: value i is bytes[offsets[i] .. offsets[i + 1]). `missing[i]` is 1 where the value is missing. */
export interface TextVector {
  readonly kind: 'text'
  readonly bytes: Uint8Array
  readonly offsets: Int32Array
  readonly missing: Uint8Array | undefined
}

/** Lists (Arrow's layout): value i has rows offsets[i] … offsets[i + 1] of the items' vectors; offsets[0] is 0. `missing` as in texts. */
export interface ListVector {
  readonly kind: 'list'
  readonly offsets: Int32Array
  readonly items: readonly Vector[]
  readonly missing: Uint8Array | undefined
}

export type Vector = DictionaryVector | NumberVector | TextVector | ListVector

/**
 * Consecutive records of one shard, a vector per field. Record i has position `start + i * stride`.
 * The vectors are longer than `length` and are written anew by the generator's next call: use them before that.
 */
export interface ColumnBatch {
  readonly fields: readonly Field[]
  readonly start: number
  readonly stride: number
  readonly length: number
  readonly vectors: readonly Vector[]
  /** Of a stream that is disturbed on purpose. Absent: none of the records is. */
  readonly faults?: Faults
}

/** What is wrong on purpose with the records of a batch, which stand in their disturbed order. */
export interface Faults {
  /** Of record i: 0 if nothing is, else the number of its kind in `disturbKinds`, from 1. */
  readonly kinds: Uint8Array
  /** Of record i: its position in the undisturbed stream. */
  readonly positions: Float64Array
  /** Of record i: a number from 0 to before 1 that says what its kind leaves open. */
  readonly draws: Float64Array
}

/**
 * Encoded records in one contiguous buffer: key i is bytes[offsets[2i] .. offsets[2i + 1]), value i is
 * bytes[offsets[2i + 1] .. offsets[2i + 2]). Without keys, key i is empty and `hasKeys` is false.
 * The buffers belong to the encoder and are written anew by its next call.
 */
export interface EncodedBatch {
  readonly start: number
  readonly stride: number
  readonly length: number
  readonly bytes: Buffer
  readonly offsets: Int32Array
  readonly hasKeys: boolean
  /** 1 where the value is null (a tombstone). Absent: no value is. */
  readonly nullValues?: Uint8Array
  /** 1 where the key is null. Absent: no key is. */
  readonly nullKeys?: Uint8Array
  /** Event time in ms since 1970, per record. Absent: the time of sending. */
  readonly timestamps?: Float64Array
  /** Absent: no record has any. */
  readonly headers?: EncodedHeaders
}

/**
 * Headers in their encoded form: those of record i are bytes[offsets[i] .. offsets[i + 1]), laid out as in a Kafka record
 * (KIP-82): their number, then for each name length, name, value length and value; numbers are zig-zag varints. No
 * value is null: kafkajs cannot send that. An empty range: the record has none.
 */
export interface EncodedHeaders {
  readonly bytes: Buffer
  readonly offsets: Int32Array
}

/** The unit of ownership, fencing and checkpointing: the positions p of a connector's stream with p mod shards = shard. */
export interface ShardId {
  readonly connector: string
  /** Which of the connector's several sinks it is for. Absent: there is one. */
  readonly sink?: string
  readonly shard: number
  readonly shards: number
}

/** What is durable of a shard: every one of its positions below `position` was delivered, none from it on. */
export interface Checkpoint {
  /** The shard's next position in the stream, congruent to the shard modulo `shards`; up to 2^53. */
  readonly position: number
  /** Hash of model, conditions, seed and record layout: what made the records (hexadecimal). */
  readonly fingerprint: string
  /** How many shards the stream was dealt to. A checkpoint does not fit another number of them. */
  readonly shards: number
}
