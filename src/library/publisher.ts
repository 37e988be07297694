import type { DisturbConfig } from '../config/disturb.js'
import type { Field, FieldType } from '../record.js'
import type { AnyRow, Batch } from './batch.js'
import type { StreamingError } from './streaming-error.js'

/** A column of the records. */
export interface Column {
  readonly name: string
  readonly type: FieldType
  readonly nullable: boolean
}

/** The record layout behind a stream, for publishers that encode columns. */
export let streamFieldsOf: (stream: StreamInfo) => readonly Field[]

/**
 * What is wrong with the stream on purpose, for publishers that bring it about in what they encode; null: nothing. Who does not
 * ask does not get such streams.
 */
export let disturbOf: (stream: StreamInfo) => DisturbConfig | null
/** Whether somebody has asked. */
export let asksForFaults: (stream: StreamInfo) => boolean

/** What a publisher learns about the stream that it is opened for. */
export class StreamInfo {
  /** The columns of the records, in order. */
  readonly columns: readonly Column[]
  /** Hash of model, conditions and seed, hexadecimal: streams with one fingerprint have the same records. */
  readonly fingerprint: string
  /** The position that the stream begins at. */
  readonly from: number
  readonly #fields: readonly Field[]
  readonly #disturb: DisturbConfig | null
  #asked = false

  constructor(fields: readonly Field[], fingerprint: string, from: number, disturb: DisturbConfig | null = null) {
    this.#fields = fields
    this.#disturb = disturb
    this.columns = fields.map(({ name, type, nullable }) => ({ name, type, nullable }))
    this.fingerprint = fingerprint
    this.from = from
  }

  static {
    streamFieldsOf = (stream) => stream.#fields
    disturbOf = (stream) => {
      stream.#asked = true
      return stream.#disturb
    }
    asksForFaults = (stream) => stream.#asked
  }
}

/**
 * Where `streamTo` sends a stream. Calls come one at a time: open, publish again and again, close.
 *
 * Whatever a call throws is an error of the sink (SINK_FAILED) and counts as passing, unless it is a StreamingError, whose
 * code says which it is. After a rejection the same batch may come again.
 */
export interface Publisher<Row extends object = AnyRow> {
  /**
   * Connects. May resolve to a position: all records below it were delivered by an earlier run, and the stream goes on
   * there. May be called again if it rejects.
   */
  open?(stream: StreamInfo): Promise<number | void> | number | void
  /** Delivers a batch: resolves when all of its records are safe, rejects when any may not be. */
  publish(batch: Batch<Row>): Promise<void> | void
  /**
   * Takes a batch that `onError: 'skip'` leaves out, and why, to write it down elsewhere. What it throws ends the stream: no
   * record is lost twice.
   */
  deadLetter?(batch: Batch<Row>, error: StreamingError): Promise<void> | void
  /**
   * Frees everything. Called once, also after failures, and where the buffer's overflow ends the stream even while a
   * `publish` is under way: must not wait for what was not delivered.
   */
  close?(): Promise<void> | void
}
