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

/** The record layout of a stream, for publishers that encode columns. */
export let streamFieldsOf: (stream: StreamInfo) => readonly Field[]

/**
 * Deliberate faults of the stream, for publishers that encode them; null: none. Publishers that do not read it get no
 * such streams.
 */
export let disturbOf: (stream: StreamInfo) => DisturbConfig | null
/** Whether it has been read. */
export let asksForFaults: (stream: StreamInfo) => boolean

/** What a publisher learns about a stream when it is opened. */
export class StreamInfo {
  /** Columns of the records, in order. */
  readonly columns: readonly Column[]
  /** Hash of model, conditions and seed, hexadecimal: streams with the same fingerprint have the same records. */
  readonly fingerprint: string
  /** First position of the stream. */
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
 * Destination of a stream for `streamTo`. Calls are sequential: open, repeated publish, close.
 *
 * Anything thrown counts as a temporary error of the sink (SINK_FAILED), unless it is a StreamingError, whose code
 * decides. After a rejection the same batch may be sent again.
 */
export interface Publisher<Row extends object = AnyRow> {
  /**
   * Connects. May resolve to a position: all records below it were delivered by an earlier run, and the stream resumes
   * there. May be called again if it rejects.
   */
  open?(stream: StreamInfo): Promise<number | void> | number | void
  /** Delivers a batch: resolves when all of its records are safe, rejects if any might not be. */
  publish(batch: Batch<Row>): Promise<void> | void
  /**
   * Takes a batch that `onError: 'skip'` leaves out, with the reason, to store it elsewhere. Errors end the stream: no
   * record is lost twice.
   */
  deadLetter?(batch: Batch<Row>, error: StreamingError): Promise<void> | void
  /**
   * Releases all resources. Called once, also after failures, and even during a `publish` if a buffer overflow ends
   * the stream: must not wait for undelivered records.
   */
  close?(): Promise<void> | void
}
