import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GenesisError } from '#src/errors.js'
import { acceptedShare, openGenerator, type GeneratorOptions } from '#src/model/open.js'
import { conditionShare } from '#src/model/condition-share.js'
import { loadModel } from '#src/model/load.js'
import { toRows, type Row, type RowValue } from '#src/model/rows.js'
import { fitsDistribution } from '../../../support/statistics.js'

type Type = string | object

function record(fields: Readonly<Record<string, Type>>, more: object = {}): object {
  return {
    type: 'record',
    name: 'user',
    ...more,
    fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
  }
}

function arg(type: Type, properties: object): object {
  const own = typeof type === 'string' ? { type } : type
  return { ...own, 'arg.properties': properties }
}

async function rows(schema: object, count: number, options: GeneratorOptions = {}): Promise<Row[]> {
  const generator = openGenerator(await loadModel(schema), { capacity: count, seed: 5, ...options })
  return toRows(generator.generate(count))
}

/** The values of one field. */
async function values(
  type: Type,
  count: number,
  options: GeneratorOptions & { from?: number } = {},
): Promise<RowValue[]> {
  const generator = openGenerator(await loadModel(record({ field: type })), { capacity: count, seed: 5, ...options })
  if (options.from !== undefined) generator.start(options.from)
  return toRows(generator.generate(count)).map(({ field }) => field)
}

async function refusal(schema: object): Promise<string> {
  const error = await loadModel(schema).then(
    () => assert.fail('a model was made'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof GenesisError)
  assert.equal(error.code, 'SCHEMA_INVALID')
  return error.message
}

test('options are equally likely, an option that is there twice twice as likely', async () => {
  const drawn = await values(arg('string', { options: ['a', 'b', 'b', 'c'] }), 4000)
  const counts = ['a', 'b', 'c'].map((one) => drawn.filter((value) => value === one).length)
  assert.ok(fitsDistribution(counts, [0.25, 0.5, 0.25]))
  assert.deepEqual(new Set(await values(arg('int', { options: [3, -7] }), 100)), new Set([3, -7]))
  assert.deepEqual(new Set(await values(arg('double', { options: [0.5] }), 10)), new Set([0.5]))
})

test('an iteration is arithmetic on the position, whatever was made before', async () => {
  const type = arg('long', { iteration: { start: 5, restart: 15, step: 4 } })
  assert.deepEqual(await values(type, 8), [5, 9, 13, 7, 11, 5, 9, 13])
  assert.deepEqual(await values(type, 3, { from: 1_000_000_000_003 }), [7, 11, 5])
  assert.deepEqual(await values(arg('int', { iteration: { start: 3, restart: 0 } }), 4), [3, 2, 1, 3])
  assert.deepEqual(await values(arg('int', { iteration: { start: 0, restart: 3, initial: 2 } }), 4), [2, 0, 1, 2])
  assert.deepEqual(await values(arg('boolean', { iteration: { start: false } }), 3), [false, true, false])
  assert.deepEqual(await values(arg('double', { iteration: { start: 0, step: 0.1 } }), 4), [0, 0.1, 0.2, 0.3])
  assert.deepEqual(await values(arg('string', { iteration: { start: 9 }, prefix: 'p{', suffix: '}' }), 2), [
    'p{9}',
    'p{10}',
  ])
})

test('an int begins again where 32 bits end', async () => {
  const type = arg('int', { iteration: { start: 0 } })
  assert.deepEqual(await values(type, 3, { from: 2 ** 31 - 2 }), [2 ** 31 - 2, 0, 1])
})

test('iterations of any numbers are what big integers say', async () => {
  const whole = fc.integer({ min: 1, max: 2 ** 40 })
  await fc.assert(
    fc.asyncProperty(whole, whole, fc.integer({ min: 0, max: 2 ** 50 }), async (span, step, position) => {
      const type = arg('long', { iteration: { start: -7, restart: span - 7, step } })
      const expected = Number((BigInt(position) * BigInt(step)) % BigInt(span)) - 7
      assert.deepEqual(await values(type, 1, { from: position }), [expected])
    }),
    { numRuns: 50 },
  )
})

test('a range has its minimum and not its maximum', async () => {
  assert.deepEqual(new Set(await values(arg('int', { range: { min: 1, max: 4 } }), 300)), new Set([1, 2, 3]))
  for (const value of await values(arg('double', { range: { min: -1.5, max: 2 } }), 300))
    assert.ok(typeof value === 'number' && value >= -1.5 && value < 2)
  const decimal = arg(
    { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 1 },
    { range: { min: 0.1, max: 0.4 } },
  )
  assert.deepEqual(new Set(await values(decimal, 300)), new Set([0.1, 0.2, 0.3]))
  const micros = arg({ type: 'long', logicalType: 'timestamp-micros' }, { range: { min: 1000, max: 3000 } })
  assert.deepEqual(
    new Set(await values(micros, 100)),
    new Set(['1970-01-01T00:00:00.001Z', '1970-01-01T00:00:00.002Z']),
  )
})

test('odds are the share of true', async () => {
  const drawn = await values(arg('boolean', { odds: 0.9 }), 4000)
  assert.ok(
    fitsDistribution(
      [true, false].map((one) => drawn.filter((value) => value === one).length),
      [0.9, 0.1],
    ),
  )
})

test('texts match their regular expression and have their length', async () => {
  const cases: [object, RegExp][] = [
    [{ regex: 'User_[1-9]{0,1}' }, /^User_[1-9]?$/],
    [{ regex: '[A-Z]{2}\\d{6}[A-Z]' }, /^[A-Z]{2}\d{6}[A-Z]$/],
    [{ regex: '(cat|dogs?)-[^a-z]+', length: { min: 6, max: 9 } }, /^(?=.{6,8}$)(cat|dogs?)-[^a-z]+$/],
    [{ regex: '[a-zA-Z]*', length: 10 }, /^[a-zA-Z]{10,}$/],
    [{ regex: '\\[[0-9][0-9],[0-9][0-9]\\]' }, /^\[\d\d,\d\d\]$/],
    [{ length: 5 }, /^.{5}$/],
    [{ length: { min: 2, max: 4 }, prefix: '<', suffix: '>' }, /^<.{2,3}>$/],
    [{ regex: 'é|ü', prefix: 'a.' }, /^a\.[éü]$/],
  ]
  for (const [properties, expected] of cases)
    for (const value of await values(arg('string', properties), 200)) assert.match(String(value), expected)
})

test('the alternatives of a regular expression are equally likely, and so are its lengths', async () => {
  const drawn = await values(arg('string', { regex: 'x|[0-9]{2,3}' }), 6000)
  const lengths = [1, 2, 3].map((length) => drawn.filter((value) => String(value).length === length).length)
  assert.ok(fitsDistribution(lengths, [0.5, 0.25, 0.25]))
})

test('records that are options stay whole, and conditions reach them', async () => {
  const options = [
    { code: 200, text: 'ok' },
    { code: 404, text: 'not found' },
    { code: 405, text: 'not allowed' },
  ]
  const schema = record({ code: 'int', text: 'string' }, { 'arg.properties': { options } })
  for (const row of await rows(schema, 100))
    assert.ok(options.some(({ code, text }) => row.code === code && row.text === text))
  const errors = await rows(schema, 100, { conditions: { code: ['>', 400] } })
  assert.deepEqual(new Set(errors.map(({ text }) => text)), new Set(['not found', 'not allowed']))
})

test('a field that may be missing is so in a tenth of the records, or as often as it says', async () => {
  const usual = await values(['null', 'string'], 4000)
  assert.ok(
    fitsDistribution(
      [usual.filter((value) => value === null).length, usual.filter((value) => value !== null).length],
      [0.1, 0.9],
    ),
  )
  assert.ok(
    (await values(['null', arg('long', { iteration: { start: 1 }, missing: 0 })], 100)).every(
      (value) => value !== null,
    ),
  )
  const half = await values(['null', arg('boolean', { iteration: { start: true }, missing: 0.5 })], 4000)
  const missing = half.filter((value) => value === null).length
  assert.ok(fitsDistribution([missing, 4000 - missing], [0.5, 0.5]))
})

test('names and types suggest values', async () => {
  const names: Record<string, [Type, RegExp]> = {
    id: ['long', /^\d+$/],
    email: ['string', /^[a-z0-9]+\.[a-z0-9]+@[a-z0-9.-]+\.example$/],
    firstName: ['string', /^\p{L}/u],
    country: ['string', /^\p{Lu}/u],
    countryCode: ['string', /^[A-Z]{2}$/],
    phone_number: ['string', /^\+1-555-\d{3}-\d{4}$/],
    unit_price: ['double', /^\d+(\.\d{1,2})?$/],
    created_at: [{ type: 'long', logicalType: 'timestamp-millis' }, /^2025-01-01T/],
    updatedAt: ['string', /^2025-01-01T/],
    viewtime: ['long', /^17356/],
    customerId: ['int', /^\d{1,4}$/],
    ip_address: ['string', /^10(\.\d{1,3}){3}$/],
    session: [{ type: 'string', logicalType: 'uuid' }, /^[0-9a-f-]{36}$/],
    birth_date: [{ type: 'int', logicalType: 'date' }, /^(19|20)\d\d-\d\d-\d\d$/],
    level: [{ type: 'enum', name: 'Level', symbols: ['LOW', 'HIGH'] }, /^(LOW|HIGH)$/],
    anything: ['string', /^[a-z]{8,15}$/],
  }
  const schema = record(Object.fromEntries(Object.entries(names).map(([name, [type]]) => [name, type])))
  const table = await rows(schema, 300)
  for (const [name, [, expected]] of Object.entries(names))
    for (const row of table) assert.match(String(row[name]), expected, name)
  assert.deepEqual(
    table.slice(0, 3).map(({ id }) => id),
    [1, 2, 3],
  )
})

test('nested records are columns with the names of their paths', async () => {
  const address = {
    type: 'record',
    name: 'address',
    fields: [
      { name: 'city', type: 'string' },
      { name: 'zipcode', type: 'int' },
    ],
  }
  const model = await loadModel(record({ id: 'long', address }))
  assert.deepEqual(
    model.fields.map(({ name, path }) => [name, path]),
    [
      ['id', undefined],
      ['address.city', ['address', 'city']],
      ['address.zipcode', ['address', 'zipcode']],
    ],
  )
  const near = await rows(record({ id: 'long', address }), 50, { conditions: { 'address.zipcode': ['<', 20_000] } })
  assert.ok(near.every((row) => Number((row.address as Row).zipcode) < 20_000))
})

test('conditions on what is drawn are exact', async () => {
  const model = await loadModel(
    record({ userid: arg('string', { regex: 'User_[1-9]' }), units: arg('int', { range: { min: 0, max: 50 } }) }),
  )
  const conditions = { userid: ['in', ['User_1', 'User_2']], units: ['<', 5] }
  assert.ok(Math.abs(conditionShare(model, conditions) - (2 / 9) * 0.1) < 1e-6)
  assert.equal(acceptedShare(model, conditions), 1)
})

test('records depend on nothing but their position', async () => {
  const schema = record({
    id: 'long',
    email: 'string',
    note: ['null', 'string'],
    code: arg('string', { regex: '[A-Z]{3,6}[0-9]*' }),
  })
  const whole = await rows(schema, 600)
  for (const shard of [0, 1, 2]) {
    const own = await rows(schema, 200, { shard, shards: 3 })
    assert.deepEqual(
      own,
      whole.filter((_, position) => position % 3 === shard),
    )
  }
})

test('the same schema is the same stream, another one is not', async () => {
  const schema = record({ a: arg('int', { range: { min: 0, max: 5 } }) })
  const other = record({ a: arg('int', { range: { min: 0, max: 6 } }) })
  const fingerprint = async (one: object): Promise<string> => openGenerator(await loadModel(one)).fingerprint
  assert.equal(await fingerprint(schema), await fingerprint(structuredClone(schema)))
  assert.notEqual(await fingerprint(schema), await fingerprint(other))
})

test('what is malformed is refused with its path and the remedy', async () => {
  const cases: [Type, string][] = [
    [arg('string', { options: [] }), 'field field: arg.properties.options: not a list of values; found []'],
    [arg('int', { options: [1, 'two'] }), 'arg.properties.options[1]: not a value of int; found "two"'],
    [arg('int', { range: { min: 5, max: 5 } }), 'arg.properties.range: min is not below max; found "min 5, max 5"'],
    [arg('int', { range: {} }), 'arg.properties.range: a range without bounds'],
    [arg('int', { range: { min: 0, max: 2 ** 40 } }), 'arg.properties.range.max: not a 32-bit integer'],
    [arg('int', { range: { low: 5 } }), 'arg.properties.range.low: unknown key; found "low"; expected min, max'],
    [arg('boolean', { odds: 1.5 }), 'arg.properties.odds: not odds; found 1.5; expected a number from 0 to 1'],
    [arg('int', { odds: 0.5 }), 'arg.properties.odds: not a property of int'],
    [arg('int', { rnage: { min: 0 } }), 'Did you mean range?'],
    [arg('long', { iteration: { step: 2 } }), 'arg.properties.iteration.start: an iteration without a start'],
    [arg('long', { iteration: { start: 1, step: 0 } }), 'arg.properties.iteration.step: a step of 0'],
    [
      arg('long', { iteration: { start: 1, restart: 1 } }),
      'arg.properties.iteration.restart: the step never reaches it',
    ],
    [arg('long', { iteration: { start: 1, restart: 9, step: -1 } }), 'the step never reaches it'],
    [arg('boolean', { iteration: { start: true, step: 1 } }), 'arg.properties.iteration.step: unknown key'],
    [arg('string', { regex: '[a-z' }), 'arg.properties.regex: it ends too early'],
    [arg('string', { regex: '(a' }), 'arg.properties.regex: an unmatched ('],
    [arg('string', { regex: '(?=a)b' }), '(?= is not supported here'],
    [arg('string', { regex: '([a-z]{1,9} ){1,9}' }), 'more than 4096 forms'],
    [arg('string', { regex: 'abc', length: { min: 5, max: 9 } }), 'no text of 5 to 8 characters matches'],
    [arg('string', { options: ['a'], length: 3 }), 'arg.properties.length: options and length exclude each other'],
    [
      arg({ type: 'enum', name: 'e', symbols: ['A'] }, { options: ['B'] }),
      'not a value of enum; found "B"; expected one of A',
    ],
    [arg('string', { missing: 0.2 }), 'arg.properties.missing: the field is never missing'],
    ['strng', 'field field: unknown type; found "strng"'],
    [
      arg({ type: 'fixed', name: 'f', size: 3 }, { options: ['four'] }),
      'not a value of fixed; found "four"; expected text of 3 bytes',
    ],
    [arg({ type: 'fixed', name: 'f', size: 3 }, { length: 3 }), 'arg.properties.length: not a property of fixed'],
    [['int', 'string', 'int'], 'field field: a union with a type twice; found "int, string, int"'],
    [
      [
        { type: 'map', values: 'int' },
        { type: 'map', values: 'long' },
      ],
      'field field: a union with a type twice',
    ],
    [['int', ['null', 'string']], 'field field: a union in a union'],
    [{ type: 'enum', name: 'e', symbols: ['A', 'B', 'A'] }, 'field field: an enum with a symbol twice; found "A"'],
    [['string', arg('int', { range: {} })], 'field field: arg.properties.range: a range without bounds'],
    [arg({ type: 'array', items: 'int' }, { length: { min: 3, max: 3 } }), 'arg.properties.length: not a length'],
    [arg({ type: 'array', items: 'int' }, { keys: {} }), 'arg.properties.keys: not a property of array'],
    [arg({ type: 'array', items: 'int' }, { options: [1] }), 'arg.properties.options: not a list of arrays'],
    [{ type: 'array', items: 'strng' }, 'field field[]: unknown type'],
    [
      arg({ type: 'map', values: 'int' }, { keys: { options: [] } }),
      'arg.properties.keys.options: not a list of texts',
    ],
  ]
  for (const [type, expected] of cases) {
    const message = await refusal(record({ field: type }))
    assert.ok(message.startsWith('the inline schema: field field'), message)
    assert.ok(message.includes(expected), `${message}\n  should have ${expected}`)
  }
  assert.match(await refusal({ type: 'enum', name: 'e', symbols: ['A'] }), /the schema is not a record/)
})
