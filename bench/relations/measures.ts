/** How often each set of columns is missing together, as a share of the rows. */
export function missingPatterns(
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly string[],
): Map<string, number> {
  const shares = new Map<string, number>()
  for (const row of rows) {
    const pattern = columns.map((column) => (row[column] == null ? 1 : 0)).join('')
    shares.set(pattern, (shares.get(pattern) ?? 0) + 1 / rows.length)
  }
  return shares
}

/** ½ Σ |p − q|. */
export function totalVariation(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const keys = new Set([...a.keys(), ...b.keys()])
  return [...keys].reduce((sum, key) => sum + Math.abs((a.get(key) ?? 0) - (b.get(key) ?? 0)), 0) / 2
}

/** Columns of names, such as places: with so many values, not each with each of another. */
const [minValues, maxShare] = [20, 0.5]

/**
 * The share of rows with a pair of values that none of the known rows has, in the pair of columns where it is largest; columns of names only.
 * Null: the table has fewer than two.
 */
export function unseenPairs(
  rows: readonly Readonly<Record<string, unknown>>[],
  known: readonly Readonly<Record<string, unknown>>[],
  columns: readonly string[],
): number | null {
  const named = columns.filter((column) => {
    const values = new Set(known.map((row) => row[column]))
    return (
      values.size >= minValues && values.size <= maxShare * known.length && known.every((row) => isName(row[column]))
    )
  })
  let worst: number | null = null
  for (const [i, one] of named.entries())
    for (const other of named.slice(i + 1)) {
      const pairOf = (row: Readonly<Record<string, unknown>>): string => JSON.stringify([row[one], row[other]])
      const seen = new Set(known.map(pairOf))
      const unseen = rows.filter((row) => !seen.has(pairOf(row))).length / rows.length
      worst = Math.max(worst ?? 0, unseen)
    }
  return worst
}

const isName = (value: unknown): boolean => value == null || (typeof value === 'string' && !/\d/.test(value))
