import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { checkValue } from '#src/encode/check.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import type { ColumnBatch, Field } from '#src/record.js'
import { sampleBatches } from '../../support/batches.js'
import { batchOf, drawn, known, text } from '../../support/layouts.js'
import { encodedConnector } from '../../support/encoded.js'
import { encodedValues, validJson } from '../../support/value-formats.js'

const format = 'json-schema'

function encode(batch: ColumnBatch, schema: object | null = null): ReturnType<typeof encodedValues> {
  return encodedValues(batch, { format, schema })
}

function object(properties: object, required: readonly string[] = []): object {
  return { type: 'object', properties, required, additionalProperties: false }
}

const anyName = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((name) => name !== '__proto__')

test('records satisfy the schema that is derived from their layout, and read back as the rows', async () => {
  await fc.assert(
    fc.asyncProperty(sampleBatches({ names: anyName }), async ({ batch, rows }) => {
      const encoded = await encode(batch)
      const names = batch.fields.map(({ name }) => name)
      assert.deepEqual(
        validJson(encoded),
        rows.map((row) => Object.fromEntries(row.map((value, column) => [names[column], value]))),
      )
    }),
    { numRuns: 60 },
  )
})

test('the derived schema is the one that Connect’s converter would register', async () => {
  const fields: Field[] = [
    drawn('id', 'integer'),
    { ...drawn('at', 'timestamp'), nullable: true },
    { ...text('city'), name: 'address.city', path: ['address', 'city'] },
    {
      name: 'tags',
      vector: 'list',
      nullable: false,
      type: { kind: 'list', of: 'values', items: [text('tag', 'string', true)] },
    },
  ]
  const batch: ColumnBatch = {
    ...batchOf(fields.slice(0, 3)),
    fields,
    vectors: [
      ...batchOf(fields.slice(0, 3)).vectors,
      { kind: 'list', offsets: Int32Array.of(0), items: batchOf([text('tag')]).vectors, missing: undefined },
    ],
  }
  const { schema, subject } = await encode(batch)
  assert.equal(subject, 'my-topic-value')
  assert.deepEqual(schema, {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'my_topic',
    type: 'object',
    properties: {
      id: { type: 'integer' },
      at: { oneOf: [{ type: 'null' }, { type: 'string', format: 'date-time' }] },
      address: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      },
      tags: { type: 'array', items: { oneOf: [{ type: 'null' }, { type: 'string' }] } },
    },
    required: ['id', 'address', 'tags'],
    additionalProperties: false,
  })
})

test('a missing value is null where the schema takes null, and left out where it need not be there', async () => {
  const fields = [
    known('a', 'string', ['x', null]),
    { ...drawn('b', 'integer'), nullable: true },
    text('c', 'string', true),
    { ...text('city', 'string', true), name: 'address.city', path: ['address', 'city'] },
  ]
  const schema = object({
    a: { type: 'string' },
    b: { type: ['integer', 'null'] },
    address: object({ city: { type: 'string' } }),
    c: { type: 'string' },
  })
  const encoded = await encode(batchOf(fields, ['x', 1, 'y', 'z'], [null, null, null, null]), schema)
  assert.deepEqual(validJson(encoded), [
    { a: 'x', b: 1, address: { city: 'z' }, c: 'y' },
    { b: null, address: {} },
  ])
})

test('columns go to properties by path or by their own name; what has no column has its default or const', async () => {
  const fields = [text('city'), drawn('id', 'integer'), text('other')]
  const schema = {
    ...object({ kind: { const: 'order' }, address: { $ref: '#/$defs/address' }, id: { type: 'number' }, note: {} }, [
      'kind',
      'address',
    ]),
    $defs: {
      address: object({ city: { type: 'string' }, country: { type: 'string', default: 'NZ' } }, ['city', 'country']),
    },
  }
  assert.deepEqual(validJson(await encode(batchOf(fields, ['Oslo', 7, 'x']), schema)), [
    { kind: 'order', address: { city: 'Oslo', country: 'NZ' }, id: 7 },
  ])
  assert.deepEqual(checkValue(encodedConnector({ format, schema }), fields), ['other'])
})

test('a const that no number holds is written digit for digit', async () => {
  const schema = object({ id: {}, most: { const: 9223372036854775807n } }, ['most'])
  const { values } = await encode(batchOf([drawn('id', 'integer')], [7]), schema)
  assert.deepEqual(values.map(String), ['{"id":7,"most":9223372036854775807}'])
})

test('the subject can be named by the title', async () => {
  const batch = batchOf([drawn('id', 'integer')], [1])
  const schema = { title: 'org.shop.Order', ...object({ id: { type: 'integer' } }) }
  for (const [subjectStrategy, subject] of [
    ['record', 'org.shop.Order'],
    ['topic_record', 'my-topic-org.shop.Order'],
  ] as const)
    assert.equal((await encodedValues(batch, { format, schema, subjectStrategy })).subject, subject)
  for (const id of [{}, { minimum: -9223372036854775807n }]) {
    const untitled = encodedConnector({ format, schema: object({ id }), subjectStrategy: 'record' })
    assert.throws(() => checkValue(untitled, batch.fields), {
      code: 'SCHEMA_MISMATCH',
      message: /an unnamed schema cannot have its own subject/,
    })
  }
})

const misfits: [what: string, fields: Field[], schema: unknown, message: RegExp][] = [
  [
    'a type that is not the column’s',
    [text('a')],
    object({ a: { type: 'integer' } }),
    /the inline schema: field a: the column does not convert; found string column a; expected \{"type":"integer"\}/,
  ],
  [
    'a known value that is none of the enum',
    [known('a', 'string', ['x', 'y'])],
    object({ a: { enum: ['x', 'z'] } }),
    /field a: a value does not fit; found "?string column a with \\?"y\\?""?; expected/,
  ],
  [
    'text that may be anything for an enum',
    [text('a')],
    object({ a: { enum: ['x'] } }),
    /field a: the column does not convert; .*values that are none of a known set/,
  ],
  [
    'numbers out of the bounds',
    [drawn('a', 'decimal2', { range: [-100, 1250] })],
    object({ a: { type: 'number', minimum: 0 } }),
    /field a: a value does not fit; .*with -1/,
  ],
  [
    'an integer of a schema that no number holds',
    [text('a')],
    object({ a: { type: 'integer', maximum: 9223372036854775807n } }),
    /field a: the column does not convert; .*expected \{"type":"integer","maximum":9223372036854775807\}/,
  ],
  [
    'a known value that is none of integers that no number holds',
    [known('a', 'string', ['x'])],
    object({ a: { enum: [9223372036854775807n] } }),
    /field a: a value does not fit; .*expected \{"enum":\[9223372036854775807\]\}/,
  ],
  [
    'a missing value that must be there',
    [text('a', 'string', true)],
    object({ a: { type: 'string' } }, ['a']),
    /field a: a column with missing values does not fit; .*expected .*or null, or a property that is not required/,
  ],
  [
    'a required property without a column',
    [text('a')],
    object({ a: {}, b: { type: 'string' } }, ['b']),
    /field b: no column for this required property, and no default; found "?columns a"?/,
  ],
  [
    'a date where a timestamp is wanted',
    [drawn('a', 'date')],
    object({ a: { type: 'string', format: 'date-time' } }),
    /field a: the column does not convert/,
  ],
  ['no properties', [text('a')], { type: 'object' }, /the schema is not an object with properties/],
]

for (const [what, fields, schema, message] of misfits) {
  test(`refused before the start: ${what}`, () => {
    const check = (): unknown => checkValue(encodedConnector({ format, schema: schema as object }), fields)
    assert.throws(check, { code: 'SCHEMA_MISMATCH', message })
  })
}

const invalid: [what: string, schema: unknown, message: RegExp][] = [
  [
    'keywords that are not judged',
    object({ a: { if: {}, then: {} } }),
    /the inline schema: \/properties\/a\/if: this keyword is not supported/,
  ],
  [
    'references to other files',
    object({ a: { $ref: 'other.json' } }),
    /\/properties\/a\/\$ref: a reference outside the schema; found .*other\.json/,
  ],
  ['references to nothing', object({ a: { $ref: '#/$defs/b' } }), /\/properties\/a\/\$ref: a reference to nothing/],
  [
    'types that JSON does not have',
    object({ a: { type: 'long' } }),
    /\/properties\/a\/type: not a JSON type; found .*long/,
  ],
  [
    'an integer that no number holds in the place of a schema',
    object({ a: { items: 9223372036854775807n } }),
    /\/properties\/a\/items: not a schema; found 9223372036854775807/,
  ],
  [
    'patterns that are no regular expression',
    object({ a: { pattern: '(' } }),
    /\/properties\/a\/pattern: not a regular expression/,
  ],
]

for (const [what, schema, message] of invalid) {
  test(`refused as a schema: ${what}`, () => {
    assert.throws(() => checkValue(encodedConnector({ format, schema: schema as object }), [text('a')]), {
      code: 'SCHEMA_INVALID',
      message,
    })
  })
}

test('from a schema alone: every record satisfies it, and uses what it leaves open', async () => {
  const schema = {
    title: 'Order',
    ...object(
      {
        id: { type: 'integer', minimum: 1 },
        email: { type: 'string', format: 'email' },
        status: { enum: ['new', 'paid', null] },
        kind: { const: 'order' },
        price: { type: 'number', minimum: 0, maximum: 500, multipleOf: 0.01 },
        weight: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
        points: { type: 'integer', exclusiveMaximum: 0 },
        sku: { type: 'string', pattern: '^[A-Z]{2}-[0-9]{4}$' },
        note: { type: ['string', 'null'], minLength: 2, maxLength: 5 },
        discount: { type: 'integer', minimum: 5, maximum: 50, multipleOf: 5 },
        created_at: { type: 'string', format: 'date-time' },
        day: { oneOf: [{ type: 'null' }, { type: 'string', format: 'date' }] },
        ref: { type: 'string', format: 'uuid' },
        address: { $ref: '#/$defs/address' },
        tags: { type: 'array', items: { enum: ['a', 'b'] }, minItems: 2, maxItems: 3 },
        lines: {
          type: 'array',
          items: object({ product: { type: 'string' }, gift: { type: 'boolean' } }, ['product']),
        },
        attributes: { type: 'object', additionalProperties: { type: 'integer', minimum: 0, maximum: 9 } },
        parent: { $ref: '#' },
        children: { type: 'array', items: { $ref: '#' } },
        any: { type: ['string', 'integer'], maxLength: 9 },
        mixed: { type: 'array', items: { oneOf: [object({ a: { type: 'boolean' } }, ['a']), { type: 'number' }] } },
      },
      ['id', 'status', 'kind', 'price', 'created_at', 'address', 'lines', 'children'],
    ),
    $defs: { address: object({ city: { type: 'string' }, zip: { type: 'string', pattern: '[0-9]{5}' } }, ['city']) },
  }
  const model = await loadModel(schema)
  const batch = openGenerator(model, { capacity: 500 }).generate(500)
  const records = validJson(await encode(batch, schema)) as Record<string, unknown>[]
  const rows = toRows(batch)
  assert.deepEqual(
    records.map(({ id }) => id),
    rows.map((_, index) => index + 1),
  )
  assert.deepEqual(new Set(records.map(({ status }) => status)), new Set(['new', 'paid', null]))
  const types = (values: unknown[]): Set<string> => new Set(values.map((value) => typeof value))
  assert.deepEqual(types(records.flatMap(({ any = [] }) => any)), new Set(['string', 'number']))
  assert.deepEqual(types(records.flatMap(({ mixed = [] }) => mixed)), new Set(['object', 'number']))
  assert.ok(records.some((record) => !('sku' in record)) && records.some((record) => 'sku' in record))
  assert.ok(records.some(({ note }) => note === null))
  assert.ok(records.every((record) => !('parent' in record)))
  assert.ok(records.some(({ lines }) => (lines as object[]).some((line) => !('gift' in line))))
})

test('from a schema alone: what cannot be made is refused by its keyword', async () => {
  const refused: [object, RegExp][] = [
    [{ type: 'string', pattern: '(?=x)' }, /field a: pattern: /],
    [{ type: 'array', items: { type: 'string' }, uniqueItems: true }, /field a: uniqueItems: /],
    [{ type: 'integer', minimum: 3, maximum: 2 }, /field a: no number lies within the bounds/],
    [{ type: 'integer', multipleOf: 3, minimum: 0, maximum: 1e6 }, /field a: multipleOf: this step is not supported/],
  ]
  for (const [property, message] of refused)
    await assert.rejects(loadModel(object({ a: property })), { code: 'SCHEMA_INVALID', message })
})

test('an Avro schema that says what the records are says nothing about how they are written', async () => {
  const schema = { type: 'record', name: 'view', fields: [{ name: 'id', type: 'long' }] }
  const { fields } = await loadModel(schema)
  checkValue({ ...encodedConnector({ format, schema }), model: schema }, fields)
  assert.throws(() => checkValue({ ...encodedConnector({ format, schema }), model: 'other.json' }, fields), {
    code: 'SCHEMA_INVALID',
    message: /the inline schema: an Avro schema for values in json-schema/,
  })
})
