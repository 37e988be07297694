import type { FieldType } from '../../record.js'
import {
  artifactFormat,
  artifactVersion,
  type ArtifactColumn,
  type ColumnOrigin,
  type ModelArtifact,
  type Symbol,
} from '../artifact.js'
import { encodeTable } from '../table.js'

/** A column to be. `missing`: the share of records without a value, 0 to 1; null: it always has one. */
export interface Target {
  readonly name: string
  readonly missing: number | null
  readonly hidden?: true
  /** Of a value in nested records; see ArtifactColumn. */
  readonly path?: readonly string[]
}

/** What a column is drawn from, each symbol by its weight (any scale). */
export interface Distribution {
  readonly symbols: readonly Symbol[]
  readonly weights: readonly number[]
  /** The step of its values' grid, in the held form; see ArtifactColumn. */
  readonly grain?: number
}

/**
 * A model without training, column by column. Columns with a distribution become nodes of a circuit with one state, so that they are independent and
 * conditions on them are exact.
 */
export class Draft {
  readonly #columns: ArtifactColumn[] = []
  readonly #nodes: (readonly number[])[] = []

  /** Adds a column of independent values. Symbols that are there twice are one. */
  drawn(target: Target, type: FieldType, { symbols, weights, grain }: Distribution): void {
    const byKey = new Map<string, { symbol: Symbol; weight: number }>()
    symbols.forEach((symbol, index) => {
      const known = byKey.get(JSON.stringify(symbol))
      if (known === undefined) byKey.set(JSON.stringify(symbol), { symbol, weight: weights[index] })
      else known.weight += weights[index]
    })
    const each = [...byKey.values()]
    const { missing } = target
    const total = each.reduce((sum, { weight }) => sum + weight, 0) / (1 - (missing ?? 0))
    const alphabet = each.map(({ symbol }) => symbol)
    const shares = each.map(({ weight }) => (total > 0 ? weight / total : 0))
    if (missing !== null) {
      alphabet.push(null)
      shares.push(missing)
    }
    const source: ColumnOrigin = { from: 'circuit', node: this.#nodes.length, alphabet, ...(grain && { grain }) }
    this.#nodes.push(shares)
    this.#add(target, type, source)
  }

  /** Adds a column that is made, or that another column decides. */
  made(target: Target, type: FieldType, source: ColumnOrigin): void {
    this.#add(target, type, source, source.from === 'dependency' ? undefined : (target.missing ?? undefined))
  }

  #add({ name, missing, hidden, path }: Target, type: FieldType, source: ColumnOrigin, share?: number): void {
    this.#columns.push({
      name,
      type,
      nullable: missing !== null,
      ...(hidden && { hidden }),
      ...(path && { path: [...path] }),
      ...(share && { missing: share }),
      source,
    })
  }

  artifact(name: string): ModelArtifact {
    const one = encodeTable(Float32Array.of(1))
    const circuit = {
      states: 1,
      parent: this.#nodes.map((_, node) => (node === 0 ? -1 : 0)),
      prior: one,
      transitions: this.#nodes.map((_, node) => (node === 0 ? '' : one)),
      emissions: this.#nodes.map((shares) => encodeTable(Float32Array.from(shares))),
    }
    return {
      format: artifactFormat,
      version: artifactVersion,
      name,
      columns: this.#columns,
      circuit: this.#nodes.length === 0 ? null : circuit,
      report: null,
    }
  }
}

/** Values that are equally likely. */
export function evenly(symbols: readonly Symbol[]): Distribution {
  return { symbols, weights: symbols.map(() => 1) }
}

/** Every multiple of `grain` from `low` to `high`, both included, in the held form. */
export function uniform(low: number, high: number, grain = 1): Distribution {
  return low === high ? evenly([low]) : { ...evenly([[low, high]]), grain }
}
