/** Turns staged records into those of a record batch. Hot: indexed reads and writes, no allocation per record. */
import { writeRecord } from './record-batch-write.js'

/** Bits of `Columns.nulls`. */
export const nullKey = 1
export const nullValue = 2

/** Staged records. */
export interface Columns {
  /** Of the records, and where frames go. */
  readonly bytes: Buffer
  /** Record i: key from bounds[2i] to bounds[2i + 1], value from there to bounds[2i + 2]. */
  readonly bounds: Int32Array
  readonly nulls: Uint8Array
  /** Milliseconds since 1970, whole ones. */
  readonly timestamps: Float64Array
  /** The records' indices, sorted by partition. */
  readonly order: Int32Array
  /** Record i: encoded headers from headers[2i] to headers[2i + 1]. */
  readonly headers: Int32Array
  /** Otherwise `headers` is not read. */
  readonly hasHeaders: boolean
}

export interface Framer {
  /**
   * Writes `count` ≥ 1 records, from number `first` on, at `at`, outside the staged bytes; returns the index after them. `isSorted`: record
   * number n is order[n], not n.
   */
  frame(columns: Columns, isSorted: boolean, first: number, count: number, at: number): number
  /** The greatest of the records of the last call. */
  readonly maxTimestamp: number
}

class PlainFramer implements Framer {
  maxTimestamp = 0

  frame(columns: Columns, isSorted: boolean, first: number, count: number, at: number): number {
    const { bytes, bounds, nulls, timestamps, order, headers, hasHeaders } = columns
    const base = timestamps[isSorted ? order[first] : first]
    let max = base
    for (let delta = 0; delta < count; delta++) {
      const i = isSorted ? order[first + delta] : first + delta
      const key = bounds[2 * i]
      const value = bounds[2 * i + 1]
      const timestamp = timestamps[i]
      if (timestamp > max) max = timestamp
      const isNull = nulls[i]
      const keyLength = isNull & nullKey ? -1 : value - key
      const valueLength = isNull & nullValue ? -1 : bounds[2 * i + 2] - value
      const from = hasHeaders ? headers[2 * i] : 0
      const headersLength = hasHeaders ? headers[2 * i + 1] - from : 0
      at = writeRecord(bytes, at, timestamp - base, delta, key, keyLength, value, valueLength, from, headersLength)
    }
    this.maxTimestamp = max
    return at
  }
}

/** In TypeScript: the reference, what small stages use, and machines without SIMD. */
export const plainFramer: Framer = new PlainFramer()
