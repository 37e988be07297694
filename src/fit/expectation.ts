/**
 * The E-step of EM for one chunk of rows: expected counts of hidden states, by one pass up and one pass down the tree over
 * the distinct patterns of each subtree (patterns.ts). Darwiche, "A Differential Approach to Inference in Bayesian
 * Networks" (2003). Hot code: typed arrays, reused buffers, no allocation per chunk.
 *
 * Up: inside_j(z) = p(x_j | z) Π_c message_c(z), scaled so that the largest entry is 1; message_j = T_j · inside_j.
 * Down, with expected counts summed over the rows of a pattern: expected_root = weight · posterior; for a child c of i,
 * ratio = Σ expected_i / message_c, expected_c = inside_c · (T_cᵀ · ratio), and T_c's own count is T_c · (ratioᵀ inside_c).
 */
import { topDown } from '../model/circuit.js'
import type { Kernel } from './kernel.js'
import type { Layout, NodeBuffers, CircuitTables } from './layout.js'
import { childrenOf, Patterns } from './patterns.js'

/** Entries below this share of the largest are set to 0, before they become slow subnormal numbers in float32. */
const negligible = 1e-15

export class Expectation {
  readonly #layout: Layout
  readonly #kernel: Kernel
  readonly #buffers: readonly NodeBuffers[]
  readonly #order: readonly number[]
  readonly #children: readonly (readonly number[])[]
  readonly #patterns: Patterns
  /** Per node and pattern: log of the factor that `inside` was divided by, including those of all nodes below. */
  readonly #logs: readonly Float64Array[]
  readonly #row: Float64Array

  constructor(layout: Layout, kernel: Kernel, parent: readonly number[], chunkRows: number, thread: number) {
    this.#layout = layout
    this.#kernel = kernel
    this.#buffers = layout.buffers[thread]
    this.#order = topDown(parent)
    this.#children = childrenOf(parent)
    this.#patterns = new Patterns(parent, chunkRows)
    this.#logs = parent.map(() => new Float64Array(chunkRows))
    this.#row = new Float64Array(layout.width)
  }

  /** The log-likelihood, in nats, of rows `order[start] … order[end − 1]`. */
  logLikelihood(codes: readonly Uint16Array[], order: Int32Array, start: number, end: number): number {
    this.#patterns.group(codes, order, start, end)
    this.#up()
    return this.#atRoot()
  }

  /** Writes the expected counts of these rows to `statistics`; returns their log-likelihood. */
  expect(
    codes: readonly Uint16Array[],
    order: Int32Array,
    start: number,
    end: number,
    statistics: CircuitTables,
  ): number {
    const likelihood = this.logLikelihood(codes, order, start, end)
    this.#down(statistics)
    return likelihood
  }

  #up(): void {
    const { width, parameters, transposed } = this.#layout
    const { count, symbols, above } = this.#patterns
    const row = this.#row
    for (let k = this.#order.length - 1; k >= 0; k--) {
      const node = this.#order[k]
      const children = this.#children[node]
      const { inside, message } = this.#buffers[node]
      const emission = parameters.emissions[node]
      const logs = this.#logs[node]
      for (let u = 0; u < count[node]; u++) {
        const from = symbols[node][u] * width
        for (let z = 0; z < width; z++) row[z] = emission[from + z]
        let log = 0
        for (const child of children) {
          const v = above[child][u]
          log += this.#logs[child][v]
          multiplyBy(row, this.#buffers[child].message, v * width)
        }
        logs[u] = log + scaleInto(inside, u * width, row)
      }
      if (k > 0) this.#kernel.multiply(inside, width, 1, transposed[node], message, fours(count[node]), width, width)
    }
  }

  #atRoot(): number {
    const { width, parameters } = this.#layout
    const { count, weight } = this.#patterns
    const root = this.#order[0]
    const { inside, expected } = this.#buffers[root]
    const logs = this.#logs[root]
    const { prior } = parameters
    let total = 0
    for (let u = 0; u < count[root]; u++) {
      const from = u * width
      let sum = 0
      for (let z = 0; z < width; z++) sum += prior[z] * inside[from + z]
      const factor = weight[u] / sum
      for (let z = 0; z < width; z++) expected[from + z] = factor * prior[z] * inside[from + z]
      total += weight[u] * (logs[u] + Math.log(sum))
    }
    return total
  }

  #down(statistics: CircuitTables): void {
    const { width, parameters } = this.#layout
    const { count, symbols, above } = this.#patterns
    for (const node of this.#order) {
      const { expected } = this.#buffers[node]
      const emission = statistics.emissions[node].fill(0)
      for (let u = 0; u < count[node]; u++) addRow(emission, symbols[node][u] * width, expected, u * width, width)
      for (const child of this.#children[node]) {
        const { inside, message, expected: below, ratio } = this.#buffers[child]
        const length = count[child] * width
        ratio.fill(0, 0, length)
        for (let u = 0; u < count[node]; u++) addRow(ratio, above[child][u] * width, expected, u * width, width)
        // A message is 0 only for padding states (beyond H), which have no expected counts either.
        for (let i = 0; i < length; i++) ratio[i] = ratio[i] === 0 ? 0 : ratio[i] / message[i]
        this.#kernel.multiply(ratio, width, 1, parameters.transitions[child], below, fours(count[child]), width, width)
        for (let i = 0; i < length; i++) below[i] *= inside[i]
        this.#kernel.multiply(ratio, 1, width, inside, statistics.transitions[child], width, width, count[child])
      }
    }
    const root = this.#order[0]
    const prior = statistics.prior.fill(0)
    for (let u = 0; u < count[root]; u++) addRow(prior, 0, this.#buffers[root].expected, u * width, width)
  }
}

function fours(rows: number): number {
  return Math.ceil(rows / 4) * 4
}

function multiplyBy(row: Float64Array, factors: Float32Array, from: number): void {
  for (let z = 0; z < row.length; z++) row[z] *= factors[from + z]
}

/** Writes `row` scaled so that the largest entry is 1; returns the log of the scale. */
function scaleInto(target: Float32Array, to: number, row: Float64Array): number {
  let greatest = 0
  for (let z = 0; z < row.length; z++) if (row[z] > greatest) greatest = row[z]
  const factor = 1 / greatest
  for (let z = 0; z < row.length; z++) {
    const value = row[z] * factor
    target[to + z] = value < negligible ? 0 : value
  }
  return Math.log(greatest)
}

function addRow(target: Float32Array, to: number, source: Float32Array, from: number, width: number): void {
  for (let z = 0; z < width; z++) target[to + z] += source[from + z]
}
