import type { Cell, RawColumn } from '../table/table.js'

/** A column read as one type, with what could not be read. */
export interface Reading<T> {
  /** By distinct value of the raw column; null: missing. */
  readonly values: readonly (T | null)[]
  /** Number of rows with a value of the type. */
  readonly accepted: number
  /** Number of rows without a value in the file. */
  readonly missing: number
  /** Number of rows by cell that marks a missing value, such as NA. */
  readonly tokens: ReadonlyMap<string, number>
  /** Number of rows with a value of another type. */
  readonly rejected: number
  readonly firstRejected: { readonly cell: Cell; readonly row: number } | null
}

/** Texts that mark a missing number, date or boolean. In a column of texts, these are ordinary values. */
const missingTokens = /^(|\?|-+|\.|#?n\/?a|<na>|#n\/a n\/a|nan|-nan|null|nil|none|missing|unknown|[-+]?inf(inity)?)$/i

/** Reads every distinct cell with `parse`, which returns undefined for cells of another type. */
export function readColumn<T>(
  column: RawColumn,
  parse: (cell: string | number | boolean) => T | undefined,
  asMissing: ReadonlySet<string> = new Set(),
): Reading<T> {
  const values = new Array<T | null>(column.values.length).fill(null)
  const tokens = new Map<string, number>()
  let accepted = 0
  let missing = 0
  let rejected = 0
  let firstRejected: Reading<T>['firstRejected'] = null
  column.values.forEach((cell, code) => {
    const count = column.counts[code]
    if (cell === null || asMissing.has(String(cell))) {
      missing += count
      return
    }
    const value = parse(cell)
    const text = String(cell).trim()
    if (value !== undefined) {
      values[code] = value
      accepted += count
    } else if (missingTokens.test(text)) tokens.set(text, (tokens.get(text) ?? 0) + count)
    else {
      rejected += count
      const row = column.firstRows[code]
      if (firstRejected === null || row < firstRejected.row) firstRejected = { cell, row }
    }
  })
  return { values, accepted, missing, tokens, rejected, firstRejected }
}

/** One sentence for each kind of value that was dropped. */
export function droppedNotes(column: string, reading: Reading<unknown>, what: string): string[] {
  const notes: string[] = []
  for (const [token, count] of reading.tokens)
    notes.push(`column ${column}: ${count} cells ${JSON.stringify(token)} were read as missing`)
  if (reading.firstRejected !== null)
    notes.push(
      `column ${column}: ${reading.rejected} of ${reading.rejected + reading.accepted} values are not ${what} and were ` +
        `read as missing (first: ${shownCell(reading.firstRejected.cell)} in row ${reading.firstRejected.row})`,
    )
  return notes
}

/** A cell for a message, quoted and shortened. */
export function shownCell(cell: Cell): string {
  const text = String(cell)
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
