import type { RawColumn } from '../table/table.js'
import { clamped, fits, grainOf, type Learned, type ReadAs } from './learned.js'
import { printedNumbers } from './number-form.js'
import { decimalPlaces, maxDecimals, parseNumber, toScaled } from './numbers.js'
import { droppedNotes, readColumn, shownCell, type Reading } from './reading.js'

/** Number of texts examined. */
const sampleTexts = 2000

/** Reads integers, decimals or reals. Null: the column is none of these. `forced`: accepts whatever can be read. */
export function learnNumber(
  column: RawColumn,
  typed: boolean,
  as: ReadAs,
  forced: 'integer' | 'decimal' | 'real' | null,
): Learned | null {
  const parse = (cell: string | number | boolean): number | undefined =>
    typed && forced === null && typeof cell === 'string' ? undefined : parseNumber(cell)
  const asWritten = readColumn(column, parse, as.missing)
  const mayBePrinted = as.decimal !== undefined || asWritten.rejected > 0
  const form = !mayBePrinted || (typed && forced === null) ? null : printedNumbers(textsOf(column, as), as)
  const asPrinted =
    form && readColumn(column, (cell) => parse(typeof cell === 'string' ? form(cell) : cell), as.missing)
  const isPrinted = asPrinted !== null && (as.decimal !== undefined || asPrinted.accepted > asWritten.accepted)
  const reading = isPrinted ? asPrinted : asWritten
  if (!fits(reading, forced !== null)) return null
  if (forced === null && column.values.some((cell) => typeof cell === 'string' && /^\s*0\d+\s*$/.test(cell)))
    return null
  let scale = as.scale ?? 0
  let largest = 0
  for (const value of reading.values) {
    if (value === null) continue
    if (as.scale === undefined && forced !== 'integer') scale = Math.max(scale, decimalPlaces(value))
    largest = Math.max(largest, Math.abs(value))
  }
  const notes = droppedNotes(column.name, reading, 'numbers')
  const places = forced === 'integer' || forced === 'real' ? 0 : writtenPlaces(column, reading)
  const isWhole = scale === 0 && places === 1
  if (isWhole && forced === null)
    notes.push(
      `column ${column.name}: its numbers are whole, though they are written with a decimal place, and records have integers; ` +
        'for decimals, set kind: decimal in a columns file',
    )
  const isWritten = places > 0 && !(isWhole && forced === null) && (as.scale ?? places) === places
  if (isWritten) scale = places
  if (isPrinted) notes.push(...readNotes(column, reading))
  const values = clamped(column, reading.values, as, (bound) => (typeof bound === 'number' ? bound : undefined), notes)
  if (forced === 'real' || scale > maxDecimals || largest * 10 ** scale > Number.MAX_SAFE_INTEGER)
    return { kind: 'real', type: { kind: 'double' }, held: values, grain: 0, detail: null, notes }
  const held = values.map((value) => (value === null ? null : toScaled(value, scale)))
  const integer = scale === 0 && forced !== 'decimal'
  return {
    kind: integer ? 'integer' : 'decimal',
    type: integer
      ? { kind: 'integer' }
      : { kind: 'decimal', scale, ...((isWritten || (forced === 'decimal' && scale > 0)) && { fixed: true as const }) },
    held,
    grain: grainOf(held),
    detail: null,
    notes,
  }
}

/** The number of decimal places that all of the texts are written with; 0: none, or not the same. */
function writtenPlaces({ values }: RawColumn, reading: Reading<number>): number {
  let places = 0
  for (const [code, cell] of values.entries()) {
    const value = reading.values[code]
    if (value === null) continue
    const own = typeof cell === 'string' ? placesIn(cell, value) : 0
    if (own === 0 || (places > 0 && own !== places)) return 0
    places = own
  }
  return places <= maxDecimals ? places : 0
}

/** The digits of a text after its decimal separator. */
function placesIn(text: string, value: number): number {
  const places = /[.,](\d+)\D*$/.exec(text)?.[1].length ?? 0
  const digits = Number(text.replace(/\D/g, ''))
  return digits === Math.round(Math.abs(value) * 10 ** places) && !/\de/i.test(text) ? places : 0
}

/** A note with the first value that is formatted for people, and how it was read. */
function readNotes({ name, values }: RawColumn, reading: Reading<number>): string[] {
  const code = reading.values.findIndex((value, code) => value !== null && parseNumber(values[code] ?? '') !== value)
  if (code < 0) return []
  return [
    `column ${name}: its numbers are read without their formatting: ${shownCell(values[code])} is ${reading.values[code]}`,
  ]
}

/** The texts, without those that mark a missing value. */
function textsOf(column: RawColumn, as: ReadAs): string[] {
  const texts = column.values.filter((cell): cell is string => typeof cell === 'string')
  return texts.filter((text) => /\d/.test(text) && !as.missing.has(text)).slice(0, sampleTexts)
}
