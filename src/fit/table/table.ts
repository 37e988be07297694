/** A cell as a file holds it: text from CSV; text, numbers and booleans from JSON and Parquet. Null is missing. */
export type Cell = string | number | boolean | null

/**
 * One column as a dictionary: row i holds `values[codes[i]]`. Repeated values cost 4 bytes a row, so a table of
 * millions of rows fits, and looking at a column is looking at its distinct values.
 */
export interface RawColumn {
  readonly name: string
  /** The distinct cells, in the order they appear in the rows. Null, where cells are missing. */
  readonly values: readonly Cell[]
  readonly codes: Uint32Array
  /** How many rows hold each value. */
  readonly counts: Uint32Array
  /** The row of the source, counted from 1, where each value was first seen. */
  readonly firstRows: readonly number[]
}

export interface Table {
  /** The file's name as it was given, for messages. */
  readonly place: string
  /** The file tells numbers from text (JSON, Parquet); false for CSV. */
  readonly typed: boolean
  /** What divides the cells of a CSV file; null in other formats. */
  readonly separator: string | null
  /** Rows held. */
  readonly rows: number
  /** Rows of the source; more than `rows` where a sample was drawn. */
  readonly sourceRows: number
  readonly columns: readonly RawColumn[]
  /** What was changed while reading, each a complete sentence. */
  readonly notes: readonly string[]
}
