/** A cell as in the file: text from CSV; text, numbers and booleans from JSON and Parquet; null: missing. */
export type Cell = string | number | boolean | null

/**
 * One column as a dictionary: row i holds `values[codes[i]]`. Repeated values cost 4 bytes per row, so that a table of millions of rows
 * fits in memory, and only distinct values need to be examined.
 */
export interface RawColumn {
  readonly name: string
  /** The distinct cells, in order of first occurrence; null: missing. */
  readonly values: readonly Cell[]
  readonly codes: Uint32Array
  /** Number of rows with each value. */
  readonly counts: Uint32Array
  /** The source row, counted from 1, in which each value first occurs. */
  readonly firstRows: readonly number[]
}

export interface Table {
  /** The file's name as given, for messages. */
  readonly place: string
  /** Whether the file distinguishes numbers from text: true for JSON and Parquet, false for CSV. */
  readonly typed: boolean
  /** The separator of cells in a CSV file; null for other formats. */
  readonly separator: string | null
  /** Number of rows held. */
  readonly rows: number
  /** Number of rows in the source; more than `rows` if it was sampled. */
  readonly sourceRows: number
  readonly columns: readonly RawColumn[]
  /** What was changed while reading, each as a complete sentence. */
  readonly notes: readonly string[]
}
