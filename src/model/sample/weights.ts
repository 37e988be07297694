import { topDown, type Circuit } from '../circuit.js'
import type { CircuitSource, Model } from '../model.js'
import { gridOf, pieceOf, type Grid, type Piece } from './symbols.js'

/**
 * What a node draws from. A row belongs to a state of the parent (the root has one row). A node without children needs no state
 * of its own: its symbols are weighted by p(x_j | z_parent) = Σ_z p(z | z_parent) p(x_j | z), which saves a draw.
 */
export interface NodeWeights {
  readonly node: number
  readonly parent: number
  readonly rows: number
  readonly leaf: boolean
  /** Rows of `states` entries: own state given the parent's. Null for a leaf. */
  readonly transitions: ArrayLike<number> | null
  /** Rows with an entry per symbol (for a leaf, by the parent's state; otherwise by its own). */
  readonly emissions: ArrayLike<number>
  readonly emissionRows: number
  readonly pieces: readonly Piece[]
  readonly grid: Grid
}

/** The nodes of a circuit as they are drawn without conditions, parents first. */
export function nodeWeights(model: Model, circuit: Circuit): NodeWeights[] {
  const hasChildren = new Set(circuit.parent)
  return topDown(circuit.parent).map((node) => {
    const parent = circuit.parent[node]
    const leaf = !hasChildren.has(node)
    const rows = parent < 0 ? 1 : circuit.states
    const column = model.columns[model.columnOfNode[node]]
    const { alphabet, grain } = column.source as CircuitSource
    const grid = gridOf(column.type, grain)
    const transitions = parent < 0 ? circuit.prior : circuit.transitions[node]
    return {
      node,
      parent,
      rows,
      leaf,
      transitions: leaf ? null : transitions,
      emissions: leaf ? product(transitions, circuit.emissions[node], rows, circuit.states) : circuit.emissions[node],
      emissionRows: leaf ? rows : circuit.states,
      pieces: alphabet.map((symbol, code) => pieceOf(symbol, code, grid)),
      grid,
    }
  })
}

/** The matrix product of `left` (rows × inner) and `right` (inner × …). */
export function product(left: Float32Array, right: Float32Array, rows: number, inner: number): Float64Array {
  const width = right.length / inner
  const out = new Float64Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const to = row * width
    for (let k = 0; k < inner; k++) {
      const factor = left[row * inner + k]
      if (factor === 0) continue
      const from = k * width
      for (let i = 0; i < width; i++) out[to + i] += factor * right[from + i]
    }
  }
  return out
}
