import type { Vector } from '../../record.js'

/** Fills the vector of a column outside the circuit, one block of rows at a time. */
export interface GeneratedColumn {
  readonly vector: Vector
  /** Starts a batch. */
  begin?(): void
  /**
   * Writes `count` values, the first at index `to`. `positions`: those of the block's rows, in any order; `words`: the block's random
   * words (see RowWords).
   */
  draw(words: Int32Array, positions: Float64Array, to: number, count: number): void
}
