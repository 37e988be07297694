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
