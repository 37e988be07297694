import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { checkValue } from '#src/encode/check.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import type { ColumnBatch, Field, Value } from '#src/record.js'
import { sampleBatches } from '../../support/batches.js'
import { batchOf, drawn, known, text } from '../../support/layouts.js'
import { encodedConnector } from '../../support/encoded.js'
import { decodedProto, encodedValues } from '../../support/value-formats.js'

const format = 'protobuf'

function encode(batch: ColumnBatch, schema: object | null = null): ReturnType<typeof encodedValues> {
  return encodedValues(batch, { format, schema })
}

/** A schema with these fields in its message, and what comes before it. */
function proto(fields: string, before = ''): { protobuf: string } {
  return { protobuf: `syntax = "proto3"; package shop; ${before} message Order { ${fields} }` }
}

function check(fields: readonly Field[], schema: object): readonly string[] {
  return checkValue(encodedConnector({ format, schema }), fields)
}

test('messages of the derived schema read back as the rows; a missing value is absent', async () => {
  await fc.assert(
    fc.asyncProperty(sampleBatches(), async ({ batch, rows }) => {
      const { fields } = batch
      const decimals = new Set(fields.filter(({ type }) => type.kind === 'decimal').map(({ name }) => name))
      const present = rows.map((row) =>
        Object.fromEntries(
          row
            .map((value, column): [string, unknown] => [fields[column].name, value])
            .filter(([, value]) => value !== null),
        ),
      )
      const read = decodedProto(await encode(batch)).map((record) =>
        Object.fromEntries(
          // A row has no −0, and decimals are text here.
          Object.entries<unknown>(record).map(([name, value]) => [
            name,
            decimals.has(name) ? Number(value) : value === 0 ? 0 : value,
          ]),
        ),
      )
      assert.deepEqual(read, present)
    }),
    { numRuns: 60 },
  )
})

test('the derived schema is proto3 with a field for each column', async () => {
  const fields: Field[] = [
    drawn('id', 'integer'),
    drawn('price', 'decimal2', { nullable: true }),
    drawn('at', 'timestamp'),
    drawn('day', 'date'),
    { ...text('city'), name: 'ship to.city', path: ['ship to', 'city'] },
  ]
  const encoded = await encode(batchOf(fields, [-7, 1250, 1001, 1, 'Oslo'], [2 ** 53, null, -1, 0, '']))
  assert.equal(encoded.subject, 'my-topic-value')
  assert.equal(
    encoded.schema,
    `syntax = "proto3";

package genesis;

import "google/protobuf/timestamp.proto";

message my_topic {
  int64 id = 1;
  optional string price = 2;
  google.protobuf.Timestamp at = 3;
  string day = 4;
  ShipTo ship_to = 5; // column "ship to"
  message ShipTo {
    string city = 1;
  }
}
`,
  )
  assert.deepEqual(decodedProto(encoded), [
    { id: -7, price: '12.5', at: '1970-01-01T00:00:01.001Z', day: '1970-01-02', ship_to: { city: 'Oslo' } },
    { id: 2 ** 53, at: '1969-12-31T23:59:59.999Z', day: '1970-01-01', ship_to: { city: '' } },
  ])
})

/** Each type with numbers at its ends. */
const ends: readonly [type: string, numbers: readonly number[], wrong: number | null][] = [
  ['int32', [0, 127, 128, -1, 2 ** 31 - 1, -(2 ** 31)], 2 ** 31],
  ['int64', [0, 2 ** 31, 2 ** 53 - 1, -1, -(2 ** 53) + 1], null],
  ['uint32', [0, 2 ** 31, 2 ** 32 - 1], -1],
  ['uint64', [0, 2 ** 40], -1],
  ['sint32', [0, -1, 2 ** 31 - 1, -(2 ** 31)], 2 ** 31],
  ['sint64', [0, -1, -(2 ** 52)], null],
  ['fixed32', [0, 2 ** 32 - 1], 2 ** 32],
  ['fixed64', [0, 2 ** 40], -1],
  ['sfixed32', [0, -1, 2 ** 31 - 1], 2 ** 31],
  ['sfixed64', [0, -1, -(2 ** 40)], null],
  ['double', [0, -1, 2 ** 40], null],
]

for (const [type, numbers, wrong] of ends) {
  test(`${type}: drawn and known numbers read back, and one that does not fit is refused`, async () => {
    const schema = proto(`${type} a = 1; ${type} b = 2000;`)
    const fields = [drawn('a', 'integer'), known('b', 'integer', numbers)]
    const records = numbers.map((number): Value[] => [number, number])
    assert.deepEqual(
      decodedProto(await encode(batchOf(fields, ...records), schema)).map(({ a, b }) => [Number(a), Number(b)]),
      records,
    )
    if (wrong === null) return
    await assert.rejects(encode(batchOf(fields, [wrong, 0]), schema), {
      code: 'SCHEMA_MISMATCH',
      message: /the inline schema: field a: found|the value of record 100 does not fit|does not fit/,
    })
    assert.throws(() => check([known('b', 'integer', [0, wrong])], schema), {
      code: 'SCHEMA_MISMATCH',
      message: new RegExp(`field b: a value does not fit; found integer column b with ${wrong}; expected ${type}`),
    })
  })
}

test('dates, enums, bytes and wrappers are written as the file has them', async () => {
  const schema = proto(
    `google.type.Date day = 1; Status status = 2; bytes name = 3; google.protobuf.StringValue note = 4;
     google.protobuf.Int64Value points = 5; google.protobuf.BoolValue flag = 6; optional string time = 7;
     enum Status { STATUS_UNSPECIFIED = 0; paid = 300; }`,
    'import "google/type/date.proto"; import "google/protobuf/wrappers.proto";',
  )
  const fields = [
    drawn('day', 'date'),
    known('status', 'string', ['paid']),
    text('name'),
    text('note', 'string', true),
    drawn('points', 'integer', { nullable: true }),
    known('flag', 'boolean', [true, null]),
    { ...drawn('time', 'integer'), type: { kind: 'time' } } as Field,
  ]
  const long = 'é'.repeat(90)
  const encoded = await encode(
    batchOf(fields, [-719_162, 'paid', 'n', long, -5, true, 1], [20_000, 'paid', '', null, null, null, 0]),
    schema,
  )
  assert.deepEqual(decodedProto(encoded), [
    {
      day: { year: 1, month: 1, day: 1 },
      status: 300,
      name: 'bg==',
      note: { value: long },
      points: { value: -5 },
      flag: { value: true },
      time: '00:00:00.001',
    },
    { day: { year: 2024, month: 10, day: 4 }, status: 300, name: '', time: '00:00:00.000' },
  ])
})

test('a message can be another one of the file: its indexes come before it', async () => {
  const file =
    'syntax = "proto3"; message A { message B { int32 x = 1; } message C { message D { int32 y = 1; } } } message E { int32 z = 1; }'
  const indexes: [message: string, column: string, bytes: number[]][] = [
    ['A.B', 'x', [4, 0, 0]],
    ['A.C.D', 'y', [6, 0, 2, 0]],
    ['E', 'z', [2, 2]],
  ]
  for (const [message, column, bytes] of indexes) {
    const { values } = await encode(batchOf([drawn(column, 'integer')], [1]), { protobuf: file, message })
    assert.deepEqual([...values[0]], [...bytes, 8, 1], message)
  }
  assert.throws(() => check([drawn('x', 'integer')], { protobuf: file, message: 'B' }), {
    code: 'SCHEMA_INVALID',
    message: /no such message; found B; expected one of A, A\.B, A\.C, A\.C\.D, E/,
  })
})

test('columns go to fields by path or by their own name; others are left out', async () => {
  const schema = proto(
    'Address address = 2; int64 id = 1; string none = 9; message Address { string city = 1; string zip = 2; }',
  )
  const fields = [text('city'), drawn('id', 'integer'), text('other')]
  assert.deepEqual(check(fields, schema), ['other'])
  assert.deepEqual(decodedProto(await encode(batchOf(fields, ['Oslo', 7, 'x']), schema)), [
    // Fields that are not written have their default.
    { id: 7, address: { city: 'Oslo', zip: '' }, none: '' },
  ])
})

const misfits: [what: string, fields: Field[], schema: object, message: RegExp][] = [
  [
    'null without presence',
    [text('a', 'string', true)],
    proto('string a = 1;'),
    /field a: a nullable column does not fit; .*expected optional string a/,
  ],
  [
    'another type',
    [text('a')],
    proto('int32 a = 1;'),
    /field a: the column does not convert; found string column a; expected int32/,
  ],
  [
    'text for an enum',
    [text('a')],
    proto('E a = 1; enum E { X = 0; }'),
    /field a: the column does not convert; .*not one of a known set; expected E \(X\)/,
  ],
  ['a value for a list', [text('a')], proto('repeated string a = 1;'), /field a: the column is not a list/],
  [
    'two fields of a oneof',
    [text('a'), text('b')],
    proto('oneof pick { string a = 1; string b = 2; }'),
    /field b: two columns for one oneof; found columns for a and b; expected a column for one field of oneof pick/,
  ],
  [
    'a required field without a column',
    [text('a')],
    { protobuf: 'syntax = "proto2"; message O { optional string a = 1; required string b = 2; }' },
    /field b: no column for this required field/,
  ],
]

for (const [what, fields, schema, message] of misfits) {
  test(`refused before the start: ${what}`, () => {
    assert.throws(() => check(fields, schema), { code: 'SCHEMA_MISMATCH', message })
  })
}

const invalid: [what: string, schema: object, message: RegExp][] = [
  [
    'what is no .proto file',
    { protobuf: 'syntax = "proto3"; message A { int32 a = ; }' },
    /the inline schema: not a \.proto file: illegal id/,
  ],
  [
    'imports that are not known',
    proto('string a = 1;', 'import "shop/money.proto";'),
    /unknown import; found import "shop\/money\.proto"/,
  ],
  ['types that are not there', proto('Money a = 1;'), /the inline schema: no such Type or Enum 'Money'/],
  [
    'groups',
    { protobuf: 'syntax = "proto2"; message A { optional group G = 1 { optional int32 x = 1; } }' },
    /field A\.g: groups are not supported; found group G/,
  ],
  ['a file without a message', { protobuf: 'syntax = "proto3";' }, /a \.proto file without a message/],
]

for (const [what, schema, message] of invalid) {
  test(`refused as a schema: ${what}`, () => {
    assert.throws(() => check([text('a')], schema), { code: 'SCHEMA_INVALID', message })
  })
}

test('the subject can be named by the full name of the message', async () => {
  const batch = batchOf([text('a')], ['x'])
  for (const [subjectStrategy, subject] of [
    ['record', 'shop.Order'],
    ['topic_record', 'my-topic-shop.Order'],
  ] as const)
    assert.equal(
      (await encodedValues(batch, { format, schema: proto('string a = 1;'), subjectStrategy })).subject,
      subject,
    )
})

test('from a .proto file alone: records use what it leaves open', async () => {
  const schema = proto(
    `int64 id = 1; optional string email = 2; Status status = 3; google.protobuf.Timestamp created_at = 4;
     google.type.Date day = 5; google.protobuf.StringValue note = 6; repeated Line lines = 7; map<string, int32> counts = 8;
     Address address = 9; Order parent = 10; repeated Order children = 11; uint32 age = 12;
     oneof pick { string a = 13; int32 b = 14; }
     enum Status { STATUS_UNSPECIFIED = 0; NEW = 1; PAID = 2; }
     message Line { string product = 1; optional double price = 2; }
     message Address { string city = 1; }`,
    'import "google/protobuf/timestamp.proto"; import "google/type/date.proto"; import "google/protobuf/wrappers.proto";',
  )
  const batch = openGenerator(await loadModel(schema), { capacity: 300 }).generate(300)
  const records = decodedProto(await encode(batch, schema))
  assert.deepEqual(
    records.map(({ id }) => id),
    records.map((_, index) => index + 1),
  )
  assert.deepEqual(new Set(records.map(({ status }) => status)), new Set([1, 2]))
  assert.ok(records.some((record) => 'email' in record) && records.some((record) => !('email' in record)))
  assert.ok(records.some(({ note }) => note === undefined))
  for (const record of records) {
    assert.ok(!('parent' in record) && !('children' in record) && !('b' in record))
    assert.ok((record.address as { city: string }).city.length > 0)
    assert.match(String(record.created_at), /^2025-/)
  }
})

test('from a .proto file alone: what cannot be made is refused', async () => {
  await assert.rejects(loadModel(proto('map<int32, string> a = 1;')), {
    code: 'SCHEMA_INVALID',
    message: /the inline schema: field a: maps are supported only with string keys/,
  })
  await assert.rejects(loadModel(proto('google.protobuf.Struct a = 1;', 'import "google/protobuf/struct.proto";')), {
    code: 'SCHEMA_INVALID',
    message: /field a: this type is not supported; found .google\.protobuf\.Struct/,
  })
})
