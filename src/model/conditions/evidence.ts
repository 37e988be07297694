/**
 * Conditions a circuit on a conjunction: computes its probability, and the circuit of the records that satisfy it. For example, with
 * two hidden states, a plan as the root and an age as its child that shares its state, take { plan: {pro}, age: [15, 20) }:
 *
 *     state                                       0            1
 *     prior                                       0.5          0.5
 *     plan: free, pro                             0.9, 0.1     0.2, 0.8
 *     age: [0, 10), [10, 20)                      0.8, 0.2     0.2, 0.8
 *
 * From the leaf upwards, the probability of the allowed symbols by state (`message`):
 *
 *     age: half of its second bin                 0.1          0.4
 *     plan: pro, times the message (`beta`)       0.1 · 0.1    0.8 · 0.4
 *     the root: Σ prior · beta                    0.005 + 0.16 = 0.165, the probability
 *
 * Records that satisfy it have states 0 and 1 in the ratio 0.005 to 0.16, and in each column only the allowed symbols: the same circuit
 * with other tables. A column keeps its own tables if neither it nor any column below it is restricted.
 */
import type { Piece } from '../sample/symbols.js'
import type { NodeWeights } from '../sample/weights.js'
import { cut, type Box, type NodeSet } from './domain.js'

/** A non-negative number that may be far too small for a double: value · 2^(256 · exponent), with exponent ≤ 0. */
export interface Scaled {
  readonly value: number
  readonly exponent: number
}

/** A node's symbols restricted to a set, with their weights. */
export interface TiltedSymbols {
  readonly pieces: readonly Piece[]
  readonly emissions: Float64Array
}

/** A node under a conjunction; null: as without conditions. */
export interface TiltedNode {
  /** p(conditions in the subtree | own state), by which transitions are weighted. */
  readonly beta: Float64Array | null
  readonly symbols: TiltedSymbols | null
}

export interface Evidence {
  /** Probability of the conjunction. */
  readonly probability: Scaled
  /** By node; nodes not in the map are drawn as without conditions. */
  readonly tilted: ReadonlyMap<number, TiltedNode>
}

/** A node's subtree under the part of a conjunction that concerns it. */
interface Subtree extends TiltedNode {
  readonly id: number
  /** p(that part | state of the parent), times 2^(−256 · exponent). */
  readonly message: Float64Array
  readonly exponent: number
}

const small = 2 ** -256

/**
 * Exact conditioning: one pass from the leaves to the root computes p(conditions below | state) of every node and the probability of
 * the conjunction. Weighting the tables with these gives the conditional distribution, from which the sampler draws as usual.
 * Conjunctions that agree on a subtree share its tables.
 */
export class Conditioner {
  readonly #nodes: readonly NodeWeights[]
  readonly #states: number
  readonly #subtrees = new Map<string, Subtree>()
  readonly #symbols = new Map<string, TiltedSymbols>()
  readonly #setIds = new WeakMap<NodeSet, number>()
  #ids = 0

  /** `nodes`: all, parents first. */
  constructor(nodes: readonly NodeWeights[], states: number) {
    this.#nodes = nodes
    this.#states = states
  }

  under(box: Box): Evidence {
    const tilted = new Map<number, Subtree>()
    const children = new Map<number, Subtree[]>()
    let root: Scaled = { value: 1, exponent: 0 }
    for (const weights of this.#nodes.toReversed()) {
      const set = box.get(weights.node)
      const below = children.get(weights.node) ?? []
      if (set === undefined && below.length === 0) continue
      const subtree = this.#subtree(weights, set, below)
      tilted.set(weights.node, subtree)
      if (weights.parent < 0) root = { value: subtree.message[0], exponent: subtree.exponent }
      else children.set(weights.parent, [...(children.get(weights.parent) ?? []), subtree])
    }
    return { probability: root, tilted }
  }

  #subtree(weights: NodeWeights, set: NodeSet | undefined, below: readonly Subtree[]): Subtree {
    const setId = set === undefined ? -1 : this.#setId(set)
    const key = `${weights.node} ${setId} ${below.map(({ id }) => id).join(' ')}`
    let subtree = this.#subtrees.get(key)
    if (subtree === undefined) {
      const symbols = set === undefined ? null : this.#tiltedSymbols(weights, set, setId)
      subtree = this.#combined(weights, symbols, below)
      this.#subtrees.set(key, subtree)
    }
    return subtree
  }

  #combined(weights: NodeWeights, symbols: TiltedSymbols | null, below: readonly Subtree[]): Subtree {
    const { rows, emissionRows } = weights
    const states = this.#states
    const inside = symbols && rowSums(symbols.emissions, emissionRows)
    const id = ++this.#ids
    // A leaf is restricted only by its own set.
    const { transitions } = weights
    if (transitions === null) return { id, symbols, beta: null, message: inside!, exponent: 0 }
    const beta = inside ?? new Float64Array(states).fill(1)
    let exponent = 0
    for (const child of below) {
      for (let z = 0; z < states; z++) beta[z] *= child.message[z]
      exponent += child.exponent + rescale(beta)
    }
    const message = new Float64Array(rows)
    for (let row = 0; row < rows; row++) {
      const at = row * states
      let sum = 0
      for (let z = 0; z < states; z++) sum += transitions[at + z] * beta[z]
      message[row] = sum
    }
    return { id, symbols, beta, message, exponent }
  }

  #tiltedSymbols(weights: NodeWeights, set: NodeSet, setId: number): TiltedSymbols {
    const key = `${weights.node} ${setId}`
    let symbols = this.#symbols.get(key)
    if (symbols === undefined) this.#symbols.set(key, (symbols = tiltSymbols(weights, set)))
    return symbols
  }

  #setId(set: NodeSet): number {
    let id = this.#setIds.get(set)
    if (id === undefined) this.#setIds.set(set, (id = ++this.#ids))
    return id
  }
}

/** The emissions of the symbols in a set, each weighted by the share of the symbol that is in the set. */
function tiltSymbols({ pieces, grid, emissions, emissionRows }: NodeWeights, set: NodeSet): TiltedSymbols {
  const left = pieces.flatMap((piece, code) => cut(piece, set[code], grid))
  const share = left.map((part) => part.measure / pieces[part.code].measure)
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

/** Scales tiny numbers back into range; returns the exponent factored out. */
function rescale(numbers: Float64Array): number {
  let exponent = 0
  for (let largest = Math.max(...numbers); largest > 0 && largest < small; largest /= small) {
    for (let i = 0; i < numbers.length; i++) numbers[i] /= small
    exponent--
  }
  return exponent
}
