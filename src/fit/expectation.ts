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
import { blockRows, type Layout, type NodeBuffers, type CircuitTables } from './layout.js'
import { childrenOf, Patterns } from './patterns.js'

export class Expectation {
  readonly #layout: Layout
  readonly #kernel: Kernel
  readonly #buffers: readonly NodeBuffers[]
  readonly #order: readonly number[]
  readonly #children: readonly (readonly number[])[]
  readonly #patterns: Patterns
  /** Per node and pattern: log of the factor that `inside` was divided by, including those of all nodes below. */
  readonly #logs: readonly Float64Array[]
  /** Scratch: `blockRows` rows. */
  readonly #block: Float64Array

  constructor(layout: Layout, kernel: Kernel, parent: readonly number[], chunkRows: number, thread: number) {
    this.#layout = layout
    this.#kernel = kernel
    const { nodes, block } = layout.buffers[thread]
    this.#buffers = nodes
    this.#block = block
    this.#order = topDown(parent)
    this.#children = childrenOf(parent)
    this.#patterns = new Patterns(parent, chunkRows, nodes)
    this.#logs = parent.map(() => new Float64Array(chunkRows))
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
    const { width, transposed } = this.#layout
    const { count } = this.#patterns
    for (let k = this.#order.length - 1; k >= 0; k--) {
      const node = this.#order[k]
      const { inside, message } = this.#buffers[node]
      for (let from = 0; from < count[node]; from += blockRows) {
        this.#inside(node, from, Math.min(blockRows, count[node] - from))
      }
      this.#addLogs(node)
      if (k > 0) this.#kernel.multiply(inside, transposed[node], message, fours(count[node]), width)
    }
  }

  /** `inside` of some patterns of a node. */
  #inside(node: number, from: number, count: number): void {
    const { width, parameters } = this.#layout
    const { symbols, above } = this.#patterns
    const { inside, greatest } = this.#buffers[node]
    const block = this.#block
    this.#kernel.pick(block, parameters.emissions[node], symbols[node], from, count, width)
    for (const child of this.#children[node]) {
      this.#kernel.multiplyByPicked(block, this.#buffers[child].message, above[child], from, count, width)
    }
    this.#kernel.scaleRows(inside, block, greatest, from, count, width)
  }

  #addLogs(node: number): void {
    const { count, above } = this.#patterns
    const { greatest } = this.#buffers[node]
    const logs = this.#logs[node].fill(0)
    for (const child of this.#children[node]) {
      const below = this.#logs[child]
      for (let u = 0; u < count[node]; u++) logs[u] += below[above[child][u]]
    }
    for (let u = 0; u < count[node]; u++) logs[u] += Math.log(greatest[u])
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
    const kernel = this.#kernel
    for (const node of this.#order) {
      const { expected } = this.#buffers[node]
      kernel.addRows(statistics.emissions[node].fill(0), symbols[node], expected, count[node], width)
      for (const child of this.#children[node]) {
        const { inside, message, expected: below, ratio } = this.#buffers[child]
        const length = count[child] * width
        kernel.addRows(ratio.fill(0, 0, length), above[child], expected, count[node], width)
        // A message is 0 only for padding states (beyond H), which have no expected counts either.
        kernel.divide(ratio, message, length)
        kernel.multiply(ratio, parameters.transitions[child], below, fours(count[child]), width)
        kernel.multiplyEach(below, inside, length)
        kernel.multiplyTransposed(ratio, inside, statistics.transitions[child], count[child], width)
      }
    }
    const root = this.#order[0]
    const prior = statistics.prior.fill(0)
    const { expected } = this.#buffers[root]
    for (let u = 0; u < count[root]; u++) {
      for (let z = 0; z < width; z++) prior[z] += expected[u * width + z]
    }
  }
}

function fours(rows: number): number {
  return Math.ceil(rows / 4) * 4
}
