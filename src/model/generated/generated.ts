import type { Vector } from '../../record.js'

/** Fills the vector of a column that is not in the circuit, a block of rows at a time. */
export interface GeneratedColumn {
  readonly vector: Vector
  /** Starts a batch. */
  begin?(): void
  /**
   * Writes `count` values from index `to` on; `positions` are the block's, any of the stream, and `words` its random words (see
   * RowWords).
   */
  draw(words: Int32Array, positions: Float64Array, to: number, count: number): void
}
