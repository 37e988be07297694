import type { FieldType } from '../../record.js'
import {
  artifactFormat,
  formulaVersion,
  type ArtifactColumn,
  type ColumnOrigin,
  type ModelArtifact,
  type Symbol,
} from '../artifact.js'
import { encodeTable } from '../table.js'

/** A column to add. `missing`: the share of records without a value, 0 to 1; null: never missing. */
export interface Target {
  readonly name: string
  readonly missing: number | null
  readonly hidden?: true
  /** For a value in nested records; see ArtifactColumn. */
  readonly path?: readonly string[]
}

/** What a column is drawn from: symbols and their weights, on any scale. */
export interface Distribution {
  readonly symbols: readonly Symbol[]
  readonly weights: readonly number[]
  /** The grid step of its values, in the held form; see ArtifactColumn. */
  readonly grain?: number
}

/**
 * Builds a model without training, column by column. Columns with a distribution become nodes of a one-state circuit, so they are
 * independent and conditions on them are exact.
 */
export class ModelDraft {
  readonly #columns: ArtifactColumn[]
  readonly #nodes: (readonly number[])[] = []
  readonly #base: ModelArtifact | null

  /** `base`: a model whose columns come first; null: none. */
  constructor(base: ModelArtifact | null = null) {
    this.#base = base
    this.#columns = [...(base?.columns ?? [])]
  }

  /** A column added so far, or one of the base. */
  column(name: string): ArtifactColumn | undefined {
    return this.#columns.find((column) => column.name === name)
  }

  /** The types of the columns so far. */
  types(): ReadonlyMap<string, FieldType> {
    return new Map(this.#columns.map(({ name, type }) => [name, type]))
  }

  /** Adds a column of independent values. Duplicate symbols are merged. */
  addDrawn(target: Target, type: FieldType, { symbols, weights, grain }: Distribution): void {
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
    const node = (this.#base?.circuit?.parent.length ?? 0) + this.#nodes.length
    const source: ColumnOrigin = { from: 'circuit', node, alphabet, ...(grain !== undefined && { grain }) }
    this.#nodes.push(shares)
    this.#add(target, type, source)
  }

  /** Adds a column that is generated, or determined by another column. */
  addGenerated(target: Target, type: FieldType, source: ColumnOrigin): void {
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

  /** The content of the model file. `order`: names of columns that come last, in this order. */
  artifact(name: string, order: readonly string[] = []): ModelArtifact {
    const place = ({ name: own }: ArtifactColumn): number => order.indexOf(own)
    return {
      format: artifactFormat,
      version: formulaVersion,
      name,
      columns: [...this.#columns].sort((a, b) => place(a) - place(b)),
      circuit: this.#circuit(),
      report: null,
    }
  }

  /** New nodes become children of the base's root, or of the first new node, but do not depend on it. */
  #circuit(): ModelArtifact['circuit'] {
    const base = this.#base?.circuit ?? null
    if (base === null && this.#nodes.length === 0) return null
    const states = base?.states ?? 1
    const root = Math.max(0, base?.parent.indexOf(-1) ?? 0)
    const firstState = encodeTable(rowsOf([1, ...new Array<number>(states - 1).fill(0)], states))
    const isRoot = (node: number): boolean => base === null && node === 0
    return {
      states,
      parent: [...(base?.parent ?? []), ...this.#nodes.map((_, node) => (isRoot(node) ? -1 : root))],
      prior: base?.prior ?? encodeTable(Float32Array.of(1)),
      transitions: [...(base?.transitions ?? []), ...this.#nodes.map((_, node) => (isRoot(node) ? '' : firstState))],
      emissions: [...(base?.emissions ?? []), ...this.#nodes.map((shares) => encodeTable(rowsOf(shares, states)))],
    }
  }
}

/** A table of identical rows. */
function rowsOf(row: readonly number[], count: number): Float32Array {
  const table = new Float32Array(row.length * count)
  for (let at = 0; at < count; at++) table.set(row, at * row.length)
  return table
}

/** Equally likely values. */
export function evenly(symbols: readonly Symbol[]): Distribution {
  return { symbols, weights: symbols.map(() => 1) }
}

/** Every multiple of `grain` from `low` to `high`, both inclusive, in the held form. */
export function uniform(low: number, high: number, grain = 1): Distribution {
  return low === high ? evenly([low]) : { ...evenly([[low, high]]), grain }
}
