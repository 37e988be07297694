/**
 * The M-step of mini-batch EM for one node: blends the batch's expected counts into their moving averages and computes the parameters
 * from these. Cappé & Moulines, "On-line EM" (2009). Hot code: runs for every node after every mini-batch.
 */
import type { Kernel } from './kernel.js'
import type { CircuitShape, Layout } from './layout.js'
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
  readonly #kernel: Kernel
  readonly #parent: readonly number[]
  readonly #sizes: readonly number[]
  readonly #states: number
  readonly #smoothing: Smoothing
  readonly #total: Float64Array
  readonly #window: Float64Array

  constructor(layout: Layout, kernel: Kernel, shape: CircuitShape, smoothing: Smoothing, thread: number) {
    this.#layout = layout
    this.#kernel = kernel
    this.#parent = shape.parent
    this.#sizes = shape.sizes
    this.#states = shape.states
    this.#smoothing = smoothing
    const [total, window] = layout.buffers[thread].rows
    this.#total = total
    this.#window = window
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
    const states = this.#states
    this.#blend(average, table, step, (chunk) => this.#layout.statistics[chunk].transitions[node])
    const kernel = this.#kernel
    const marginal = this.#total
    kernel.sumRows(marginal, average, states)
    let whole = 0
    for (let z = 0; z < states; z++) whole += marginal[z]
    const mass = this.#smoothing.mass / whole
    const sums = this.#window
    kernel.sumEachRow(sums, average, states)
    for (let above = 0; above < states; above++) {
      kernel.smoothRow(table, average, above * width, marginal, mass, 1 / (sums[above] + this.#smoothing.mass))
    }
    kernel.transpose(transposed[node], table, width)
  }

  #emission(node: number, step: EmStep): void {
    const { width, parameters } = this.#layout
    const average = this.#layout.average.emissions[node]
    const table = parameters.emissions[node]
    const size = this.#sizes[node]
    const { mass } = this.#smoothing
    const marginal = this.#smoothing.marginals[node]
    this.#blend(average, undefined, step, (chunk) => this.#layout.statistics[chunk].emissions[node])
    const kernel = this.#kernel
    for (let symbol = 0; symbol < size; symbol++) {
      kernel.addConstant(table, average, symbol * width, width, mass * marginal[symbol])
    }
    this.#addNeighbours(node, average, table)
    this.#addAlike(node, average, table)
    const total = this.#total
    kernel.sumRows(total, table, size)
    kernel.divideRows(table, total)
    if (this.#states === width) return
    for (let from = 0; from < table.length; from += width) table.fill(0, from + this.#states, from + width)
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
    const kernel = this.#kernel
    const marginal = marginals[node]
    const total = this.#total
    kernel.sumRows(total, average, this.#sizes[node])
    const window = this.#window.fill(0)
    let windowMarginal = 0
    const move = (index: number, sign: 1 | -1): void => {
      if (index < 0 || index >= codes.length) return
      windowMarginal += sign * marginal[codes[index]]
      kernel.addSigned(window, average, codes[index] * width, sign)
    }
    for (let index = -windowReach; index < codes.length; index++) {
      move(index + windowReach, 1)
      move(index - windowReach - 1, -1)
      if (index < 0) continue
      const factor = (neighbourMass * marginal[codes[index]]) / windowMarginal
      // The difference may be a rounding error below 0.
      kernel.addShares(table, codes[index] * width, window, total, factor)
    }
  }

  /** The same with groups of codes instead of windows. */
  #addAlike(node: number, average: Float32Array, table: Float32Array): void {
    const { alike, neighbourMass, marginals } = this.#smoothing
    if (alike[node].length === 0) return
    const { width } = this.#layout
    const kernel = this.#kernel
    const marginal = marginals[node]
    const total = this.#total
    kernel.sumRows(total, average, this.#sizes[node])
    for (const groups of alike[node]) {
      for (const codes of groups) {
        const window = this.#window.fill(0)
        let groupMarginal = 0
        for (const code of codes) {
          groupMarginal += marginal[code]
          kernel.addSigned(window, average, code * width, 1)
        }
        for (const code of codes)
          kernel.addShares(table, code * width, window, total, (neighbourMass * marginal[code]) / groupMarginal)
      }
    }
  }

  /** average ← (1 − rate) · average + rate · factor · Σ counts / rows, with chunks summed in order. */
  #blend(
    average: Float32Array,
    factor: Float32Array | undefined,
    { rate, rows, chunks }: EmStep,
    counts: (chunk: number) => Float32Array,
  ): void {
    const sum = counts(0)
    for (let chunk = 1; chunk < chunks; chunk++) this.#kernel.addEach(sum, counts(chunk))
    const keep = 1 - rate
    const gain = rate / rows
    if (factor === undefined) this.#kernel.blend(average, sum, keep, gain)
    else this.#kernel.blendProduct(average, factor, sum, keep, gain)
  }
}
