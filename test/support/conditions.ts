/** Conditions as a reader would check them on rows, written apart from how the program compiles them; and random ones. */
import fc from 'fast-check'
import type { Value } from '#src/record.js'
import type { Model } from '#src/model/model.js'
import { shownValue } from '#src/model/held.js'
import type { Row, RowValue } from '#src/model/rows.js'

type Literal = Record<string, unknown>

/** Whether a row satisfies conditions in their literal form (without mix). */
export function satisfies(row: Row, conditions: Literal): boolean {
  return Object.entries(conditions).every(([key, value]) => {
    if (key === 'any') return (value as Literal[]).some((part) => satisfies(row, part))
    if (key === 'all') return (value as Literal[]).every((part) => satisfies(row, part))
    if (key === 'not') return !satisfies(row, value as Literal)
    if (!Array.isArray(value)) return holds(row[key], '=', [value as Value])
    const list = (Array.isArray(value[0]) ? value : [value]) as [string, ...(Value | Value[])[]][]
    return list.every(([operator, ...operands]) => holds(row[key], operator, operands.flat()))
  })
}

function holds(found: RowValue, operator: string, operands: Value[]): boolean {
  const value = found as Value
  const [first, second] = operands
  switch (operator) {
    case 'is_null':
      return value === null
    case 'not_null':
      return value !== null
    case '=':
      return value === first
    case 'in':
      return operands.includes(value)
  }
  if (value === null) return false
  const [a, b] = [first, second] as [string, string]
  const text = value as string
  switch (operator) {
    case '!=':
      return value !== first
    case 'not_in':
      return !operands.includes(value)
    case '>':
      return text > a
    case '>=':
      return text >= a
    case '<':
      return text < a
    case '<=':
      return text <= a
    case 'between':
      return text >= a && text <= b
    case 'starts_with':
      return text.startsWith(a)
    case 'like':
      return new RegExp(`^${a.replaceAll('%', '.*').replaceAll('_', '.')}$`).test(text)
    default:
      throw new Error(`no such operator: ${operator}`)
  }
}

/** Conditions on a model's columns, most of which some record satisfies. */
export function anyConditions(model: Model): fc.Arbitrary<Literal> {
  const one = fc.oneof(...model.columns.filter(({ source }) => source.from === 'circuit').map(anyOnColumn))
  const both = fc.tuple(one, one).map(([a, b]) => ({ ...a, ...b }))
  const plain = fc.oneof(one, both)
  return fc.oneof(
    plain,
    fc.array(plain, { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    plain.map((not) => ({ not })),
    fc.tuple(plain, plain, plain).map(([a, b, c]) => ({ any: [a, { not: b }], all: [{ not: { all: [c, a] } }] })),
  )
}

function anyOnColumn({ name, type, source }: Model['columns'][number]): fc.Arbitrary<Literal> {
  if (source.from !== 'circuit') throw new Error('not a circuit column')
  const step = source.grain || (type.kind === 'double' ? 0.1 : 1)
  const held = source.alphabet.flatMap((symbol): (string | number | boolean)[] => {
    if (symbol === null) return []
    if (!Array.isArray(symbol)) return [symbol as string]
    const [low, high] = symbol as [number, number]
    return [low, high, low + step * Math.floor((high - low) / step / 2)]
  })
  const value = fc.constantFrom(...held.map((one) => shownValue(one, type)))
  const forms: fc.Arbitrary<unknown>[] = [
    value,
    value.map((v) => ['!=', v]),
    fc.array(value, { minLength: 1, maxLength: 3 }).map((values) => ['in', values]),
    fc.array(value, { minLength: 1, maxLength: 2 }).map((values) => ['not_in', values]),
    fc.constantFrom([['is_null']], [['not_null']]).map(([form]) => form),
  ]
  if (type.kind !== 'boolean') {
    const sorted = fc.tuple(value, value).map(([a, b]) => (a! <= b! ? [a, b] : [b, a]))
    forms.push(
      fc.tuple(fc.constantFrom('>', '>=', '<', '<='), value),
      sorted.map(([a, b]) => ['between', a, b]),
      sorted.map(([a, b]) => [
        ['>=', a],
        ['<', b],
      ]),
    )
  }
  if (type.kind === 'string') forms.push(fc.constantFrom(['like', '%b%'], ['like', 'a_'], ['starts_with', 'c']))
  return fc.oneof(...forms).map((form) => ({ [name]: form }))
}
