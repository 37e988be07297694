import type { RawColumn } from './table/table.js'

/** A column for the search for dependencies: one code per row, below `size`. */
export interface DependencyColumn {
  readonly name: string
  readonly codes: Uint16Array | Uint32Array
  readonly size: number
  /** Whether each code is a single value, so that it can determine other columns. */
  readonly exact: boolean
}

/** `column` is a function of `decider`: code c of `decider` maps to code `values[c]`. */
export interface ColumnDependency {
  readonly column: number
  readonly decider: number
  readonly values: Uint32Array
}

/** Minimum number of rows that would break a dependency if the columns were independent; fewer prove nothing. */
const minEvidence = 20

/**
 * The columns that another one determines in every row, each with one decider that is not itself determined. Among several deciders, the
 * one with the fewest values is chosen; of two columns that determine each other, the earlier.
 */
export function findDependencies(columns: readonly DependencyColumn[]): ColumnDependency[] {
  const counts = columns.map(countsOf)
  const rows = columns[0]?.codes.length ?? 0
  const order = columns.map((_, j) => j).sort((a, b) => columns[a].size - columns[b].size || a - b)
  const found: ColumnDependency[] = []
  const decided = new Set<number>()
  // From the right, so that of two columns that determine each other the earlier one is kept.
  for (let column = columns.length - 1; column >= 0; column--) {
    const { size } = columns[column]
    if (size < 2) continue
    const mismatch = 1 - counts[column].reduce((sum, count) => sum + (count / rows) ** 2, 0)
    for (const decider of order) {
      if (decider === column || decided.has(decider) || !columns[decider].exact || columns[decider].size < size)
        continue
      const present = counts[decider].reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0)
      if ((rows - present) * mismatch < minEvidence) continue
      const values = decidedValues(columns[decider], columns[column])
      if (values === null) continue
      found.push({ column, decider, values })
      decided.add(column)
      break
    }
  }
  // A chosen decider may itself be determined by another column, which was found later. That one determines the same columns.
  return found.map((dependency) => withRootDecider(dependency, found))
}

function withRootDecider(dependency: ColumnDependency, all: readonly ColumnDependency[]): ColumnDependency {
  let { decider, values } = dependency
  for (let above = above_(decider, all); above; above = above_(decider, all)) {
    const through = values
    values = above.values.map((code) => through[code])
    decider = above.decider
  }
  return { column: dependency.column, decider, values }
}

function above_(column: number, all: readonly ColumnDependency[]): ColumnDependency | undefined {
  return all.find((dependency) => dependency.column === column)
}

function countsOf({ codes, size }: DependencyColumn): Uint32Array {
  const counts = new Uint32Array(size)
  for (const code of codes) counts[code]++
  return counts
}

function decidedValues(decider: DependencyColumn, column: DependencyColumn): Uint32Array | null {
  const values = new Int32Array(decider.size).fill(-1)
  for (let row = 0; row < decider.codes.length; row++) {
    const by = decider.codes[row]
    const value = column.codes[row]
    if (values[by] < 0) values[by] = value
    else if (values[by] !== value) return null
  }
  // A symbol that occurs in no row can map to anything.
  return Uint32Array.from(values, (value) => Math.max(0, value))
}

/** A raw column's codes, merging those whose held values are equal. */
export function heldCodes(
  raw: RawColumn,
  held: readonly (string | number | boolean | null)[],
): { codes: Uint32Array; values: (string | number | boolean | null)[] } {
  const index = new Map<string | number | boolean | null, number>()
  const values: (string | number | boolean | null)[] = []
  const renumbered = held.map((value) => {
    let code = index.get(value)
    if (code === undefined) {
      code = values.length
      index.set(value, code)
      values.push(value)
    }
    return code
  })
  return { codes: raw.codes.map((code) => renumbered[code]), values }
}
