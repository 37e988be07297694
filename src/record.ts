/**
 * The columnar data passed from a generator to a sink. No record is an object on its way to Kafka.
 */

/** A value as users see it in a row: dates are ISO 8601 strings, decimals are numbers. */
export type Value = string | number | boolean | null

/**
 * The type of a field's values, independent of their encoding.
 * Numbers are held as integers where that is exact: a `decimal` of scale 2 holds 12.34 as 1234, a `date` holds days
 * and a `timestamp` milliseconds since 1970-01-01T00:00Z, a `time` milliseconds since midnight. Only `double` holds fractions.
 */
export type FieldType =
  /** `size`: every value has this many bytes. */
  | { readonly kind: 'string'; readonly size?: number }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer' }
  /** `fixed`: text formats write all `scale` places, 1 to 9 of them (18.00), and derived Avro schemas have a decimal. */
  | { readonly kind: 'decimal'; readonly scale: number; readonly fixed?: true }
  | { readonly kind: 'double' }
  | { readonly kind: 'date'; readonly spelling?: Spelling }
  /** `local`: without a time zone; the milliseconds treat the local clock as if it were UTC. */
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
  /** Values of any shape, each as JSON text; all of them are known. */
  | {
      readonly kind: 'json'
      /** By code: the value's type in a union, not counting null. Absent: the first type that takes it. */
      readonly branches?: readonly number[]
    }

/**
 * How text formats write dates and times other than in ISO 8601: the letters of Java's DateTimeFormatter and Unicode TR 35, yyyy yy M MM MMM d dd EEE H HH h hh
 * mm ss S… a, and quoted literals. MMM, EEE and a stand for the words below, whatever their length and language.
 */
export interface Spelling {
  readonly pattern: string
  /** UTC offset of the clock shown, in minutes east. A zone's name or offset is literal text in the pattern. @default 0 */
  readonly offsetMinutes?: number
  /** January first. */
  readonly months?: readonly string[]
  /** Monday first. */
  readonly weekdays?: readonly string[]
  /** AM and PM. */
  readonly halves?: readonly string[]
}

/** One field of a record layout, and how to read its vector. */
export interface Field {
  readonly name: string
  /** For a value in nested records: their field names from the top, and its own. Absent: a top-level field. */
  readonly path?: readonly string[]
  readonly type: FieldType
  readonly nullable: boolean
  readonly vector: Vector['kind']
  /**
   * What a code stands for, in the field's held form (see FieldType). `dictionary` vectors: covers every code.
   * `number` vectors with codes: the exact number of a code, or undefined if the code is a bin to draw from
   * (then only `NumberVector.values` has the number). A null entry means that the value is missing.
   */
  readonly dictionary?: readonly (Value | undefined)[]
  /**
   * Range of a `number` vector, in the held form; absent: unknown. A known range is
   * checked against the schema at start, otherwise each record is checked.
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
 * The vectors are longer than `length` and are overwritten by the generator's next call: use them before that.
 */
export interface ColumnBatch {
  readonly fields: readonly Field[]
  readonly start: number
  readonly stride: number
  readonly length: number
  readonly vectors: readonly Vector[]
  /** Deliberate faults of a disturbed stream. Absent: no record has any. */
  readonly faults?: Faults
  /** Of the events of entities that live. */
  readonly changes?: Changes
}

/** What the records of a batch do to their entities. */
export interface Changes {
  /** Of record i: 0 begins the entity, 1 changes it, 2 deletes it, 3 follows a deletion and has no value. */
  readonly kinds: Uint8Array
  /** Of record i: when, in ms since 1970. */
  readonly times: Float64Array
  /** The columns as they were before each record; undefined values where an entity begins. Absent: not asked for. */
  readonly before?: readonly Vector[]
}

/** Deliberate faults of a batch's records, which are in disturbed order. */
export interface Faults {
  /** For record i: 0 for none, otherwise the number of its kind in `disturbKinds`, from 1. */
  readonly kinds: Uint8Array
  /** For record i: its position in the undisturbed stream. */
  readonly positions: Float64Array
  /** For record i: a number in [0, 1) that decides whatever its kind leaves open. */
  readonly draws: Float64Array
}

/**
 * Encoded records in one contiguous buffer: key i is bytes[offsets[2i] .. offsets[2i + 1]), value i is
 * bytes[offsets[2i + 1] .. offsets[2i + 2]). Without keys, key i is empty and `hasKeys` is false.
 * The buffers belong to the encoder and are overwritten by its next call.
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
  /** Absent: no record has headers. */
  readonly headers?: EncodedHeaders
}

/**
 * Encoded headers: those of record i are bytes[offsets[i] .. offsets[i + 1]), laid out as in a Kafka record
 * (KIP-82): their count, then for each name length, name, value length and value; numbers are zig-zag varints. No
 * value is null: kafkajs cannot send that. An empty range: no headers.
 */
export interface EncodedHeaders {
  readonly bytes: Buffer
  readonly offsets: Int32Array
}

/** The unit of ownership, fencing and checkpointing: the positions p of a connector's stream with p mod shards = shard. */
export interface ShardId {
  readonly connector: string
  /** Which of the connector's sinks it is for. Absent: there is only one. */
  readonly sink?: string
  readonly shard: number
  readonly shards: number
}

/** A shard's durable progress: all its positions below `position` were delivered, none from it on. */
export interface Checkpoint {
  /** The shard's next position in the stream, congruent to the shard modulo `shards`; up to 2^53. */
  readonly position: number
  /** Hash (hexadecimal) of everything the records depend on: model, conditions, seed and record layout. */
  readonly fingerprint: string
  /** The stream's number of shards. A checkpoint is invalid for any other number. */
  readonly shards: number
}
