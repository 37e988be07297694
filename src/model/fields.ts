import type { Field, Value, Vector } from '../record.js'
import type { Symbol } from './artifact.js'
import type { Column, ColumnSource } from './model.js'

/** The record layout of a model's columns. */
export function fieldsOf(columns: readonly Column[], plain: (column: Column) => boolean): Field[] {
  return columns.filter(({ hidden }) => !hidden).map((column) => fieldOf(column, plain(column)))
}

function fieldOf(column: Column, plain: boolean): Field {
  const { name, type, nullable, source } = column
  const vector = vectorKind(source)
  const dictionary = dictionaryOf(column)
  const range = vector === 'number' ? rangeOf(source) : undefined
  return {
    name,
    type,
    nullable,
    vector,
    ...(dictionary && { dictionary }),
    ...(range && { range }),
    ...(vector === 'text' && { plain }),
  }
}

/** The lowest and the highest number of an alphabet; undefined for sources whose numbers grow without end. */
function rangeOf(source: ColumnSource): [low: number, high: number] | undefined {
  if (source.from !== 'circuit') return undefined
  const numbers = source.alphabet.flat().filter((symbol) => typeof symbol === 'number')
  return [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))]
}

/** Numbers with bins need their values; everything else that has codes needs nothing but them. */
export function vectorKind(source: ColumnSource): Vector['kind'] {
  switch (source.from) {
    case 'circuit':
      return source.alphabet.some(isBin) ? 'number' : 'dictionary'
    case 'dependency':
    case 'pool':
      return 'dictionary'
    case 'sequence':
    case 'event_time':
    case 'clock':
      return 'number'
    case 'template':
    case 'pattern':
    case 'uuid':
      return 'text'
  }
}

/** What the codes of a column stand for, in the held form; undefined where it has none. */
export function dictionaryOf({ source, missing }: Column): (Value | undefined)[] | undefined {
  switch (source.from) {
    case 'circuit':
      return source.alphabet.map((symbol) => (isBin(symbol) ? undefined : symbol))
    case 'dependency':
      return source.values
    case 'pool':
      return missing ? [...source.values, null] : source.values
    default:
      return undefined
  }
}

export function isBin(symbol: Symbol): symbol is readonly [number, number] {
  return Array.isArray(symbol)
}
