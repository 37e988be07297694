/**
 * What avro-random-generator documents of `arg.properties`, property by property: which values a field may have, or the refusal where it is
 * not supported. docs/schemas.md lists the differences.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'

type Judge = (values: unknown[]) => void

const count = 600

/** Exactly these values, as JSON. */
const only =
  (...expected: unknown[]): Judge =>
  (values) =>
    assert.deepEqual(
      new Set(values.map((value) => JSON.stringify(value))),
      new Set(expected.map((one) => JSON.stringify(one))),
    )

/** These first, in this order. */
const inTurn =
  (...expected: unknown[]): Judge =>
  (values) =>
    assert.deepEqual(values.slice(0, expected.length), expected)

/** All of them, and with these as the least and the most of what `of` finds. */
const between =
  (least: number, most: number, of: (value: unknown) => number): Judge =>
  (values) => {
    const found = values.map(of)
    assert.deepEqual([Math.min(...found), Math.max(...found)], [least, most])
  }
const each =
  (is: (value: unknown) => boolean): Judge =>
  (values) =>
    values.forEach((value) => assert.ok(is(value), JSON.stringify(value)))
const lengthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? Object.keys(value).length : String(value).length
const matches = (regex: RegExp): Judge => each((value) => regex.test(String(value)))

const enumOf = { type: 'enum', name: 'e', symbols: ['A', 'B', 'C'] }
const fixedOf = { type: 'fixed', name: 'f', size: 2 }
const record = {
  type: 'record',
  name: 'inner',
  fields: [
    { name: 'month', type: 'string' },
    { name: 'day', type: 'int' },
  ],
}
const [january, may] = [
  { month: 'January', day: 2 },
  { month: 'May', day: 1 },
]

const documented: Readonly<
  Record<string, readonly (readonly [what: string, type: unknown, properties: object, Judge])[]>
> = {
  options: [
    ['of null', 'null', { options: [null] }, only(undefined)],
    ['of boolean', 'boolean', { options: [true] }, only(true)],
    ['of int', 'int', { options: [42, -1] }, only(42, -1)],
    ['of long', 'long', { options: [4242424242424242] }, only(4242424242424242)],
    ['of float', 'float', { options: [42.5] }, only(42.5)],
    ['of double', 'double', { options: [42424242.42424242] }, only(42424242.42424242)],
    ['of bytes', 'bytes', { options: ['NDI='] }, only('NDI=')],
    ['of string', 'string', { options: ['is', 'was', 'will be'] }, only('is', 'was', 'will be')],
    ['of enum', enumOf, { options: ['A', 'C'] }, only('A', 'C')],
    ['of fixed', fixedOf, { options: ['42', 'EE'] }, only('42', 'EE')],
    [
      'of array',
      { type: 'array', items: 'string' },
      { options: [['Hello', 'world'], []] },
      only(['Hello', 'world'], []),
    ],
    [
      'of map',
      { type: 'map', values: 'int' },
      { options: [{ zero: 0 }, { one: 1, two: 2 }] },
      only({ zero: 0 }, { one: 1, two: 2 }),
    ],
    ['of record', record, { options: [january, may] }, only(january, may)],
    ['in a union', ['null', { type: 'int', 'arg.properties': { options: [7] } }], {}, only(7, null)],
  ],
  iteration: [
    ['steps by 1', 'int', { iteration: { start: 0 } }, inTurn(0, 1, 2, 3)],
    ['goes back to start at restart', 'int', { iteration: { start: 1, restart: 4 } }, inTurn(1, 2, 3, 1)],
    ['goes down if restart is below start', 'long', { iteration: { start: 4, restart: 1 } }, inTurn(4, 3, 2, 4)],
    ['has a step', 'double', { iteration: { start: 0, step: 0.5, restart: 1.5 } }, inTurn(0, 0.5, 1, 0)],
    ['may begin elsewhere', 'int', { iteration: { start: 0, restart: 10, initial: 8 } }, inTurn(8, 9, 0, 1)],
    ['alternates a boolean', 'boolean', { iteration: { start: true } }, inTurn(true, false, true)],
    ['numbers a string', 'string', { iteration: { start: 7 }, prefix: 'id-' }, inTurn('id-7', 'id-8')],
  ],
  range: [
    ['has its min and not its max', 'int', { range: { min: -2, max: 3 } }, only(-2, -1, 0, 1, 2)],
    ['of long', 'long', { range: { min: 2 ** 40, max: 2 ** 40 + 2 } }, only(2 ** 40, 2 ** 40 + 1)],
    ['of float', 'float', { range: { min: 0, max: 1 } }, each((value) => Number(value) >= 0 && Number(value) < 1)],
    ['of double', 'double', { range: { min: -1, max: 1 } }, each((value) => Number(value) >= -1 && Number(value) < 1)],
    ['without max', 'int', { range: { min: 100 } }, each((value) => Number(value) >= 100)],
    ['without min', 'int', { range: { max: -100 } }, each((value) => Number(value) < -100)],
  ],
  length: [
    ['of string, a number', 'string', { length: 5 }, between(5, 5, lengthOf)],
    ['of string, from min to below max', 'string', { length: { min: 3, max: 6 } }, between(3, 5, lengthOf)],
    ['of bytes', 'bytes', { length: { min: 1, max: 4 } }, between(1, 3, lengthOf)],
    ['of array', { type: 'array', items: 'int' }, { length: { min: 2, max: 5 } }, between(2, 4, lengthOf)],
    ['of map', { type: 'map', values: 'int' }, { length: 3 }, between(3, 3, lengthOf)],
  ],
  regex: [
    ['alone', 'string', { regex: '[a-zA-Z]{5,15}' }, matches(/^[a-zA-Z]{5,15}$/)],
    ['with a number as the least length', 'string', { regex: '[a-zA-Z]*', length: 10 }, matches(/^[a-zA-Z]{10,}$/)],
    ['with min', 'string', { regex: '[a-zA-Z]{0,15}', length: { min: 5 } }, matches(/^[a-zA-Z]{5,15}$/)],
    ['with max', 'string', { regex: '[a-zA-Z]{5,}', length: { max: 16 } }, matches(/^[a-zA-Z]{5,15}$/)],
    ['with both', 'string', { regex: '[a-zA-Z]*', length: { min: 5, max: 16 } }, matches(/^[a-zA-Z]{5,15}$/)],
  ],
  'prefix and suffix': [
    ['around what is generated', 'string', { regex: '[0-9]{2}', prefix: 'a', suffix: 'z' }, matches(/^a\d\dz$/)],
    ['alone', 'string', { prefix: 'a-' }, matches(/^a-[a-z]{8,15}$/)],
  ],
  keys: [
    [
      'of a map, by options',
      { type: 'map', values: { type: 'int', 'arg.properties': { options: [-1, 0, 1] } } },
      { length: 10, keys: { options: ['negative', 'zero', 'positive'] } },
      each((value) => {
        const map = value as Record<string, number>
        return (
          Object.keys(map).sort().join() === 'negative,positive,zero' &&
          Object.values(map).every((one) => Math.abs(one) < 2)
        )
      }),
    ],
    [
      'of a map, by regex',
      { type: 'map', values: 'int' },
      { length: 2, keys: { regex: 'k[0-9]{6}' } },
      each((value) => Object.keys(value as object).every((key) => /^k\d{6}$/.test(key))),
    ],
  ],
  odds: [
    ['always', 'boolean', { odds: 1 }, only(true)],
    ['never', 'boolean', { odds: 0 }, only(false)],
    ['in between', 'boolean', { odds: 0.5 }, only(true, false)],
  ],
}

function schemaOf(type: unknown, properties: object): object {
  const inner = typeof type === 'string' || Array.isArray(type) ? { type } : (type as object)
  const field = Object.keys(properties).length === 0 ? type : { ...inner, 'arg.properties': properties }
  return {
    type: 'record',
    name: 'r',
    fields: [
      { name: 'other', type: 'int' },
      { name: 'field', type: field },
    ],
  }
}

for (const [property, cases] of Object.entries(documented)) {
  for (const [what, type, properties, judge] of cases) {
    test(`${property} ${what}`, async () => {
      const model = await loadModel(schemaOf(type, properties))
      judge(toRows(openGenerator(model, { capacity: count }).generate(count)).map(({ field }) => field))
    })
  }
}

const refused: readonly (readonly [what: string, type: unknown, properties: object, RegExp])[] = [
  [
    'options of a file in an inline schema',
    'string',
    { options: { file: 'nouns.json', encoding: 'json' } },
    /A schema that is no file of its own needs the values themselves/,
  ],
  [
    'an iteration whose restart is its start',
    'int',
    { iteration: { start: 1, restart: 1 } },
    /the step never reaches it/,
  ],
  [
    'an iteration of a boolean with a step',
    'boolean',
    { iteration: { start: true, step: 1 } },
    /unknown key; found "step"/,
  ],
  ['a range without bounds', 'int', { range: {} }, /a range without bounds/],
  ['a length without bounds', 'string', { length: {} }, /a length without bounds/],
  ['odds above 1', 'boolean', { odds: 1.1 }, /not odds/],
  ['the position of a union', ['null', 'string'], { position: 1 }, /position: not a property of/],
  [
    'the distribution of a union',
    ['null', 'string'],
    { distribution: { 0: 0.3, 1: 0.8 } },
    /distribution: not a property of/,
  ],
  [
    'the distribution of a union of several types',
    ['int', 'string'],
    { distribution: { 0: 1 } },
    /distribution: not a property of/,
  ],
  ['a rate of malformed values', 'string', { 'malformed-rate': 0.3 }, /malformed-rate: not a property of string/],
  ['a kind of string', 'string', { kind: 'email' }, /kind: not a property of string/],
]

for (const [what, type, properties, message] of refused) {
  test(`refused: ${what}`, async () => {
    await assert.rejects(loadModel(schemaOf(type, properties)), { code: 'SCHEMA_INVALID', message })
  })
}
