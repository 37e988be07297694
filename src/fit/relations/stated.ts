import { throwErrors } from '../../config/check.js'
import { nearest } from '../../config/nearest.js'
import { GenesisError } from '../../errors.js'
import { readExpression, typeOfField, type ExpressionType } from '../../model/expression/expression.js'
import { columnsIn, type Formula } from '../../model/expression/formula.js'
import type { LearnedColumn } from '../columns/plan.js'
import type { ColumnsFile } from '../columns/settings.js'
import { computedOf, partsIn } from './number-column.js'
import { Uses } from './uses.js'

/** The relations between columns that a columns file states. */
export interface StatedRelations {
  readonly equals: readonly { readonly column: string; readonly formula: Formula }[]
  /** low ≤ high. */
  readonly orders: readonly { readonly low: string; readonly high: string }[]
  /** Columns for which found relations are ignored. */
  readonly untied: ReadonlySet<string>
  /** Conditions that no record is to satisfy. */
  readonly forbid: readonly Formula[]
}

export const nothingStated: StatedRelations = { equals: [], orders: [], untied: new Set(), forbid: [] }

/**
 * Checks stated relations against the learned columns and `clocks`, the event times that they may be computed from. Throws CONFIG_INVALID
 * with all errors.
 */
export function statedRelations(
  learned: readonly LearnedColumn[],
  clocks: readonly LearnedColumn[],
  file: ColumnsFile | undefined,
): StatedRelations {
  const { stated, errors } = readRelations(learned, clocks, file)
  throwErrors(errors)
  return stated
}

/** The errors that `statedRelations` throws. */
export function wrongRelations(
  learned: readonly LearnedColumn[],
  clocks: readonly LearnedColumn[],
  file: ColumnsFile | undefined,
): readonly GenesisError[] {
  return readRelations(learned, clocks, file).errors
}

function readRelations(
  learned: readonly LearnedColumn[],
  clocks: readonly LearnedColumn[],
  file: ColumnsFile | undefined,
): { stated: StatedRelations; errors: GenesisError[] } {
  if (file === undefined) return { stated: nothingStated, errors: [] }
  const typesOf = (columns: readonly LearnedColumn[]): Types =>
    new Map(columns.map(({ name, learned: { type } }) => [name, type]))
  const own = typesOf(learned)
  const types = typesOf([...learned, ...clocks])
  const errors: GenesisError[] = []
  const uses = new Uses()
  const equals: { column: string; formula: Formula }[] = []
  const orders: { low: string; high: string }[] = []
  const untied = new Set<string>()
  for (const [name, settings] of file.columns) {
    const type = own.get(name)
    if (settings.relations === 'off') untied.add(name)
    if (type === undefined) continue
    const kind = typeOfField(type)
    if (settings.equals !== undefined) {
      const place = file.place(['columns', name, 'equals'])
      const formula = attempt(errors, () => formulaFor(name, kind, settings.equals!, types, uses, place))
      if (formula !== null) equals.push({ column: name, formula })
    }
    for (const key of ['after', 'before'] as const) {
      for (const other of [settings[key] ?? []].flat()) {
        const place = file.place(['columns', name, key])
        const found = attempt(errors, () => checkedOrder(name, kind, other, types, place))
        if (found !== null) orders.push(key === 'after' ? { low: other, high: name } : { low: name, high: other })
      }
    }
  }
  for (const { low, high } of orders) {
    if (!orders.some((other) => other.low === high && other.high === low)) continue
    errors.push(invalid(file.place(['columns', high]), 'two columns are each after the other', `${low}, ${high}`))
    break
  }
  const forbid = file.forbid.flatMap((text, index) => {
    const place = file.place(['forbid', String(index)])
    return attempt(errors, () => forbiddenBy(text, own, place)) ?? []
  })
  return { stated: { equals, orders, untied, forbid }, errors }
}

/** Number of the table's rows that satisfy a forbidden condition. */
export function forbiddenRows(formula: Formula, learned: readonly LearnedColumn[]): number {
  const holds = computedOf(formula, { kind: 'integer' }, 'half', partsIn(learned), learned[0].raw.codes.length)
  return holds.reduce((sum, each) => sum + (each === 1 ? 1 : 0), 0)
}

function attempt<T>(errors: GenesisError[], read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    errors.push(error)
    return null
  }
}

type Types = ReadonlyMap<string, LearnedColumn['learned']['type']>

function formulaFor(
  name: string,
  kind: ExpressionType,
  text: string,
  columns: Types,
  uses: Uses,
  place: string,
): Formula {
  const { formula, type } = readExpression(text, { columns, place })
  if (type !== kind && type !== 'null') {
    const remedy = type === 'duration' ? 'Divide it by a duration, as in (a - b) / duration("1d")' : undefined
    throw invalid(place, `a ${kind} column cannot equal a ${type}`, text, `an expression that is a ${kind}`, remedy)
  }
  const parts = columnsIn(formula)
  if (parts.length === 0)
    throw invalid(place, 'an expression without a column', text, 'an expression over other columns')
  const round = parts.find((part) => uses.needs(part, name))
  if (round !== undefined)
    throw invalid(
      place,
      'columns are defined by each other in a cycle',
      `${name} = ${text}`,
      `an expression without ${round}`,
    )
  uses.add(name, parts)
  return formula
}

function forbiddenBy(text: string, columns: Types, place: string): Formula[] {
  const { formula, type } = readExpression(text, { columns, place })
  if (type !== 'boolean')
    throw invalid(place, `a ${type} is not a condition`, text, 'an expression such as paid > total')
  return [formula]
}

function checkedOrder(name: string, kind: ExpressionType, other: string, columns: Types, place: string): true {
  const type = columns.get(other)
  if (type === undefined || other === name) {
    const names = [...columns.keys()].filter((each) => each !== name)
    throw invalid(place, 'not another learned column', other, nearest(other, names) ?? names.join(', '))
  }
  if (typeOfField(type) !== kind)
    throw invalid(place, 'the columns cannot be compared', `${other} is a ${typeOfField(type)}`, `a ${kind}`)
  return true
}

function invalid(place: string, what: string, found: string, expected?: string, remedy?: string): GenesisError {
  return new GenesisError('CONFIG_INVALID', what, {
    ...{ place, found },
    ...(expected !== undefined && { expected }),
    ...(remedy !== undefined && { remedy }),
  })
}
