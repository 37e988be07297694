import { GenesisError } from '../../errors.js'
import { TrainingRandom } from '../random.js'
import type { Cell, RawColumn, Table } from './table.js'

/** Cells are truncated to this length. Longer ones are always texts, whose individual values are not learned. */
const maxCellLength = 4096

export interface BuilderOptions {
  readonly place: string
  readonly typed: boolean
  /** Maximum number of rows to hold. A larger source is sampled (reservoir sampling, Vitter's algorithm R). */
  readonly maxRows: number
  readonly seed: number
  readonly signal?: AbortSignal
}

/** Builds a table row by row and holds at most `maxRows` of them, each row of the source with the same probability. */
export class TableBuilder {
  private readonly columns: ColumnBuilder[] = []
  private readonly random: TrainingRandom
  private sourceRows = 0
  private cutCells = 0
  private separator: string | null = null
  private readonly notes: string[] = []

  constructor(private readonly options: BuilderOptions) {
    this.random = new TrainingRandom(options.seed)
  }

  /** Number of rows added so far. */
  get rowsSeen(): number {
    return this.sourceRows
  }

  /** Sets the separator of cells in the file. */
  separatedBy(separator: string): void {
    this.separator = separator
  }

  /** Adds a note about how the file was read, a complete sentence. */
  note(sentence: string): void {
    this.notes.push(sentence)
  }

  /** Appends a column, which is missing in the rows added before. */
  addColumn(name: string): void {
    if (name === '')
      throw new GenesisError('TABLE_INVALID', `column ${this.columns.length + 1} has no name`, {
        place: this.options.place,
        remedy: 'The first row must name every column.',
      })
    const earlier = this.columns.findIndex((column) => column.name === name)
    if (earlier >= 0)
      throw new GenesisError('TABLE_INVALID', `two columns are named ${JSON.stringify(name)}`, {
        place: this.options.place,
        found: `columns ${earlier + 1} and ${this.columns.length + 1}`,
        expected: 'a unique name for each column',
      })
    this.columns.push(new ColumnBuilder(name, Math.min(this.sourceRows, this.options.maxRows)))
  }

  /** Adds a row, with its cells in column order. */
  addRow(cells: readonly Cell[]): void {
    const row = ++this.sourceRows
    if ((row & 1023) === 0) this.options.signal?.throwIfAborted()
    let slot = row - 1
    if (row > this.options.maxRows) {
      slot = this.random.below(row)
      if (slot >= this.options.maxRows) return
    }
    for (let j = 0; j < this.columns.length; j++) {
      let cell = cells[j] ?? null
      if (typeof cell === 'string' && cell.length > maxCellLength) {
        cell = cell.slice(0, maxCellLength)
        this.cutCells++
      }
      this.columns[j].set(slot, cell, row)
    }
  }

  finish(): Table {
    const { place, typed, maxRows } = this.options
    if (this.columns.length === 0) throw new GenesisError('TABLE_INVALID', 'the table has no columns', { place })
    if (this.sourceRows === 0) throw new GenesisError('TABLE_INVALID', 'the table has no rows', { place })
    const rows = Math.min(this.sourceRows, maxRows)
    const notes = [...this.notes]
    if (this.sourceRows > rows)
      notes.push(`trained on a random sample of ${rows} of the table's ${this.sourceRows} rows`)
    if (this.cutCells > 0)
      notes.push(`${this.cutCells} cells were longer than ${maxCellLength} characters and were truncated`)
    const columns = this.columns.map((column) => column.finish(rows))
    return { place, typed, separator: this.separator, rows, sourceRows: this.sourceRows, columns, notes }
  }
}

class ColumnBuilder {
  private readonly index = new Map<Cell, number>()
  private readonly values: Cell[] = []
  private readonly firstRows: number[] = []
  private codes = new Uint32Array(1024)

  constructor(
    readonly name: string,
    rowsBefore: number,
  ) {
    for (let slot = 0; slot < rowsBefore; slot++) this.set(slot, null, slot + 1)
  }

  set(slot: number, cell: Cell, row: number): void {
    let code = this.index.get(cell)
    if (code === undefined) {
      code = this.values.length
      this.index.set(cell, code)
      this.values.push(cell)
      this.firstRows.push(row)
    }
    if (slot >= this.codes.length) {
      const longer = new Uint32Array(this.codes.length * 2)
      longer.set(this.codes)
      this.codes = longer
    }
    this.codes[slot] = code
  }

  /** Drops values whose rows sampling has replaced. */
  finish(rows: number): RawColumn {
    const codes = this.codes.slice(0, rows)
    const renumbered = new Int32Array(this.values.length).fill(-1)
    const kept: number[] = []
    for (let row = 0; row < rows; row++) {
      const code = codes[row]
      if (renumbered[code] < 0) {
        renumbered[code] = kept.length
        kept.push(code)
      }
      codes[row] = renumbered[code]
    }
    const counts = new Uint32Array(kept.length)
    for (const code of codes) counts[code]++
    return {
      name: this.name,
      values: kept.map((code) => this.values[code]),
      codes,
      counts,
      firstRows: kept.map((code) => this.firstRows[code]),
    }
  }
}
