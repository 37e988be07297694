/**
 * Exact conditioning: one pass from the leaves to the root gives p(conditions below | state) of every node and the probability of
 * all of them; weighting the tables with it gives the conditional distribution, from which the sampler draws as ever.
 */
import type { Piece } from '../sample/symbols.js'
import type { NodeWeights } from '../sample/weights.js'
import type { Box } from './boxes.js'
import { cut, type NodeSet } from './domain.js'

/** A non-negative number that may be far below what a double holds: value · 2^(256 · exponent), and exponent ≤ 0. */
export interface Scaled {
  readonly value: number
  readonly exponent: number
}

/** A node's matrices under a conjunction; null: as without conditions. */
export interface TiltedNode {
  readonly transitions: Float64Array | null
  readonly symbols: { readonly pieces: readonly Piece[]; readonly emissions: Float64Array } | null
}

export interface Evidence {
  /** Probability of the conjunction. */
  readonly probability: Scaled
  /** By node; absent where it is drawn as without conditions. */
  readonly tilted: ReadonlyMap<number, TiltedNode>
}

const small = 2 ** -256

/** `nodes`: all, parents first. */
export function conditioned(nodes: readonly NodeWeights[], box: Box, states: number): Evidence {
  const tilted = new Map<number, TiltedNode>()
  /** Product of the children's messages, by the state of the node. */
  const below = new Map<number, Float64Array>()
  let root = 1
  let exponent = 0
  for (const weights of nodes.toReversed()) {
    const { node, parent, rows } = weights
    const set = box.get(node)
    const children = below.get(node)
    if (set === undefined && children === undefined) continue
    const symbols = set ? tiltSymbols(weights, set) : null
    const inside = symbols ? rowSums(symbols.emissions, weights.emissionRows) : null
    let transitions: Float64Array | null = null
    let message: Float64Array
    if (weights.transitions === null) message = inside!
    else {
      const beta = new Float64Array(states).fill(1)
      for (let z = 0; z < states; z++) beta[z] = (inside ? inside[z] : 1) * (children ? children[z] : 1)
      transitions = new Float64Array(rows * states)
      for (let at = 0; at < transitions.length; at++) transitions[at] = weights.transitions[at] * beta[at % states]
      message = rowSums(transitions, rows)
    }
    tilted.set(node, { transitions, symbols })
    exponent += rescale(message)
    if (parent < 0) root = message[0]
    else {
      const product = below.get(parent) ?? new Float64Array(states).fill(1)
      for (let z = 0; z < states; z++) product[z] *= message[z]
      exponent += rescale(product)
      below.set(parent, product)
    }
  }
  return { probability: { value: root, exponent }, tilted }
}

/** The emissions of what a set leaves, weighted by how much of a symbol that is. */
function tiltSymbols({ pieces, grid, emissions, emissionRows }: NodeWeights, set: NodeSet): TiltedNode['symbols'] {
  const left: Piece[] = []
  const share: number[] = []
  pieces.forEach((piece, code) => {
    for (const part of cut(piece, set[code], grid)) {
      left.push(part)
      share.push(part === piece ? 1 : part.measure / piece.measure)
    }
  })
  const size = left.length
  const tilted = new Float64Array(emissionRows * size)
  for (let row = 0; row < emissionRows; row++) {
    for (let symbol = 0; symbol < size; symbol++)
      tilted[row * size + symbol] = emissions[row * pieces.length + left[symbol].code] * share[symbol]
  }
  return { pieces: left, emissions: tilted }
}

function rowSums(matrix: Float64Array, rows: number): Float64Array {
  const sums = new Float64Array(rows)
  const width = matrix.length / rows
  for (let row = 0; row < rows; row++) {
    for (let at = row * width; at < (row + 1) * width; at++) sums[row] += matrix[at]
  }
  return sums
}

/** Brings numbers that became tiny back into range; returns the exponent that was taken out. */
function rescale(numbers: Float64Array): number {
  let exponent = 0
  for (let largest = Math.max(...numbers); largest > 0 && largest < small; largest /= small) {
    for (let i = 0; i < numbers.length; i++) numbers[i] /= small
    exponent--
  }
  return exponent
}
