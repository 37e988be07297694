/**
 * The layout of the memory that training threads share. Every thread computes the same layout for itself.
 */
import type { SharedMemory } from './simd.js'

/** What a training run's memory depends on. */
export interface CircuitShape {
  /** H, the number of hidden states. */
  readonly states: number
  readonly parent: readonly number[]
  readonly sizes: readonly number[]
  /** Rows of a chunk: the part of a mini-batch that one thread takes at a time. */
  readonly chunkRows: number
  /** Chunks of a mini-batch; does not depend on the number of threads, so that sums do not either. */
  readonly chunks: number
  readonly threads: number
}

/** Parameters or statistics of a circuit. Every row of H states is `width` long; what is beyond H is 0. */
export interface CircuitTables {
  /** Of the root. */
  readonly prior: Float32Array
  /** Per node: row of the parent's state; empty for the root. */
  readonly transitions: readonly Float32Array[]
  /** Per node: row of the symbol. */
  readonly emissions: readonly Float32Array[]
}

/** Buffers of one node for one chunk: a row of `width` states per pattern. */
export interface NodeBuffers {
  /** p(what lies below and at the node | its state), scaled to a greatest entry of 1. */
  readonly inside: Float32Array
  /** The same seen from the parent: p(… | the parent's state). */
  readonly message: Float32Array
  /** Expected number of rows in each state. */
  readonly expected: Float32Array
  /** Scratch: rows expected in each state of the parent, over `message`. */
  readonly ratio: Float32Array
}

export interface Layout {
  /** H rounded up to what the kernel works in. */
  readonly width: number
  readonly parameters: CircuitTables
  /** transitions[j] transposed: row of the node's own state. */
  readonly transposed: readonly Float32Array[]
  /** Moving averages of the statistics, per row of the table. */
  readonly average: CircuitTables
  /** The parameters that did best on held-out rows. */
  readonly best: CircuitTables
  /** Per chunk of a mini-batch. Transitions lack the factor of the transition itself. */
  readonly statistics: readonly CircuitTables[]
  /** Per thread, per node. */
  readonly buffers: readonly (readonly NodeBuffers[])[]
  /** Log-likelihood of each chunk of a mini-batch or of the held-out rows. */
  readonly likelihoods: Float64Array
  readonly bytes: number
}

export function paddedStates(states: number): number {
  return Math.ceil(states / 8) * 8
}

/** How many bytes `layoutIn` needs. */
export function bytesOf(shape: CircuitShape, likelihoods: number): number {
  return place(shape, likelihoods, undefined).bytes
}

export function layoutIn(memory: SharedMemory, shape: CircuitShape, likelihoods: number): Layout {
  return place(shape, likelihoods, memory.buffer)
}

function place(shape: CircuitShape, likelihoodCount: number, buffer: SharedArrayBuffer | undefined): Layout {
  const width = paddedStates(shape.states)
  let bytes = 0
  const nothing = new Float32Array(0)
  const take = (length: number): Float32Array => {
    const start = bytes
    bytes += Math.ceil(length / 16) * 64
    return buffer === undefined ? nothing : new Float32Array(buffer, start, length)
  }
  const nodes = shape.parent.map((_, j) => j)
  const square = (j: number): Float32Array => take(shape.parent[j] < 0 ? 0 : width * width)
  const tables = (): CircuitTables => ({
    prior: take(width),
    transitions: nodes.map(square),
    emissions: nodes.map((j) => take(shape.sizes[j] * width)),
  })
  const likelihoods = (): Float64Array => {
    const start = bytes
    bytes += Math.ceil(likelihoodCount / 8) * 64
    return buffer === undefined ? new Float64Array(0) : new Float64Array(buffer, start, likelihoodCount)
  }
  // The kernel reads rows in fours.
  const rows = Math.ceil(shape.chunkRows / 4) * 4
  const perThread = (): NodeBuffers[] => {
    const ratio = take(rows * width)
    return nodes.map((j) => ({
      inside: take(rows * width),
      message: take(shape.parent[j] < 0 ? 0 : rows * width),
      expected: take(rows * width),
      ratio,
    }))
  }
  return {
    width,
    parameters: tables(),
    transposed: nodes.map(square),
    average: tables(),
    best: tables(),
    statistics: Array.from({ length: shape.chunks }, tables),
    buffers: Array.from({ length: shape.threads }, perThread),
    likelihoods: likelihoods(),
    get bytes() {
      return bytes
    },
  }
}
