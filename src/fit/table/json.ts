import { GenesisError } from '../../errors.js'
import type { TableBuilder } from './builder.js'
import type { Cell } from './table.js'
import { readText } from './text.js'

const longestRow = 16 * 1024 * 1024

/**
 * A JSON array of objects, or JSON lines (one object a line); which of them, the first character tells. A key that an
 * object lacks is missing; nested objects and arrays become their JSON text. Throws TABLE_INVALID with the row.
 */
export async function readJson(path: string, encoding: string | undefined, table: TableBuilder): Promise<void> {
  const known = new Map<string, number>()
  for await (const text of jsonValues(path, readText(path, encoding))) {
    const row = table.rowsSeen + 1
    const value = parsed(text, path, row)
    const cells: Cell[] = new Array<Cell>(known.size).fill(null)
    for (const [key, field] of Object.entries(value)) {
      let column = known.get(key)
      if (column === undefined) {
        column = known.size
        known.set(key, column)
        table.addColumn(key)
      }
      cells[column] = cellOf(field)
    }
    table.addRow(cells)
  }
}

function parsed(text: string, path: string, row: number): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new GenesisError('TABLE_INVALID', `row ${row} is not valid JSON`, {
      place: path,
      found: error instanceof Error ? error.message : String(error),
      cause: error,
    })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new GenesisError('TABLE_INVALID', `row ${row} is not an object`, {
      place: path,
      found: text.length > 40 ? `${text.slice(0, 40)}…` : text,
      expected: 'an object with a key for each column',
    })
  return value
}

/** JSON's own value, where a cell can hold it; the JSON text of an object or array. */
export function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value === '' ? null : value
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  return JSON.stringify(value)
}

/** The texts of the top-level values: the elements if the file is an array, else the values one after the other. */
async function* jsonValues(path: string, pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let pending = ''
  let scanned = 0
  let depth = 0
  let inString = false
  let base: number | undefined
  let start = -1
  for await (const piece of pieces) {
    pending += piece
    for (; scanned < pending.length; scanned++) {
      const char = pending.charCodeAt(scanned)
      if (inString) {
        if (char === 0x5c) {
          // The escaped character may be in the next piece.
          if (scanned + 1 >= pending.length) break
          scanned++
        } else if (char === 0x22) inString = false
        continue
      }
      const blank = char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09
      if (base === undefined) {
        if (blank) continue
        base = char === 0x5b ? 1 : 0
        if (base === 1) {
          depth = 1
          continue
        }
      }
      if (start < 0) {
        if (blank || char === 0x2c) continue
        if (char === 0x5d && depth === base) {
          depth--
          continue
        }
        start = scanned
      }
      if (char === 0x22) inString = true
      else if (char === 0x7b || char === 0x5b) depth++
      else if (char === 0x7d || char === 0x5d) {
        depth--
        if (depth === base) {
          yield pending.slice(start, scanned + 1)
          start = -1
        } else if (depth < base) {
          // The array ends right behind a bare value such as the 3 of [1, 2, 3].
          yield pending.slice(start, scanned)
          start = -1
        }
      } else if (depth === base && (char === 0x2c || blank)) {
        yield pending.slice(start, scanned)
        start = -1
      }
    }
    if (start < 0) start = scanned
    pending = pending.slice(start)
    scanned -= start
    start = pending === '' ? -1 : 0
    if (pending.length > longestRow)
      throw new GenesisError('TABLE_INVALID', 'a row is longer than 16 MiB', {
        place: path,
        remedy: 'A quote or brace that is never closed is the usual reason.',
      })
  }
  if (pending.trim() !== '') yield pending
  if (base === 1 && depth !== 0)
    throw new GenesisError('TABLE_INVALID', 'the JSON array ends too early', { place: path, expected: 'a closing ]' })
}
