import type { CodedTable } from '../circuit.js'

/** The same table with its codes in memory that threads share. */
export function sharedTable({ rows, sizes, codes }: CodedTable): CodedTable {
  const shared = codes.map((column) => {
    if (column.buffer instanceof SharedArrayBuffer) return column
    const copy = new Uint16Array(new SharedArrayBuffer(column.byteLength))
    copy.set(column)
    return copy
  })
  return { rows, sizes, codes: shared }
}

/** An even selection of at most `limit` rows. */
export function someRows(table: CodedTable, limit: number): CodedTable {
  const { rows, sizes, codes } = table
  if (rows <= limit) return table
  const picked = codes.map((column) =>
    Uint16Array.from({ length: limit }, (_, i) => column[Math.floor((i * rows) / limit)]),
  )
  return { rows: limit, sizes, codes: picked }
}
