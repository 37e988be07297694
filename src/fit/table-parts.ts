import type { CodedTable } from '../model/circuit.js'

/** The same table with its codes in shared memory. */
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
  const { rows } = table
  if (rows <= limit) return table
  return picked(table, limit, (i) => Math.floor((i * rows) / limit))
}

/** Holds out every `part`-th row. */
export function dividedTable(table: CodedTable, part: number): { table: CodedTable; heldOut: CodedTable } {
  const held = Math.floor(table.rows / part)
  const rest = picked(table, table.rows - held, (i) => i + Math.min(held, Math.floor(i / (part - 1))))
  return { table: rest, heldOut: picked(table, held, (i) => i * part + part - 1) }
}

function picked({ sizes, codes }: CodedTable, rows: number, rowOf: (i: number) => number): CodedTable {
  const parts = codes.map((column) => {
    const part = new Uint16Array(new SharedArrayBuffer(rows * 2))
    for (let i = 0; i < rows; i++) part[i] = column[rowOf(i)]
    return part
  })
  return { rows, sizes, codes: parts }
}
