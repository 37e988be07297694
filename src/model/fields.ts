import type { Field, FieldType, Value, Vector } from '../record.js'
import type { Symbol } from './artifact.js'
import { booleanValues } from './generated/computed.js'
import { relationRange } from './relations/range.js'
import { dayMs } from './held.js'
import type { ModelColumn, ColumnSource } from './model.js'

/** The record layout of a model's columns. */
export function fieldsOf(columns: readonly ModelColumn[], plain: (column: ModelColumn) => boolean): Field[] {
  return columns.filter(({ hidden }) => !hidden).map((column) => fieldOf(column, columns, plain(column)))
}

function fieldOf(column: ModelColumn, columns: readonly ModelColumn[], plain: boolean): Field {
  const { name, path, type, nullable, source } = column
  const vector = vectorKind(source, columns, type)
  const dictionary = dictionaryOf(column, columns)
  const range = vector === 'number' ? rangeOf(source, columns) : undefined
  return {
    name,
    ...(path && { path }),
    type,
    nullable,
    vector,
    ...(dictionary && { dictionary }),
    ...(range && { range }),
    ...(vector === 'text' && { plain }),
  }
}

/** The minimum and maximum of a learned column; undefined for sources whose numbers grow without bound. */
export function rangeOf(
  source: ColumnSource,
  columns: readonly ModelColumn[],
): [low: number, high: number] | undefined {
  switch (source.from) {
    case 'circuit':
      return spanOf(source.alphabet.flat())
    case 'dependency':
      return spanOf(source.values)
    case 'composed': {
      const [day, time] = [source.day, source.time].map((name) => rangeOf(columnNamed(name, columns).source, columns))
      return day && time && [day[0] * dayMs + time[0], day[1] * dayMs + time[1]]
    }
    case 'masked':
      return rangeOf(columnNamed(source.value, columns).source, columns)
    case 'relation':
      return relationRange(source)
    case 'cycle': {
      const { start, step, restart } = source
      if (restart === undefined) return undefined
      return spanOf([start, restart - Math.sign(step)])
    }
    default:
      return undefined
  }
}

function spanOf(values: readonly unknown[]): [low: number, high: number] | undefined {
  const numbers = values.filter((value) => typeof value === 'number')
  if (numbers.length === 0) return undefined
  return [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))]
}

/** The column of this name, which a checked model has. */
export function columnNamed(name: string, columns: readonly ModelColumn[]): ModelColumn {
  return columns.find((column) => column.name === name)!
}

/** Numbers with bins need their values; all other coded columns only need their codes. */
export function vectorKind(
  source: ColumnSource,
  columns: readonly ModelColumn[] = [],
  type?: FieldType,
): Vector['kind'] {
  switch (source.from) {
    case 'formula':
      if (type?.kind === 'boolean') return 'dictionary'
      return type?.kind === 'string' ? 'text' : 'number'
    case 'circuit':
      return source.alphabet.some(isBin) ? 'number' : 'dictionary'
    case 'masked':
      return vectorKind(columnNamed(source.value, columns).source, columns)
    case 'dependency':
    case 'pool':
    case 'list':
      return 'dictionary'
    case 'composed':
    case 'relation':
    case 'sequence':
    case 'event_time':
    case 'clock':
    case 'cycle':
      return 'number'
    case 'template':
    case 'pattern':
    case 'uuid':
    case 'filled':
    case 'worded':
    case 'regex':
      return 'text'
    case 'items':
      return 'list'
  }
}

/** The values of a column's codes, in the held form; undefined if it has no codes. */
export function dictionaryOf(
  { source, missing, type }: ModelColumn,
  columns: readonly ModelColumn[],
): readonly (Value | undefined)[] | undefined {
  switch (source.from) {
    case 'circuit':
      return source.alphabet.map((symbol) => (isBin(symbol) ? undefined : symbol))
    case 'dependency':
      return source.values
    case 'masked': {
      // In numbers, NaN means missing; codes need a code for it.
      const value = columnNamed(source.value, columns)
      if (vectorKind(value.source, columns) !== 'dictionary') return undefined
      const own = dictionaryOf(value, columns) ?? []
      return own.includes(null) ? own : [...own, null]
    }
    case 'formula':
      return type.kind === 'boolean' ? booleanValues : undefined
    case 'pool':
    case 'list':
      return missing ? [...source.values, null] : source.values
    default:
      return undefined
  }
}

export function isBin(symbol: Symbol): symbol is readonly [number, number] {
  return Array.isArray(symbol)
}
