import type { FieldType, Value } from '../../record.js'
import type { ModelColumn } from '../model.js'
import { heldDecimal, heldInstant } from '../held.js'
import { invalid, unknownName } from './condition-error.js'
import { nextUp, subtract, union, type Intervals } from './intervals.js'
import { likeTest } from './like.js'

/** The values for which a predicate on one column is true. A comparison, including != and not_in, is never true for a missing value. */
export interface Predicate {
  readonly missing: boolean
  /** For texts and booleans. */
  readonly of: (value: string | boolean) => boolean
  /** For numbers, in the held form. */
  readonly region: Intervals
}

type Operand = string | number | boolean | null

const everything: Intervals = [[-Infinity, Infinity]]
const operators = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'between',
  'in',
  'not_in',
  'is_null',
  'not_null',
  'like',
  'starts_with',
]

/** A predicate in its literal form: a value, [operator, …operands], or a list of these that must all hold. */
export function parsePredicates(literal: unknown, column: ModelColumn, path: string): Predicate[] {
  if (!Array.isArray(literal)) return [comparison('=', [literal], column, path)]
  const list = literal as unknown[]
  if (list.length > 0 && list.every(Array.isArray)) return list.map((one, i) => parseOne(one, column, `${path}[${i}]`))
  return [parseOne(list, column, path)]
}

function parseOne([operator, ...operands]: unknown[], column: ModelColumn, path: string): Predicate {
  if (typeof operator !== 'string')
    invalid(path, 'a condition starts with its operator', operator, `one of ${operators.join(' ')}, as in [">", 10]`)
  if (!operators.includes(operator)) unknownName(path, 'unknown operator', operator, operators)
  return comparison(operator, operands, column, path)
}

function comparison(operator: string, given: unknown[], column: ModelColumn, path: string): Predicate {
  const { kind } = column.type
  // ['in', [a, b]] and ['in', a, b] are the same.
  const operands = given.length === 1 && Array.isArray(given[0]) ? (given[0] as unknown[]) : given
  const held = (index: number): Operand => heldOf(operands[index], column, path)
  const one = (): Operand => {
    if (given.length !== 1 || Array.isArray(given[0])) invalid(path, `${operator} takes one value`, given, 'one value')
    return held(0)
  }
  switch (operator) {
    case 'is_null':
    case 'not_null':
      if (given.length > 0) invalid(path, `${operator} takes no value`, given, `["${operator}"]`)
      return operator === 'is_null' ? missingOnly : presentOnly
    case '=':
      return anyOf([one()])
    case '!=':
      return noneOf([one()])
    case 'in':
    case 'not_in': {
      if (operands.length === 0)
        invalid(path, `${operator} takes a list of values`, given, `["${operator}", [a, b, …]]`)
      const values = operands.map((_, index) => held(index))
      return operator === 'in' ? anyOf(values) : noneOf(values)
    }
    case 'like':
    case 'starts_with': {
      const pattern = one()
      if ((kind !== 'string' && kind !== 'uuid') || typeof pattern !== 'string')
        invalid(path, `${operator} is for texts`, `a ${kind} column`, 'a column of texts')
      const matches = operator === 'like' ? likeTest(pattern) : (text: string) => text.startsWith(pattern)
      return { missing: false, of: (value) => typeof value === 'string' && matches(value), region: [] }
    }
    case 'between': {
      if (operands.length !== 2) invalid(path, 'between takes two values', given, '["between", low, high]')
      const [low, high] = [ordered(held(0), column, path), ordered(held(1), column, path)]
      if (low > high)
        invalid(
          path,
          'between takes the lower value first',
          operands,
          `a first value of at most ${String(operands[1])}`,
        )
      return both(compare('>=', low), compare('<=', high))
    }
    default:
      return compare(operator, ordered(one(), column, path))
  }
}

const missingOnly: Predicate = { missing: true, of: () => false, region: [] }
const presentOnly: Predicate = { missing: false, of: () => true, region: everything }

/** True for these values. */
export function anyOf(values: readonly Operand[]): Predicate {
  const set = new Set(values)
  const numbers = values.filter((value) => typeof value === 'number')
  return {
    missing: set.has(null),
    of: (value) => set.has(value),
    region: union(numbers.map((number): [number, number] => [number, nextUp(number)])),
  }
}

function noneOf(values: readonly Operand[]): Predicate {
  const { of, region } = anyOf(values)
  return { missing: false, of: (value) => !of(value), region: subtract(everything, region) }
}

function both(a: Predicate, b: Predicate): Predicate {
  return {
    missing: false,
    of: (value) => a.of(value) && b.of(value),
    region: subtract(a.region, subtract(everything, b.region)),
  }
}

function compare(operator: string, bound: string | number): Predicate {
  if (typeof bound === 'string') {
    const tests: Record<string, (value: string) => boolean> = {
      '>': (value) => value > bound,
      '>=': (value) => value >= bound,
      '<': (value) => value < bound,
      '<=': (value) => value <= bound,
    }
    const test = tests[operator]
    return { missing: false, of: (value) => typeof value === 'string' && test(value), region: [] }
  }
  const regions: Record<string, Intervals> = {
    '>': [[nextUp(bound), Infinity]],
    '>=': [[bound, Infinity]],
    '<': [[-Infinity, bound]],
    '<=': [[-Infinity, nextUp(bound)]],
  }
  return { missing: false, of: () => false, region: regions[operator] }
}

function ordered(value: Operand, { name, type }: ModelColumn, path: string): string | number {
  if (typeof value === 'boolean' || value === null)
    invalid(path, `${name} cannot be ordered against this value`, value, `= or != for a ${type.kind}`)
  return value
}

/** A value in the conditions, in the column's held form. */
function heldOf(value: unknown, { name, type }: ModelColumn, path: string): Operand {
  if (value === null) return null
  const held = conversions[type.kind](value instanceof Date ? isoOf(value, type) : value, type)
  if (held === null)
    invalid(path, `not a value of the ${type.kind} column ${name}`, value, forms[type.kind], operatorIn(value))
  return held
}

/** What was probably meant by a text such as "> 100": the operator and its value in a list. */
export function operatorIn(value: unknown): [string, string | number] | undefined {
  const [, operator, operand] =
    (typeof value === 'string' && /^\s*(>=|<=|!=|<>|==|[><=])\s*(.*\S)\s*$/.exec(value)) || []
  if (operator === undefined) return undefined
  const known: Record<string, string> = { '<>': '!=', '==': '=' }
  const isNumber = Number.isFinite(Number(operand))
  return [known[operator] ?? operator, isNumber ? Number(operand) : operand]
}

function isoOf(date: Date, type: FieldType): string | null {
  if (Number.isNaN(date.getTime())) return null
  return date.toISOString().slice(0, type.kind === 'date' ? 10 : undefined)
}

const text = (value: unknown): Operand => (typeof value === 'string' ? value : null)
const number = (value: unknown): Operand => (typeof value === 'number' && Number.isFinite(value) ? value : null)

const instant = (value: unknown, type: FieldType): Operand =>
  typeof value === 'string' ? heldInstant(value, type) : null

const conversions: Record<FieldType['kind'], (value: unknown, type: FieldType) => Value> = {
  string: text,
  uuid: text,
  boolean: (value) => (typeof value === 'boolean' ? value : null),
  integer: number,
  double: number,
  decimal: (value, type) =>
    number(value) === null || type.kind !== 'decimal' ? null : heldDecimal(value as number, type.scale),
  date: instant,
  timestamp: instant,
  time: instant,
  list: () => null,
  json: () => null,
}

const forms: Record<FieldType['kind'], string> = {
  string: 'text',
  uuid: 'text',
  boolean: 'true or false',
  integer: 'a number',
  double: 'a number',
  decimal: 'a number',
  date: 'a date such as "2024-05-31"',
  timestamp: 'a time such as "2024-05-31T12:00:00Z"',
  list: 'no condition on a list',
  json: 'no condition on a list',
  time: 'a time of day such as "12:30:00"',
}
