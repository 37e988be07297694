/**
 * The layout of the memory that training threads share. Every thread computes the same layout for itself.
 */
import type { PatternArrays } from './patterns.js'
import type { SharedMemory } from '../webassembly.js'

/** Everything that a training run's memory layout depends on. */
export interface CircuitShape {
  /** H, the number of hidden states. */
  readonly states: number
  readonly parent: readonly number[]
  readonly sizes: readonly number[]
  /** Rows per chunk, the part of a mini-batch that one thread takes at a time. */
  readonly chunkRows: number
  /** Chunks per mini-batch. Independent of the number of threads, so that sums are too. */
  readonly chunks: number
  readonly threads: number
  /** Whether to make room for `copies`. */
  readonly copied: boolean
}

/** Parameters or statistics of a circuit. Every row of H states is `width` long, padded with 0. */
export interface CircuitTables {
  /** For the root. */
  readonly prior: Float32Array
  /** By node: a row for each state of the parent; empty for the root. */
  readonly transitions: readonly Float32Array[]
  /** By node: a row for each symbol. */
  readonly emissions: readonly Float32Array[]
}

/** Buffers for one node and one chunk: a row of `width` states per pattern. */
export interface NodeBuffers extends PatternArrays {
  /** p(symbols at and below the node | its state), scaled so that the largest entry is 1. */
  readonly inside: Float32Array
  /** The same given the parent's state: p(… | the parent's state). */
  readonly message: Float32Array
  /** Expected number of rows in each state. */
  readonly expected: Float32Array
  /** Scratch: rows expected in each state of the parent, over `message`. */
  readonly ratio: Float32Array
  /** The factor that each pattern's `inside` was divided by. */
  readonly greatest: Float64Array
}

/** Buffers of one thread, in float64. */
export interface ThreadBuffers {
  readonly nodes: readonly NodeBuffers[]
  /** Scratch: `blockRows` rows. */
  readonly block: Float64Array
  /** Scratch: one row each. */
  readonly rows: readonly [Float64Array, Float64Array]
}

/** Rows of float64 handled at a time, so that they stay in the first-level cache. */
export const blockRows = 16

export interface Layout {
  /** H rounded up to a multiple of the kernel's tile width. */
  readonly width: number
  readonly parameters: CircuitTables
  /** transitions[j] transposed: a row for each state of the node itself. */
  readonly transposed: readonly Float32Array[]
  /** Moving averages of the statistics, per row of the table. */
  readonly average: CircuitTables
  /** The parameters with the best held-out likelihood. */
  readonly best: CircuitTables
  /** Copies for a longer run that starts like this one: parameters, averages and the best parameters. Null without such a run. */
  readonly copies: readonly [CircuitTables, CircuitTables, CircuitTables] | null
  /** By chunk of a mini-batch. Transition counts are not yet multiplied by the transition itself. */
  readonly statistics: readonly CircuitTables[]
  /** By thread. */
  readonly buffers: readonly ThreadBuffers[]
  /** Log-likelihood of each chunk of a mini-batch or of the held-out rows. */
  readonly likelihoods: Float64Array
  readonly bytes: number
}

export function paddedStates(states: number): number {
  return Math.ceil(states / 8) * 8
}

export function copyTables(target: CircuitTables, source: CircuitTables): void {
  target.prior.set(source.prior)
  source.transitions.forEach((table, node) => target.transitions[node].set(table))
  source.emissions.forEach((table, node) => target.emissions[node].set(table))
}

/** Number of bytes that `layoutIn` needs. */
export function bytesOf(shape: CircuitShape, likelihoods: number): number {
  return place(shape, likelihoods, undefined).bytes
}

export function layoutIn(memory: SharedMemory, shape: CircuitShape, likelihoods: number): Layout {
  return place(shape, likelihoods, memory.buffer)
}

function place(shape: CircuitShape, likelihoodCount: number, buffer: SharedArrayBuffer | undefined): Layout {
  const width = paddedStates(shape.states)
  let bytes = 0
  const at = (length: number, unit: number): number => {
    const start = bytes
    bytes += Math.ceil((length * unit) / 64) * 64
    return start
  }
  // Without memory, only the bytes count.
  const memory = buffer ?? new SharedArrayBuffer(0)
  const sized = (length: number): number => (buffer === undefined ? 0 : length)
  const placed = (start: number): number => (buffer === undefined ? 0 : start)
  const take = (length: number): Float32Array => new Float32Array(memory, placed(at(length, 4)), sized(length))
  const takeDoubles = (length: number): Float64Array => new Float64Array(memory, placed(at(length, 8)), sized(length))
  const takeIndexes = (length: number): Int32Array => new Int32Array(memory, placed(at(length, 4)), sized(length))
  const nodes = shape.parent.map((_, j) => j)
  const square = (j: number): Float32Array => take(shape.parent[j] < 0 ? 0 : width * width)
  const tables = (): CircuitTables => ({
    prior: take(width),
    transitions: nodes.map(square),
    emissions: nodes.map((j) => take(shape.sizes[j] * width)),
  })
  // The kernel processes four rows at a time.
  const rows = Math.ceil(shape.chunkRows / 4) * 4
  const perThread = (): ThreadBuffers => {
    const ratio = take(rows * width)
    return {
      nodes: nodes.map((j) => ({
        inside: take(rows * width),
        message: take(shape.parent[j] < 0 ? 0 : rows * width),
        expected: take(rows * width),
        ratio,
        symbols: takeIndexes(rows),
        above: takeIndexes(rows),
        greatest: takeDoubles(rows),
      })),
      block: takeDoubles(blockRows * width),
      rows: [takeDoubles(width), takeDoubles(width)],
    }
  }
  return {
    width,
    parameters: tables(),
    transposed: nodes.map(square),
    average: tables(),
    best: tables(),
    copies: shape.copied ? [tables(), tables(), tables()] : null,
    statistics: Array.from({ length: shape.chunks }, tables),
    buffers: Array.from({ length: shape.threads }, perThread),
    likelihoods: takeDoubles(likelihoodCount),
    get bytes() {
      return bytes
    },
  }
}
