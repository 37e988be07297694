/**
 * Reads expressions in the Common Expression Language (https://github.com/google/cel-spec) over a record's columns into a `Formula`.
 * docs/expressions.md lists the differences from CEL.
 */
import { parse, ParseError, type ASTNode } from '@marcbachmann/cel-js'
import { nearest } from '../../config/nearest.js'
import { parseDuration } from '../../config/quantity.js'
import { GenesisError } from '../../errors.js'
import type { FieldType } from '../../record.js'
import { heldTimestamp } from '../held.js'
import type { Formula, FormulaOperator } from './formula.js'

/** The type of an expression's value. `null` fits every type. A time is a date or a timestamp. */
export type ExpressionType = 'number' | 'text' | 'boolean' | 'time' | 'duration' | 'null'

export interface Expression {
  readonly formula: Formula
  readonly type: ExpressionType
}

export interface ExpressionOptions {
  /** The columns that may be used, and their types. */
  readonly columns: ReadonlyMap<string, FieldType>
  /** The expression's location for messages, such as "columns.yaml: columns.total.equals". */
  readonly place: string
}

/**
 * Reads an expression and checks its columns and types. Throws CONFIG_INVALID, naming the invalid part.
 */
export function readExpression(text: string, { columns, place }: ExpressionOptions): Expression {
  return new Reader(columns, place).read(syntaxTree(text, place))
}

/** The columns that an expression uses, each once. Checks only the syntax. Throws CONFIG_INVALID if that is wrong. */
export function columnsInExpression(text: string, place: string): string[] {
  const names = new Set<string>()
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(visit)
    if (typeof part !== 'object' || part === null || !('op' in part)) return
    const node = part as ASTNode
    const name = columnName(node)
    if (name !== null) names.add(name)
    else visit(node.args)
  }
  visit(syntaxTree(text, place))
  return [...names]
}

export function typeOfField({ kind }: FieldType): ExpressionType {
  switch (kind) {
    case 'string':
    case 'uuid':
      return 'text'
    case 'boolean':
      return 'boolean'
    case 'date':
    case 'timestamp':
      return 'time'
    default:
      return 'number'
  }
}

function syntaxTree(text: string, place: string): ASTNode {
  try {
    return parse(text).ast
  } catch (cause) {
    if (!(cause instanceof ParseError)) throw cause
    const at = cause.range?.start
    throw new GenesisError('CONFIG_INVALID', 'not an expression', {
      place: at === undefined ? place : `${place}, character ${at + 1}`,
      found: text,
      expected: 'an expression such as price * count',
      remedy: cause.summary,
      cause,
    })
  }
}

/** `name`, `a.b` for a column of that name, or row["Order ID"]; null: something else. */
function columnName(node: ASTNode): string | null {
  if (node.op === 'id') return node.args
  if (node.op === '.') {
    const owner = columnName(node.args[0])
    return owner === null ? null : `${owner}.${node.args[1]}`
  }
  if (node.op !== '[]') return null
  const [owner, key] = node.args
  return owner.op === 'id' && owner.args === 'row' && key.op === 'value' && typeof key.args === 'string'
    ? key.args
    : null
}

const functions: Readonly<Record<string, FormulaOperator>> = {
  ...{ floor: 'floor', ceil: 'ceil', abs: 'abs', min: 'min', max: 'max', size: 'length' },
  ...{ date: 'date', year: 'year', month: 'month', day: 'day', weekday: 'weekday' },
  ...{ hour: 'hour', minute: 'minute', second: 'second' },
}
const timeFunctions = ['date', 'year', 'month', 'day', 'weekday', 'hour', 'minute', 'second']
const otherFunctions = ['round', 'timestamp', 'duration']

/** CEL's own methods on texts and times; its months and days of the month count from 0. */
const methods: Readonly<Record<string, readonly [op: FormulaOperator, less?: number]>> = {
  ...{ getFullYear: ['year'], getMonth: ['month', 1], getDate: ['day'], getDayOfMonth: ['day', 1] },
  ...{ getDayOfWeek: ['weekday'], getHours: ['hour'], getMinutes: ['minute'], getSeconds: ['second'] },
  ...{ startsWith: ['starts_with'], endsWith: ['ends_with'], contains: ['contains'] },
  ...{ lowerAscii: ['lower'], upperAscii: ['upper'], size: ['length'] },
}

class Reader {
  constructor(
    readonly columns: ReadonlyMap<string, FieldType>,
    readonly place: string,
  ) {}

  read(node: ASTNode): Expression {
    const name = columnName(node)
    if (name !== null) return this.#column(node, name)
    switch (node.op) {
      case 'value':
        return this.#constant(node, node.args)
      case '-_':
        return this.#negative(node.args)
      case '!_':
        return { formula: { op: 'not', of: [this.#typed(node.args, 'boolean')] }, type: 'boolean' }
      case '&&':
      case '||': {
        const of = node.args.map((part) => this.#typed(part, 'boolean'))
        return { formula: { op: node.op === '&&' ? 'and' : 'or', of }, type: 'boolean' }
      }
      case '?:':
        return this.#choice(node, ...node.args)
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
        return this.#comparison(node, node.op === '==' ? '=' : node.op, ...node.args)
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return this.#arithmetic(node, node.op, ...node.args)
      case 'in':
        return this.#isIn(node, ...node.args)
      case 'call':
        return this.#call(node, ...node.args)
      case 'rcall':
        return this.#method(node, ...node.args)
      default:
        return this.#wrong(node, 'not supported in an expression', 'columns, numbers, texts, operators and functions')
    }
  }

  #column(node: ASTNode, name: string): Expression {
    const type = this.columns.get(name)
    if (type !== undefined) return { formula: { column: name }, type: typeOfField(type) }
    const likely = nearest(name, this.columns.keys())
    const known = [...this.columns.keys()].slice(0, 12).join(', ')
    return this.#wrong(node, 'unknown column', likely === undefined ? `one of ${known}` : `${likely}, perhaps`)
  }

  #constant(node: ASTNode, value: unknown): Expression {
    if (value === null) return { formula: null, type: 'null' }
    if (typeof value === 'string') return { formula: { text: value }, type: 'text' }
    if (typeof value === 'boolean') return { formula: Number(value), type: 'boolean' }
    const number = Number(value)
    if (Number.isFinite(number) && Math.abs(number) <= Number.MAX_SAFE_INTEGER)
      return { formula: number, type: 'number' }
    return this.#wrong(node, 'number out of range', 'a number up to 2^53')
  }

  #negative(node: ASTNode): Expression {
    const { formula, type } = this.read(node)
    if (type !== 'number' && type !== 'duration') this.#mismatch(node, type, 'a number')
    return { formula: typeof formula === 'number' ? -formula : { op: '-', of: [0, formula] }, type }
  }

  #choice(node: ASTNode, condition: ASTNode, then: ASTNode, otherwise: ASTNode): Expression {
    const test = this.#typed(condition, 'boolean')
    const [a, b] = [this.read(then), this.read(otherwise)]
    if (a.type !== b.type && a.type !== 'null' && b.type !== 'null')
      this.#wrong(node, 'the two branches have different types', `${a.type} or ${b.type} in both`)
    return { formula: { op: 'if', of: [test, a.formula, b.formula] }, type: a.type === 'null' ? b.type : a.type }
  }

  #comparison(node: ASTNode, op: '=' | '!=' | '<' | '<=' | '>' | '>=', left: ASTNode, right: ASTNode): Expression {
    let [a, b] = [this.read(left), this.read(right)]
    if (a.type === 'null' || b.type === 'null') {
      if (op !== '=' && op !== '!=') this.#wrong(node, 'null has no order', '== null or != null')
      const missing: Formula = { op: 'missing', of: [a.type === 'null' ? b.formula : a.formula] }
      return { formula: op === '=' ? missing : { op: 'not', of: [missing] }, type: 'boolean' }
    }
    // Times are compared with texts such as "2024-01-31".
    if (a.type === 'time') b = this.#asTime(right, b)
    else if (b.type === 'time') a = this.#asTime(left, a)
    if (a.type !== b.type) this.#mismatch(right, b.type, a.type)
    return { formula: { op, of: [a.formula, b.formula] }, type: 'boolean' }
  }

  #asTime(node: ASTNode, { formula, type }: Expression): Expression {
    if (type !== 'text' || formula === null || typeof formula !== 'object' || !('text' in formula))
      return { formula, type }
    return { formula: this.#time(node, formula.text), type: 'time' }
  }

  #time(node: ASTNode, text: string): number {
    const ms = heldTimestamp(text)
    if (ms === null) this.#wrong(node, 'not a time', 'ISO 8601, such as "2024-01-31" or "2024-01-31T12:00:00Z"')
    return ms
  }

  #arithmetic(node: ASTNode, op: '+' | '-' | '*' | '/' | '%', left: ASTNode, right: ASTNode): Expression {
    const [a, b] = [this.read(left), this.read(right)]
    const type = results[`${a.type} ${op} ${b.type}`]
    if (type === undefined) return this.#wrong(node, `${a.type} ${op} ${b.type} is not defined`, 'compatible operands')
    return { formula: { op: type === 'text' ? 'concat' : op, of: [a.formula, b.formula] }, type }
  }

  #isIn(node: ASTNode, value: ASTNode, list: ASTNode): Expression {
    if (list.op !== 'list' || list.args.length === 0)
      return this.#wrong(node, 'in needs a list of values', '["a", "b"] after in')
    const of = list.args.map((item) => this.#comparison(node, '=', value, item).formula)
    return { formula: of.length === 1 ? of[0] : { op: 'or', of }, type: 'boolean' }
  }

  #call(node: ASTNode, name: string, given: readonly ASTNode[]): Expression {
    if (name === 'timestamp' || name === 'duration') return this.#literal(node, name, given)
    if (name === 'round') return this.#round(node, given)
    const op = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (op === undefined) {
      const known = [...Object.keys(functions), ...otherFunctions]
      const likely = nearest(name, known)
      return this.#wrong(node, 'unknown function', likely === undefined ? `one of ${known.join(', ')}` : likely)
    }
    if (op === 'min' || op === 'max') {
      if (given.length < 2) this.#wrong(node, `${name} takes at least two values`, `${name}(a, b)`)
      const parts = given.map((part) => this.read(part))
      const [{ type }] = parts
      if (type !== 'number' && type !== 'time' && type !== 'duration') this.#mismatch(given[0], type, 'a number')
      parts.forEach((part, index) => {
        if (part.type !== type) this.#mismatch(given[index], part.type, type)
      })
      return { formula: { op, of: parts.map(({ formula }) => formula) }, type }
    }
    if (given.length !== 1) this.#wrong(node, `${name} takes one value`, `${name}(…)`)
    if (timeFunctions.includes(name)) return this.#partOfTime(op, given[0])
    if (op === 'length') return { formula: { op, of: [this.#typed(given[0], 'text')] }, type: 'number' }
    return { formula: { op, of: [this.#typed(given[0], 'number')] }, type: 'number' }
  }

  #partOfTime(op: FormulaOperator, node: ASTNode): Expression {
    const { formula, type } = this.#asTime(node, this.read(node))
    if (type !== 'time') this.#mismatch(node, type, 'a time')
    return { formula: { op, of: [formula] }, type: op === 'date' ? 'time' : 'number' }
  }

  #literal(node: ASTNode, name: 'timestamp' | 'duration', given: readonly ASTNode[]): Expression {
    const [part] = given
    if (given.length !== 1 || part.op !== 'value' || typeof part.args !== 'string')
      return this.#wrong(
        node,
        `${name} takes one text`,
        name === 'duration' ? 'duration("36h")' : 'timestamp("2024-01-31T12:00:00Z")',
      )
    if (name === 'timestamp') return { formula: this.#time(part, part.args), type: 'time' }
    const ms = durationOf(part.args)
    if (ms === null) return this.#wrong(part, 'not a duration', 'such as "90s", "1h30m" or "2d"')
    return { formula: ms, type: 'duration' }
  }

  #round(node: ASTNode, given: readonly ASTNode[]): Expression {
    const [value, digits] = given
    if (given.length === 0 || given.length > 2)
      this.#wrong(node, 'round takes one or two values', 'round(x) or round(x, 2)')
    const places = digits === undefined ? 0 : digits.op === 'value' ? Number(digits.args) : NaN
    if (!Number.isInteger(places) || places < 0 || places > 9)
      this.#wrong(digits, 'not a number of decimal places', 'a number from 0 to 9')
    return { formula: { op: 'round', of: [this.#typed(value, 'number'), places] }, type: 'number' }
  }

  #method(node: ASTNode, name: string, owner: ASTNode, given: readonly ASTNode[]): Expression {
    if (!Object.hasOwn(methods, name))
      return this.#wrong(
        node,
        'unknown function',
        nearest(name, Object.keys(methods)) ?? Object.keys(methods).join(', '),
      )
    const [op, less = 0] = methods[name]
    if (name.startsWith('get')) {
      if (given.length > 0) this.#wrong(node, `${name} takes no value: times are in UTC`, `${name}()`)
      const { formula, type } = this.#partOfTime(op, owner)
      return { formula: less === 0 ? formula : { op: '-', of: [formula, less] }, type }
    }
    const text = this.#typed(owner, 'text')
    const takes = op === 'starts_with' || op === 'ends_with' || op === 'contains' ? 1 : 0
    if (given.length !== takes)
      this.#wrong(node, `${name} takes ${takes === 1 ? 'one text' : 'no value'}`, `${name}(…)`)
    const type = takes === 1 ? 'boolean' : op === 'length' ? 'number' : 'text'
    return { formula: { op, of: [text, ...given.map((part) => this.#typed(part, 'text'))] }, type }
  }

  #typed(node: ASTNode, wanted: ExpressionType): Formula {
    const { formula, type } = this.read(node)
    if (type !== wanted) this.#mismatch(node, type, wanted)
    return formula
  }

  #mismatch(node: ASTNode, type: ExpressionType, expected: string): never {
    return this.#wrong(node, `a ${type} is not allowed here`, expected)
  }

  #wrong(node: ASTNode, what: string, expected: string): never {
    const { start, end } = node.range
    throw new GenesisError('CONFIG_INVALID', what, {
      place: `${this.place}, character ${start + 1}`,
      found: node.input.slice(start, end),
      expected,
    })
  }
}

const results: Readonly<Record<string, ExpressionType>> = {
  ...{ 'number + number': 'number', 'number - number': 'number', 'number * number': 'number' },
  ...{ 'number / number': 'number', 'number % number': 'number', 'text + text': 'text' },
  ...{ 'time - time': 'duration', 'time + duration': 'time', 'time - duration': 'time', 'duration + time': 'time' },
  ...{ 'duration + duration': 'duration', 'duration - duration': 'duration', 'duration / duration': 'number' },
  ...{ 'duration * number': 'duration', 'number * duration': 'duration', 'duration / number': 'duration' },
}

/** The milliseconds of a CEL duration, such as 1h30m or -1.5s, which may also have days; null: not a duration. */
function durationOf(text: string): number | null {
  const parts = /^(-?)((?:\d+(?:\.\d+)?(?:d|h|ms|m|s))+)$/.exec(text)
  if (parts === null) return null
  const all = parts[2].match(/\d+(?:\.\d+)?[a-z]+/g) ?? []
  const sum = all.reduce((ms, part) => ms + (parseDuration(part) ?? NaN), 0)
  return Number.isNaN(sum) ? null : parts[1] === '-' ? -sum : sum
}
