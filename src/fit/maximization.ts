/**
 * The M-step of mini-batch EM for one node: blends the batch's expected counts into their moving averages and computes the parameters
 * from these. Cappé & Moulines, "On-line EM" (2009). Hot code: runs for every node after every mini-batch.
 */
import type { Layout } from './layout.js'
import type { Smoothing } from './smoothing.js'

/** Number of neighbouring codes on either side that a code is smoothed with. */
const windowReach = 3

export interface EmStep {
  /** Weight of the new counts in the moving average. */
  readonly rate: number
  /** Rows of the mini-batch. */
  readonly rows: number
  /** Chunks with counts of this mini-batch. */
  readonly chunks: number
}

export class Maximization {
  readonly #layout: Layout
  readonly #parent: readonly number[]
  readonly #sizes: readonly number[]
  readonly #states: number
  readonly #smoothing: Smoothing
  readonly #total: Float64Array
  readonly #window: Float64Array

  constructor(
    layout: Layout,
    parent: readonly number[],
    sizes: readonly number[],
    states: number,
    smoothing: Smoothing,
  ) {
    this.#layout = layout
    this.#parent = parent
    this.#sizes = sizes
    this.#states = states
    this.#smoothing = smoothing
    this.#total = new Float64Array(layout.width)
    this.#window = new Float64Array(layout.width)
  }

  /** Updates the parameters of `node` from the statistics of this mini-batch. */
  update(node: number, step: EmStep): void {
    this.#emission(node, step)
    if (this.#parent[node] < 0) this.#prior(step)
    else this.#transition(node, step)
  }

  #prior(step: EmStep): void {
    const { average, parameters } = this.#layout
    this.#blend(average.prior, undefined, step, (chunk) => this.#layout.statistics[chunk].prior)
    let sum = 0
    for (let z = 0; z < this.#states; z++) sum += average.prior[z]
    const { mass } = this.#smoothing
    for (let z = 0; z < this.#states; z++) {
      parameters.prior[z] = (average.prior[z] + mass / this.#states) / (sum + mass)
    }
  }

  #transition(node: number, step: EmStep): void {
    const { width, parameters, transposed } = this.#layout
    const average = this.#layout.average.transitions[node]
    const table = parameters.transitions[node]
    const flipped = transposed[node]
    const states = this.#states
    this.#blend(average, table, step, (chunk) => this.#layout.statistics[chunk].transitions[node])
    const marginal = this.#total.fill(0)
    for (let above = 0; above < states; above++) {
      for (let z = 0; z < states; z++) marginal[z] += average[above * width + z]
    }
    let whole = 0
    for (let z = 0; z < states; z++) whole += marginal[z]
    const mass = this.#smoothing.mass / whole
    for (let above = 0; above < states; above++) {
      const from = above * width
      let sum = 0
      for (let z = 0; z < states; z++) sum += average[from + z]
      const factor = 1 / (sum + this.#smoothing.mass)
      for (let z = 0; z < states; z++) {
        const p = (average[from + z] + mass * marginal[z]) * factor
        table[from + z] = p
        flipped[z * width + above] = p
      }
    }
  }

  #emission(node: number, step: EmStep): void {
    const { width, parameters } = this.#layout
    const average = this.#layout.average.emissions[node]
    const table = parameters.emissions[node]
    const size = this.#sizes[node]
    const states = this.#states
    const { mass } = this.#smoothing
    const marginal = this.#smoothing.marginals[node]
    this.#blend(average, undefined, step, (chunk) => this.#layout.statistics[chunk].emissions[node])
    for (let symbol = 0; symbol < size; symbol++) {
      const extra = mass * marginal[symbol]
      const from = symbol * width
      for (let z = 0; z < states; z++) table[from + z] = average[from + z] + extra
    }
    this.#addNeighbours(node, average, table)
    const total = this.#sumOfRows(table, size, this.#total)
    for (let symbol = 0; symbol < size; symbol++) {
      const from = symbol * width
      for (let z = 0; z < states; z++) table[from + z] /= total[z]
    }
  }

  /**
   * Adds some rows to each state, distributed like its neighbouring codes: within a window of ordered codes, the state's mass is
   * distributed like the marginal.
   */
  #addNeighbours(node: number, average: Float32Array, table: Float32Array): void {
    const { neighbourly, neighbourMass, marginals } = this.#smoothing
    const codes = neighbourly[node]
    if (codes.length === 0) return
    const { width } = this.#layout
    const states = this.#states
    const marginal = marginals[node]
    const total = this.#sumOfRows(average, this.#sizes[node], this.#total)
    const window = this.#window.fill(0)
    let windowMarginal = 0
    const move = (index: number, sign: 1 | -1): void => {
      if (index < 0 || index >= codes.length) return
      const from = codes[index] * width
      windowMarginal += sign * marginal[codes[index]]
      for (let z = 0; z < states; z++) window[z] += sign * average[from + z]
    }
    for (let index = -windowReach; index < codes.length; index++) {
      move(index + windowReach, 1)
      move(index - windowReach - 1, -1)
      if (index < 0) continue
      const from = codes[index] * width
      const factor = (neighbourMass * marginal[codes[index]]) / windowMarginal
      // The difference may be a rounding error below 0.
      for (let z = 0; z < states; z++) if (window[z] > 0) table[from + z] += (factor * window[z]) / total[z]
    }
  }

  #sumOfRows(table: Float32Array, rows: number, total: Float64Array): Float64Array {
    const { width } = this.#layout
    total.fill(0)
    for (let row = 0; row < rows; row++) {
      for (let z = 0; z < this.#states; z++) total[z] += table[row * width + z]
    }
    return total
  }

  /** average ← (1 − rate) · average + rate · factor · Σ counts / rows, with chunks summed in order. */
  #blend(
    average: Float32Array,
    factor: Float32Array | undefined,
    { rate, rows, chunks }: EmStep,
    counts: (chunk: number) => Float32Array,
  ): void {
    const sum = counts(0)
    for (let chunk = 1; chunk < chunks; chunk++) {
      const more = counts(chunk)
      for (let i = 0; i < sum.length; i++) sum[i] += more[i]
    }
    const keep = 1 - rate
    const gain = rate / rows
    if (factor === undefined) for (let i = 0; i < sum.length; i++) average[i] = keep * average[i] + gain * sum[i]
    else for (let i = 0; i < sum.length; i++) average[i] = keep * average[i] + gain * factor[i] * sum[i]
  }
}
