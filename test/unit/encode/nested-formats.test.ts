/** One suite over the formats with a schema: nested records, lists and maps, as rows have them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import { decodedAvro, decodedProto, encodedValues, validJson, type EncodedValues } from '../../support/value-formats.js'

const line = {
  type: 'record',
  name: 'line',
  fields: [
    { name: 'product', type: 'string' },
    { name: 'quantity', type: ['null', { type: 'int', 'arg.properties': { range: { min: -5, max: 500 } } }] },
    { name: 'vendor', type: { type: 'record', name: 'vendor', fields: [{ name: 'city', type: ['null', 'string'] }] } },
    { name: 'ratios', type: { type: 'array', items: 'double' } },
  ],
}
const order = {
  type: 'record',
  name: 'order',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'tags', type: { type: 'array', items: 'string', 'arg.properties': { length: { min: 0, max: 4 } } } },
    { name: 'points', type: { type: 'array', items: 'long', 'arg.properties': { length: { min: 0, max: 60 } } } },
    { name: 'flags', type: ['null', { type: 'array', items: 'boolean' }] },
    { name: 'at', type: { type: 'array', items: { type: 'long', logicalType: 'timestamp-millis' } } },
    { name: 'lines', type: { type: 'array', items: line } },
    { name: 'attributes', type: { type: 'map', values: 'long' } },
    { name: 'grid', type: { type: 'array', items: { type: 'array', items: 'int' } } },
    {
      name: 'places',
      type: [
        'null',
        {
          type: 'map',
          values: {
            type: 'record',
            name: 'place',
            fields: [
              { name: 'zip', type: 'int' },
              { name: 'note', type: 'string', 'arg.properties': { length: { min: 100, max: 200 } } },
            ],
          },
          'arg.properties': { keys: { options: ['home', 'work'] }, missing: 0.3 },
        },
      ],
    },
  ],
}

/** As Protobuf has it: what is missing or empty is not there, and a list in a list is a message. */
function withoutEmpty(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown) =>
      Array.isArray(item) ? (item.length === 0 ? {} : { [name]: withoutEmpty(item) }) : withoutEmpty(item),
    )
  }
  if (typeof value !== 'object' || value === null) return value
  const isEmpty = (item: unknown): boolean =>
    item === null || (typeof item === 'object' && !(item instanceof Date) && Object.keys(item).length === 0)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !isEmpty(item) || key === 'vendor')
      .map(([key, item]) => [key, withoutEmpty(item, key)]),
  )
}

const formats = {
  avro: { decode: decodedAvro, expected: (row: object): unknown => row },
  'json-schema': { decode: validJson, expected: (row: object): unknown => row },
  protobuf: {
    decode: (encoded: EncodedValues): unknown[] => decodedProto(encoded).map((row) => withoutEmpty(row)),
    expected: withoutEmpty,
  },
} as const

for (const [name, { decode, expected }] of Object.entries(formats)) {
  test(`${name}: records in lists, maps and each other read back as the rows`, async () => {
    const batch = openGenerator(await loadModel(order), { capacity: 1500 }).generate(1500)
    const encoded = await encodedValues(batch, { format: name as keyof typeof formats, schema: null })
    const rows = JSON.parse(JSON.stringify(toRows(batch))) as object[]
    assert.deepEqual(
      JSON.parse(JSON.stringify(decode(encoded))),
      JSON.parse(JSON.stringify(rows.map((row) => expected(row)))),
    )
  })
}

const examples = new URL('../../../../examples/formats/', import.meta.url)

for (const [format, file, message] of [
  ['json-schema', 'order.schema.json', ''],
  ['protobuf', 'shop.proto', ''],
  ['protobuf', 'shop.proto', '#Return'],
] as const) {
  test(`the example ${file}${message} makes records that its readers take`, async () => {
    const schema = `${fileURLToPath(new URL(file, examples))}${message}`
    const batch = openGenerator(await loadModel(schema), { capacity: 200 }).generate(200)
    const encoded = await encodedValues(batch, { format, schema })
    if (format === 'json-schema') assert.equal(validJson(encoded).length, 200)
    else if (message === '') assert.equal(new Set(decodedProto(encoded).map(({ id }) => id)).size, 200)
    else for (const value of encoded.values) assert.deepEqual([...value.subarray(0, 2)], [2, 2])
  })
}
