/** An even selection of rows. */
export function someOf(rows: number, limit: number): Uint32Array {
  const count = Math.min(rows, limit)
  return Uint32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count))
}
