import type { FieldType } from '../../record.js'
import { compileFormula } from '../../model/expression/program.js'
import { typeOfField } from '../../model/expression/expression.js'
import type { ColumnInput } from '../../model/expression/input.js'
import type { Formula, Rounding } from '../../model/expression/formula.js'
import { unitOf } from '../../model/expression/formula.js'
import { blockRows } from '../../model/random/block-words.js'
import type { LearnedColumn } from '../columns/plan.js'
import { grainOf } from '../columns/learned.js'

/** A learned column of numbers, dates or times, for the search for relations. */
export interface NumberColumn {
  readonly name: string
  readonly column: LearnedColumn
  readonly type: FieldType
  /** Whether it holds dates or times, which in formulas are milliseconds and are related only to each other. */
  readonly isTime: boolean
  /** The step of its grid, in the held form; 0 for reals. */
  readonly grain: number
  /** The value of a held number in formulas: held · unit. */
  readonly unit: number
  /** By distinct value of the raw column; NaN: missing. */
  readonly held: Float64Array
}

export function numberColumn(column: LearnedColumn): NumberColumn {
  const { type, held, grain } = column.learned
  const { factor, scale } = unitOf(type)
  return {
    name: column.name,
    column,
    type,
    isTime: type.kind === 'date' || type.kind === 'timestamp',
    grain,
    unit: factor / 10 ** scale,
    held: Float64Array.from(held, (value) => (typeof value === 'number' ? value : NaN)),
  }
}

/** The held numbers of the selected rows, or of all. */
export function numbersOf({ column, held }: NumberColumn, rows?: Uint32Array): Float64Array {
  const { codes } = column.raw
  if (rows === undefined) return Float64Array.from(codes, (code) => held[code])
  return Float64Array.from(rows, (row) => held[codes[row]])
}

/** A formula's values in the given rows, in the held form of `type`. */
export function computed(
  formula: Formula,
  type: FieldType,
  rounding: Rounding,
  columnOf: (name: string) => { readonly type: FieldType; readonly numbers: Float64Array },
  rows: number,
): Float64Array {
  const inputOf = (name: string): ColumnInput => ({ kind: 'number', codes: null, ...columnOf(name) })
  return computedOf(formula, type, rounding, inputOf, rows)
}

/** Like `computed`, for columns of any type. */
export function computedOf(
  formula: Formula,
  type: FieldType,
  rounding: Rounding,
  inputOf: (name: string) => ColumnInput,
  rows: number,
): Float64Array {
  const program = compileFormula(formula, inputOf, type, rounding)
  const out = new Float64Array(rows)
  for (let from = 0; from < rows; from += blockRows) {
    const count = Math.min(blockRows, rows - from)
    out.set(program.run(from, count).subarray(0, count), from)
  }
  return out
}

/** The columns of a table as inputs of formulas, over all rows. */
export function partsIn(columns: readonly LearnedColumn[]): (name: string) => ColumnInput {
  return (name) => {
    const { raw, learned } = columns.find((column) => column.name === name)!
    const { codes } = raw
    const { type, held } = learned
    if (typeOfField(type) === 'text')
      return { kind: 'text', coded: null, at: (row) => held[codes[row]] as string | null }
    const values = Float64Array.from(held, (value) => (value === null ? NaN : Number(value)))
    return { kind: 'number', type, codes: null, numbers: Float64Array.from(codes, (code) => values[code]) }
  }
}

/** A hidden column of numbers that is not in the table: a rest, or a column's own values. NaN: missing. */
export function columnOfNumbers(name: string, type: FieldType, numbers: Float64Array): LearnedColumn {
  const index = new Map<number, number>()
  const held: (number | null)[] = []
  const counts: number[] = []
  const firstRows: number[] = []
  const codes = new Uint32Array(numbers.length)
  numbers.forEach((number, row) => {
    let code = index.get(number)
    if (code === undefined) {
      code = held.length
      index.set(number, code)
      held.push(Number.isNaN(number) ? null : number)
      counts.push(0)
      firstRows.push(row + 1)
    }
    counts[code]++
    codes[row] = code
  })
  const kind = type.kind === 'double' ? 'real' : type.kind === 'list' || type.kind === 'json' ? 'category' : type.kind
  return {
    place: 'learned',
    name,
    hidden: true,
    raw: { name, values: held, codes, counts: Uint32Array.from(counts), firstRows },
    learned: {
      kind: kind === 'string' || kind === 'uuid' ? 'category' : kind,
      type,
      held,
      grain: type.kind === 'double' ? 0 : grainOf(held),
      detail: null,
      notes: [],
    },
  }
}
