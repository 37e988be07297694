import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Cell, RawColumn, Table } from '#src/fit/table/table.js'
import { TableBuilder } from '#src/fit/table/builder.js'
import { readTable } from '#src/fit/table/read.js'

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'genesis-test-'))
  after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Writes a file and reads it as a table. */
export function tableReader(): (
  name: string,
  content: string | Uint8Array,
  options?: { maxRows?: number; encoding?: string },
) => Promise<Table> {
  const folder = temporaryFolder()
  return (name, content, options = {}) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return readTable(path, { maxRows: 1_000_000, seed: 1, ...options })
  }
}

/** The cells of a column, row by row. */
export function cellsOf(table: Table, name: string): Cell[] {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new Error(`no column ${name}`)
  return Array.from(column.codes, (code) => column.values[code])
}

/** A table of columns given by their cells. */
export function tableOf(columns: Record<string, readonly Cell[]>, typed = false): Table {
  const builder = new TableBuilder({ place: 'table', typed, maxRows: 1_000_000, seed: 1 })
  for (const name of Object.keys(columns)) builder.addColumn(name)
  const cells = Object.values(columns)
  for (let row = 0; row < cells[0].length; row++) builder.addRow(cells.map((column) => column[row]))
  return builder.finish()
}

export function columnOf(name: string, cells: readonly Cell[]): RawColumn {
  return tableOf({ [name]: cells }).columns[0]
}
