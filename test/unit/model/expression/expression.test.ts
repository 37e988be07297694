import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluate } from '@marcbachmann/cel-js'
import fc from 'fast-check'
import type { FieldType, Value, Vector } from '#src/record.js'
import { GenesisError } from '#src/errors.js'
import { columnsInExpression, readExpression } from '#src/model/expression/expression.js'
import { columnsIn, formulaText, type Formula } from '#src/model/expression/formula.js'
import { inputOf } from '#src/model/expression/input.js'
import { compileCondition, compileFormula, compileText } from '#src/model/expression/program.js'
import { heldDate, heldTimestamp } from '#src/model/held.js'

interface Cell {
  readonly type: FieldType
  readonly held: Value
}

/** One record, in the held form. */
const record: Readonly<Record<string, Cell>> = {
  price: { type: { kind: 'decimal', scale: 2 }, held: 1999 },
  discount: { type: { kind: 'decimal', scale: 2 }, held: 15 },
  count: { type: { kind: 'integer' }, held: 3 },
  weight: { type: { kind: 'double' }, held: 0.25 },
  gone: { type: { kind: 'integer' }, held: null },
  city: { type: { kind: 'string' }, held: 'Graz' },
  'Order ID': { type: { kind: 'integer' }, held: 7 },
  'address.zip': { type: { kind: 'string' }, held: '8010' },
  nobody: { type: { kind: 'string' }, held: null },
  paid: { type: { kind: 'boolean' }, held: true },
  ordered: { type: { kind: 'timestamp' }, held: heldTimestamp('2024-02-28T22:30:05Z') },
  due: { type: { kind: 'date' }, held: heldDate('2024-03-31') },
}
const columns = new Map(Object.entries(record).map(([name, { type }]) => [name, type]))
const options = { columns, place: 'total' }

function inputs(name: string): ReturnType<typeof inputOf> {
  const { type, held } = record[name]
  const coded = typeof held === 'string' || typeof held === 'boolean' || type.kind === 'string'
  const vector: Vector = coded
    ? { kind: 'dictionary', codes: Uint16Array.of(0) }
    : { kind: 'number', values: Float64Array.of(held === null ? NaN : Number(held)), codes: undefined }
  return inputOf(type, vector, [held])
}

/** The value of an expression; numbers rounded to four decimal places. */
function valueOf(text: string): Value {
  const { formula, type } = readExpression(text, options)
  if (type === 'text') return compileText(formula, inputs).run(0, 1)[0]
  if (type === 'boolean') {
    const [value] = compileCondition(formula, inputs).run(0, 1)
    return Number.isNaN(value) ? null : value === 1
  }
  const [held] = compileFormula(formula, inputs, { kind: 'decimal', scale: 4 }).run(0, 1)
  return Number.isNaN(held) ? null : held / 10_000
}

const values: readonly [string, Value][] = [
  ['price * count', 59.97],
  ['price * count * (1 - discount)', 50.9745],
  ['round(price * count * (1 - discount), 2)', 50.97],
  ['round(price)', 20],
  ['-price + 20', 0.01],
  ['7 / 2', 3.5],
  ['floor(7 / 2) + ceil(7 / 2)', 7],
  ['-7 % 3', 2],
  ['weight * 2', 0.5],
  ['min(price, count, 5)', 3],
  ['abs(count - 10)', 7],
  ['gone + 1', null],
  ['row["Order ID"] + 1', 8],
  ['count > 2 ? price : 0', 19.99],
  ['count > 3 ? price : null', null],
  ['gone > 3 ? 1 : 2', null],
  ['paid', true],
  ['!paid || count == 3', true],
  ['gone > 3', null],
  ['gone > 3 && count == 4', false],
  ['gone > 3 || count == 3', true],
  ['gone == null', true],
  ['city != null', true],
  ['price == 19.99', true],
  ['price >= 19.991', false],
  ['city == "Graz"', true],
  ['"Graz" < city', false],
  ['city in ["Wien", "Graz"]', true],
  ['count in [1, 2]', false],
  ['nobody == "x"', null],
  ['city.startsWith("Gr") && city.contains("ra") && !city.endsWith("x")', true],
  ['city + " " + address.zip', 'Graz 8010'],
  ['city + nobody', null],
  ['city.lowerAscii()', 'graz'],
  ['paid ? city : "?"', 'Graz'],
  ['paid ? null : "?"', null],
  ['size(city)', 4],
  ['due > ordered', true],
  ['due >= "2024-03-31"', true],
  ['(due - date(ordered)) / duration("1d")', 32],
  ['ordered + duration("1h30m") > timestamp("2024-02-29T00:00:05Z")', false],
  ['ordered + duration("90m") == "2024-02-29T00:00:05Z"', true],
  ['year(ordered) * 10000 + month(ordered) * 100 + day(ordered)', 20_240_228],
  ['hour(ordered) * 100 + minute(ordered)', 2230],
  ['weekday(ordered)', 3],
  ['ordered.getMonth() + ordered.getDayOfMonth() + ordered.getDate()', 56],
]

for (const [text, value] of values) {
  test(`${text} is ${value === null ? 'missing' : value}`, () => assert.equal(valueOf(text), value))
}

const mistakes: readonly [string, RegExp][] = [
  ['price *', /not an expression/],
  ['price * cuont', /unknown column.*character 9.*cuont.*count/s],
  ['price + city', /number \+ text is not defined.*price \+ city/s],
  ['price > city', /a text is not allowed here.*number/s],
  ['flor(price)', /unknown function.*floor/s],
  ['price ? 1 : 2', /a number is not allowed here.*boolean/s],
  ['paid ? 1 : "a"', /the two branches have different types/],
  ['due > "31.3.2024"', /not a time.*ISO 8601/s],
  ['ordered + 3', /time \+ number is not defined/],
  ['duration("3 weeks") + ordered', /not a duration/],
  ['price > null', /null has no order/],
  ['count in city', /in needs a list/],
  ['[1, 2]', /not supported/],
  ['round(price, 20)', /decimal places/],
  ['city.getMonth()', /a text is not allowed here.*a time/s],
]

for (const [text, message] of mistakes) {
  test(`a mistake is named: ${text}`, () => {
    assert.throws(
      () => readExpression(text, options),
      (error) => {
        assert.ok(error instanceof GenesisError)
        assert.equal(error.code, 'CONFIG_INVALID')
        assert.match(`${error.what} ${JSON.stringify(error.details)}`, message)
        return true
      },
    )
  })
}

test('the columns of an expression are known before their types', () => {
  assert.deepEqual(columnsInExpression('a > 1 ? b.c : min(row["d e"], size(f)) + a', 'x'), ['a', 'b.c', 'd e', 'f'])
  const { formula } = readExpression('price * count > 3 ? count : count', options)
  assert.deepEqual(columnsIn(formula), ['price', 'count'])
  assert.equal(formulaText(formula), 'if(price × count > 3, count, count)')
})

const small = fc.integer({ min: -1000, max: 1000 })
const integerExpression = fc.letrec<{ whole: string; truth: string }>((tie) => ({
  whole: fc.oneof(
    { maxDepth: 3 },
    small.map(String),
    fc.constantFrom('a', 'b'),
    fc.tuple(tie('whole'), fc.constantFrom('+', '-', '*'), tie('whole')).map(([l, op, r]) => `(${l} ${op} ${r})`),
    fc.tuple(tie('truth'), tie('whole'), tie('whole')).map(([test, l, r]) => `(${test} ? ${l} : ${r})`),
  ),
  truth: fc.oneof(
    { maxDepth: 2 },
    fc
      .tuple(tie('whole'), fc.constantFrom('<', '<=', '==', '!=', '>'), tie('whole'))
      .map(([l, op, r]) => `(${l} ${op} ${r})`),
    fc.tuple(tie('truth'), fc.constantFrom('&&', '||'), tie('truth')).map(([l, op, r]) => `(${l} ${op} ${r})`),
    tie('truth').map((test) => `!${test}`),
  ),
}))

test('integers and conditions have the values that CEL gives them', () => {
  fc.assert(
    fc.property(integerExpression.whole, small, small, (text, a, b) => {
      const expected = Number(evaluate(text, { a: BigInt(a), b: BigInt(b) }) as bigint)
      fc.pre(Math.abs(expected) < 2 ** 50)
      const integers = new Map<string, FieldType>(['a', 'b'].map((name) => [name, { kind: 'integer' }]))
      const { formula } = readExpression(text, { columns: integers, place: 'x' })
      const number = (name: string): ReturnType<typeof inputOf> =>
        inputOf(
          { kind: 'integer' },
          { kind: 'number', values: Float64Array.of(name === 'a' ? a : b), codes: undefined },
        )
      assert.equal(compileFormula(formula, number, { kind: 'integer' }).run(0, 1)[0], expected)
    }),
  )
})

test('formulas of integers are never minus zero, and fractions are rounded', () => {
  const x = (values: readonly number[]): ((name: string) => ReturnType<typeof inputOf>) => {
    const vector: Vector = { kind: 'number', values: Float64Array.from(values), codes: undefined }
    return () => inputOf({ kind: 'integer' }, vector)
  }
  const given = [-1, 0, 1, 7, -8]
  const valuesOf = (formula: Formula): number[] => [
    ...compileFormula(formula, x(given), { kind: 'integer' }).run(0, given.length).slice(0, given.length),
  ]
  const column: Formula = { column: 'x' }
  assert.deepEqual(valuesOf({ op: 'ceil', of: [{ op: '/', of: [column, 2] }] }), [0, 0, 1, 4, -4])
  assert.deepEqual(valuesOf({ op: 'floor', of: [{ op: '/', of: [column, 2] }] }), [-1, 0, 0, 3, -4])
  assert.deepEqual(valuesOf({ op: '*', of: [column, 0] }), [0, 0, 0, 0, 0])
  assert.deepEqual(
    valuesOf({
      op: '+',
      of: [
        { op: '*', of: [column, 0] },
        { op: '*', of: [column, 0] },
      ],
    }),
    [0, 0, 0, 0, 0],
  )
  assert.deepEqual(valuesOf({ op: '/', of: [column, 2] }), [-1, 0, 1, 4, -4])
  assert.deepEqual(valuesOf({ op: '*', of: [column, 0.5] }), [-1, 0, 1, 4, -4])
  assert.deepEqual(valuesOf({ op: '-', of: [column, 1, 2] }), [-4, -3, -2, 4, -11])
})
