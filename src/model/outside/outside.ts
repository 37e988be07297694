import type { Vector } from '../../record.js'

/** Fills the vector of a column that is not in the circuit, a block of rows at a time. */
export interface OutsideColumn {
  readonly vector: Vector
  /** Starts a batch. */
  begin?(): void
  /**
   * Writes `count` values from index `to` on, for the positions start, start + stride, …; `words` are the block's random words
   * (see RowWords).
   */
  draw(words: Int32Array, start: number, stride: number, to: number, count: number): void
}
