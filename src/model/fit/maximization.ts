/**
 * The M-step of mini-batch EM for one node: blends the batch's expected counts into their moving averages and makes
 * parameters of those. Cappé & Moulines, "On-line EM" (2009). Hot code: runs for every node after every mini-batch.
 */
import type { Layout } from './layout.js'

export interface Step {
  /** Share of the new counts in the moving average. */
  readonly rate: number
  /** Rows of the mini-batch. */
  readonly rows: number
  /** Chunks that have counts of this mini-batch. */
  readonly chunks: number
}

export interface Smoothing {
  /** Share of a row, added to every state in proportion to the marginal distribution. */
  readonly mass: number
  /** Per node: the marginal distribution of its symbols. */
  readonly marginals: readonly Float64Array[]
}

export class Maximization {
  readonly #layout: Layout
  readonly #parent: readonly number[]
  readonly #sizes: readonly number[]
  readonly #states: number
  readonly #smoothing: Smoothing
  readonly #total: Float64Array
  readonly #scale: Float64Array

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
    this.#scale = new Float64Array(layout.width)
  }

  /** Updates the parameters of `node` from the statistics of this mini-batch. */
  update(node: number, step: Step): void {
    this.#emission(node, step)
    if (this.#parent[node] < 0) this.#prior(step)
    else this.#transition(node, step)
  }

  #prior(step: Step): void {
    const { average, parameters } = this.#layout
    this.#blend(average.prior, undefined, step, (chunk) => this.#layout.statistics[chunk].prior)
    let sum = 0
    for (let z = 0; z < this.#states; z++) sum += average.prior[z]
    const { mass } = this.#smoothing
    for (let z = 0; z < this.#states; z++) {
      parameters.prior[z] = (average.prior[z] + mass / this.#states) / (sum + mass)
    }
  }

  #transition(node: number, step: Step): void {
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

  #emission(node: number, step: Step): void {
    const { width, parameters } = this.#layout
    const average = this.#layout.average.emissions[node]
    const table = parameters.emissions[node]
    const size = this.#sizes[node]
    const states = this.#states
    const { mass } = this.#smoothing
    const marginal = this.#smoothing.marginals[node]
    this.#blend(average, undefined, step, (chunk) => this.#layout.statistics[chunk].emissions[node])
    const total = this.#total.fill(0)
    for (let symbol = 0; symbol < size; symbol++) {
      for (let z = 0; z < states; z++) total[z] += average[symbol * width + z]
    }
    const scale = this.#scale
    for (let z = 0; z < states; z++) scale[z] = 1 / (total[z] + mass)
    for (let symbol = 0; symbol < size; symbol++) {
      const extra = mass * marginal[symbol]
      const from = symbol * width
      for (let z = 0; z < states; z++) table[from + z] = (average[from + z] + extra) * scale[z]
    }
  }

  /** average ← (1 − rate) · average + rate · factor · Σ counts / rows, chunks summed in their order. */
  #blend(
    average: Float32Array,
    factor: Float32Array | undefined,
    { rate, rows, chunks }: Step,
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
