import { exactJsonText, parseExactJson } from '../../config/exact-json.js'
import { isObject } from '../../config/is-object.js'
import { GenesisError } from '../../errors.js'
import type { TableBuilder } from './builder.js'
import type { Cell } from './table.js'
import { readText } from './text.js'

const maxRowLength = 16 * 1024 * 1024
/** Maximum number of nested keys that lead to the records, in a file that is one object. */
const maxWrapping = 2

/**
 * Reads a JSON array of objects, JSON lines (one object per line), or one object with the array of objects under one of its keys, whichever
 * the file contains. A key that an object lacks is missing; nested objects and arrays become JSON text. Throws TABLE_INVALID with the row.
 */
export async function readJson(path: string, encoding: string | undefined, table: TableBuilder): Promise<void> {
  const known = new Map<string, number>()
  let exactTexts = 0
  const addRow = (value: object): void => {
    const cells: Cell[] = new Array<Cell>(known.size).fill(null)
    for (const [key, field] of Object.entries(value)) {
      let column = known.get(key)
      if (column === undefined) {
        column = known.size
        known.set(key, column)
        table.addColumn(key)
      }
      const cell = cellOf(field)
      if (typeof field === 'bigint' && typeof cell === 'string') exactTexts++
      cells[column] = cell
    }
    table.addRow(cells)
  }
  let first: object | null = null
  let count = 0
  for await (const text of jsonValues(path, readText(path, encoding))) {
    const value = parsed(text, path, ++count)
    if (count === 1) {
      first = value
      continue
    }
    if (count === 2 && first !== null) addRow(first)
    addRow(value)
  }
  if (count === 1 && first !== null) {
    const wrapped = wrappedRecords(first, path)
    if (wrapped !== null) {
      const others = Object.keys(first).filter((key) => key !== wrapped.keys[0])
      const rest = others.length === 0 ? '' : `; its other keys (${others.join(', ')}) are ignored`
      table.note(`the file is one object, whose key ${wrapped.keys.join('.')} holds the records${rest}`)
    }
    for (const record of wrapped?.records ?? [first]) addRow(record)
  }
  if (exactTexts > 0)
    table.note(
      `${exactTexts} integers have more digits than a double can hold (beyond ±(2^53 - 1)) and are read as texts`,
    )
}

/** The list of records in a file that is one object, and the keys that lead to it; null: there is none. Throws TABLE_INVALID if there are several. */
function wrappedRecords(value: object, path: string): { keys: string[]; records: object[] } | null {
  const found: { keys: string[]; records: object[] }[] = []
  const visit = (node: object, keys: string[]): void => {
    for (const [key, item] of Object.entries(node) as [string, unknown][]) {
      if (Array.isArray(item)) {
        if (item.length > 0 && item.every(isObject)) found.push({ keys: [...keys, key], records: item })
      } else if (isObject(item) && keys.length < maxWrapping) visit(item, [...keys, key])
    }
  }
  visit(value, [])
  if (found.length < 2) return found[0] ?? null
  throw new GenesisError('TABLE_INVALID', 'the file is one object, with several lists of records', {
    place: path,
    found: found.map(({ keys, records }) => `${keys.join('.')} (${records.length})`).join(', '),
    expected: 'a single list, as an array of objects',
  })
}

function parsed(text: string, path: string, row: number): object {
  let value: unknown
  try {
    value = parseExactJson(text)
  } catch (error) {
    throw new GenesisError('TABLE_INVALID', `row ${row} is not valid JSON`, {
      place: path,
      found: error instanceof Error ? error.message : String(error),
      cause: error,
    })
  }
  if (!isObject(value))
    throw new GenesisError('TABLE_INVALID', `row ${row} is not an object`, {
      place: path,
      found: text.length > 40 ? `${text.slice(0, 40)}…` : text,
      expected: 'an object with a key for each column',
    })
  return value
}

/** The JSON value if a cell can hold it, else its JSON text. */
export function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value === '' ? null : value
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') {
    // Digits that a double reproduces exactly become a number; identifiers keep their digits as text.
    const number = Number(value)
    return String(number) === String(value) ? number : String(value)
  }
  return exactJsonText(value)
}

/** The texts of the top-level values: the elements if the file is an array, else consecutive values. */
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
          // The array ends directly after a bare value, such as the 3 in [1, 2, 3].
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
    if (pending.length > maxRowLength)
      throw new GenesisError('TABLE_INVALID', 'a row is longer than 16 MiB', {
        place: path,
        remedy: `An unclosed quote or brace is the usual cause.${wrapperHint(pending)}`,
      })
  }
  if (pending.trim() !== '') yield pending
  if (base === 1 && depth !== 0)
    throw new GenesisError('TABLE_INVALID', 'the JSON array is incomplete', { place: path, expected: 'a closing ]' })
}

/** A hint naming the key that seems to contain the records of a large object, which is too long to be read as one value. */
function wrapperHint(text: string): string {
  const key = /^\s*\{(?:[^[\]]{0,2000}?)"((?:[^"\\]|\\.){1,100})"\s*:\s*\[\s*\{/.exec(text)?.[1]
  return key === undefined
    ? ''
    : ` If the file is one object with its records under ${key}, write only those, as an array.`
}
