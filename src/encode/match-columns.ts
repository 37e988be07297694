/**
 * Which column fills which schema field. The rule (docs/avro.md): by the field's dotted path, else by its own
 * name if only one field and one column with it are left; a field's name takes precedence over its aliases, and a column's name
 * over the Avro name derived from it.
 */
import { avroNames } from './schema-names.js'

/** A field that a column can fill. */
export interface Leaf {
  readonly path: string
  /** All dotted paths it answers to: the one of names first, then those with aliases. */
  readonly paths: readonly string[]
  /** Its own name, then its aliases. */
  readonly names: readonly string[]
}

export interface Matching {
  /** Index of the column by path. */
  readonly columns: ReadonlyMap<string, number>
  /** Columns whose name matches several nested fields: the paths, by column index. */
  readonly ambiguous: ReadonlyMap<number, readonly string[]>
  readonly unused: readonly number[]
}

/** Whether a field has no column because a column's name matches several. */
export function isAmbiguous({ ambiguous }: Matching, path: string): boolean {
  return [...ambiguous.values()].some((paths) => paths.includes(path))
}

/** `alternatives`: further names of the columns, which come last. */
export function matchColumns(
  leaves: readonly Leaf[],
  columns: readonly string[],
  alternatives: readonly string[] | null = null,
): Matching {
  const byPath = new Map<string, number>()
  const used = new Set<number>()
  const ambiguous = new Map<number, readonly string[]>()
  const take = (leaf: Leaf, column: number): void => {
    byPath.set(leaf.path, column)
    used.add(column)
  }
  const avroColumns = avroNames(columns)
  for (const names of [columns, avroColumns, ...(alternatives === null ? [] : [alternatives])]) {
    const free = (name: string): number => names.findIndex((column, index) => column === name && !used.has(index))
    const depth = Math.max(0, ...leaves.map((leaf) => leaf.paths.length))
    for (let alias = 0; alias < depth; alias++) {
      for (const leaf of leaves) {
        if (byPath.has(leaf.path) || alias >= leaf.paths.length) continue
        const column = free(leaf.paths[alias])
        if (column >= 0) take(leaf, column)
      }
    }
    for (let column = 0; column < names.length; column++) {
      if (used.has(column) || ambiguous.has(column)) continue
      const open = leaves.filter((leaf) => !byPath.has(leaf.path))
      const named = open.filter((leaf) => leaf.names[0] === names[column])
      const fitting = named.length > 0 ? named : open.filter((leaf) => leaf.names.includes(names[column]))
      if (fitting.length === 1) take(fitting[0], column)
      else if (fitting.length > 1) {
        const paths = fitting.map((leaf) => leaf.path)
        ambiguous.set(column, paths)
      }
    }
  }
  const unused = columns.map((_, index) => index).filter((index) => !used.has(index) && !ambiguous.has(index))
  return { columns: byPath, ambiguous, unused }
}
