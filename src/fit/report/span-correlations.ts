import { correlation, deviation } from './trends.js'

/** Correlations of differences of two columns with a third one, estimated without going through the rows. */
export class SpanCorrelations {
  readonly #pairs: readonly Float64Array[]
  /** NaN for columns with missing values, whose pairs are about different rows. */
  readonly #deviations: Float64Array

  /** All columns must have the same rows; NaN: missing. */
  constructor(columns: readonly Float64Array[]) {
    this.#pairs = columns.map((a) => Float64Array.from(columns, (b) => correlation(a, b)))
    this.#deviations = Float64Array.from(columns, (values) => (values.some(Number.isNaN) ? NaN : deviation(values)))
  }

  /** The larger absolute correlation of c with a or b alone; NaN if one does not exist. */
  alone(a: number, b: number, c: number): number {
    return Math.max(Math.abs(this.#pairs[a][c]), Math.abs(this.#pairs[b][c]))
  }

  /** The absolute correlation of b − a with c, to within rounding errors; 1 if that is not known. */
  between(a: number, b: number, c: number): number {
    const [from, to] = [this.#deviations[a], this.#deviations[b]]
    const variance = from ** 2 + to ** 2 - 2 * from * to * this.#pairs[a][b]
    // Of nearly equal columns, little but rounding errors is left.
    if (!(variance > 1e-6 * (from ** 2 + to ** 2)) || Number.isNaN(this.#deviations[c])) return 1
    return Math.abs(to * this.#pairs[b][c] - from * this.#pairs[a][c]) / Math.sqrt(variance)
  }
}
