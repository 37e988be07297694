import { AliasBuilder, aliasBits } from './alias.js'
import { symbolValues, type SymbolValues } from './symbols.js'
import type { NodeWeights } from './weights.js'

/** A table of rows to draw from. `bits` 0: a single symbol, which needs no draw. */
export interface AliasRows {
  readonly table: Int32Array
  readonly bits: number
}

/** A node's tables as the sampler draws from them. */
export interface NodeTables {
  readonly node: number
  readonly parent: number
  /** Own state by the parent's; null for a leaf. */
  readonly states: AliasRows | null
  readonly symbols: AliasRows
  readonly values: SymbolValues
  /**
   * If conditions have several conjunctions: the first row of each one's table, in `states` and in `symbols`. Null: all share one table.
   */
  readonly first: { readonly states: Int32Array | null; readonly symbols: Int32Array | null }
}

export function nodeTables(weights: NodeWeights, states: number): NodeTables {
  const { node, parent, rows, transitions, emissions, emissionRows, pieces, grid } = weights
  return {
    node,
    parent,
    states: transitions && aliasRows([transitions], rows, states),
    symbols: aliasRows([emissions], emissionRows, pieces.length),
    values: symbolValues(pieces, grid),
    first: { states: null, symbols: null },
  }
}

/** Alias tables for matrices of `rows` × `size` weights, one after another. */
export function aliasRows(matrices: readonly ArrayLike<number>[], rows: number, size: number): AliasRows {
  if (size === 1) return { table: new Int32Array(0), bits: 0 }
  const bits = aliasBits(size)
  const builder = new AliasBuilder(bits)
  const table = new Int32Array((matrices.length * rows) << bits)
  matrices.forEach((weights, index) => {
    for (let row = 0; row < rows; row++) builder.build(weights, row * size, size, table, (index * rows + row) << bits)
  })
  return { table, bits }
}

/** Alias tables for one matrix with weighted columns, once for each set of weights; null: unweighted. */
export function weightedRows(
  matrix: ArrayLike<number>,
  each: readonly (Float64Array | null)[],
  rows: number,
  size: number,
): AliasRows {
  if (size === 1) return { table: new Int32Array(0), bits: 0 }
  const bits = aliasBits(size)
  const builder = new AliasBuilder(bits)
  const table = new Int32Array((each.length * rows) << bits)
  const weighted = new Float64Array(size)
  each.forEach((weights, index) => {
    for (let row = 0; row < rows; row++) {
      const from = row * size
      for (let i = 0; i < size; i++) weighted[i] = weights === null ? matrix[from + i] : matrix[from + i] * weights[i]
      builder.build(weighted, 0, size, table, (index * rows + row) << bits)
    }
  })
  return { table, bits }
}
