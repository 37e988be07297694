import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SchemaType } from '@kafkajs/confluent-schema-registry'
import { schemaFromConfluentSchema } from '@kafkajs/confluent-schema-registry/dist/schemaTypeResolver.js'
import avro from 'avsc'
import { consumedRanges } from '#src/cli/read.js'
import { createDecoder, decodePlain } from '#src/cli/read/decode-bytes.js'
import { readableTypes } from '#src/cli/read/logical-types.js'
import { humanLine, jsonLine } from '#src/cli/read/record-line.js'
import { GenesisError } from '#src/errors.js'

type Client = NonNullable<Parameters<typeof createDecoder>[0]>

/** A registry's client with one schema, of id 7. */
function clientOf(schema: object, decode: (bytes: Buffer) => unknown): Client {
  const getSchema = (id: number): Promise<object> =>
    id === 7 ? Promise.resolve(schema) : Promise.reject(Object.assign(new Error('Schema not found'), { status: 404 }))
  return { getSchema, decode: (bytes: Buffer) => Promise.resolve(decode(bytes)) } as unknown as Client
}

const frame = (id: number, ...bytes: number[]): Buffer => Buffer.from([0, 0, 0, 0, id, ...bytes])

describe('decodePlain', () => {
  it('tells JSON, text and bytes apart', () => {
    assert.deepEqual(decodePlain(Buffer.from('{"a":\n 12345678901234567890}')), {
      ...{ format: 'json', json: '{"a": 12345678901234567890}', text: '{"a": 12345678901234567890}', schemaId: null },
    })
    for (const text of ['42', 'Grüße', '{not json', ''])
      assert.deepEqual(decodePlain(Buffer.from(text)), {
        ...{ format: 'text', json: JSON.stringify(text), text, schemaId: null },
      })
    assert.deepEqual(decodePlain(Buffer.from('ff00', 'hex')).json, '"ff00"')
    assert.equal(decodePlain(Buffer.from([1, 2])).format, 'hex')
    assert.equal(decodePlain(Buffer.from('a\nb')).text, 'a\\nb')
  })
})

describe('createDecoder', () => {
  it('decodes a frame by its schema, and keeps digits and bytes', async () => {
    const value = { id: 9007199254740993n, raw: Buffer.from([255]), none: null, list: [1, 'x'] }
    const decode = createDecoder(
      clientOf({ typeName: 'record' }, () => value),
      assert.fail,
    )
    assert.deepEqual(await decode(frame(7, 2)), {
      format: 'avro',
      json: '{"id":9007199254740993,"raw":"ff","none":null,"list":[1,"x"]}',
      text: '{"id":9007199254740993,"raw":"ff","none":null,"list":[1,"x"]}',
      schemaId: 7,
    })
  })

  it('says once why a frame stays bytes', async () => {
    const notes: string[] = []
    const note = (message: string): void => void notes.push(message)
    const proto = createDecoder(
      clientOf(protoSchema('message A { int32 x = 1; }'), () => assert.fail()),
      note,
    )
    for (let i = 0; i < 2; i++) assert.equal((await proto(frame(7, 2, 2))).format, 'hex')
    assert.equal((await proto(frame(8))).schemaId, 8)
    await createDecoder(null, note)(frame(7))
    assert.equal(notes.length, 3)
    assert.match(notes[0], /^schema 7: the schema has no message 1$/)
    assert.match(notes[1], /^schema 8: not in the registry/)
    assert.match(notes[2], /set --registry/)
  })

  it('fails where the registry does not answer, or refuses', async () => {
    for (const [status, code] of [
      [503, 'REGISTRY_UNREACHABLE'],
      [401, 'REGISTRY_REJECTED'],
    ] as const) {
      const getSchema = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { status }))
      const decode = createDecoder({ getSchema } as unknown as Client, assert.fail)
      await assert.rejects(decode(frame(7)), (error) => error instanceof GenesisError && error.code === code)
    }
  })
})

/** As the registry's client parses it. */
function protoSchema(text: string): Awaited<ReturnType<Client['getSchema']>> {
  const file = { type: SchemaType.PROTOBUF as const, schema: `syntax = "proto3"; package shop; ${text}` }
  return schemaFromConfluentSchema(file)
}

describe('messages of Protobuf', () => {
  const decode = async (text: string, hex: string): Promise<unknown> => {
    const decoder = createDecoder(
      clientOf(protoSchema(text), () => assert.fail()),
      assert.fail,
    )
    return JSON.parse((await decoder(frame(7, ...Buffer.from(hex, 'hex')))).json) as unknown
  }

  it("have Google's types, which the registry does not", async () => {
    const text = `import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto"; import "google/type/date.proto";
      message A {
        google.protobuf.Timestamp at = 1; google.protobuf.StringValue note = 2; google.protobuf.Int64Value count = 3;
        google.type.Date day = 4; repeated google.protobuf.Timestamp times = 5;
      }`
    assert.deepEqual(await decode(text, '000a0608021080897a1200' + '1a020807' + '220508e80f1005' + '2a00'), {
      at: '1970-01-01T00:00:02.002Z',
      note: '',
      count: 7,
      day: '2024-05-00',
      times: ['1970-01-01T00:00:00.000Z'],
    })
  })

  it('may be any of the file, also one inside another', async () => {
    const text =
      'message A { } message B { int64 x = 1; message C { map<string, E> e = 1; } enum E { NO = 0; YES = 1; } }'
    assert.deepEqual(await decode(text, '0202' + '0801'), { x: 1 })
    assert.deepEqual(await decode(text, '040200' + '0a050a01611001'), { e: { a: 'YES' } })
    assert.deepEqual(await decode(text, '00'), {})
  })
})

describe('readableTypes', () => {
  it('reads longs, decimals, dates and times with all their digits', () => {
    const type = (schema: object): avro.Type => avro.Type.forSchema(schema as avro.Schema, readableTypes)
    const read = (schema: object, hex: string): unknown => type(schema).fromBuffer(Buffer.from(hex, 'hex'))
    assert.equal(read({ type: 'long' }, 'feffffffffffffffff01'), 9223372036854775807n)
    const decimal = { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 }
    assert.equal(read(decimal, '0204d2'.replace('02', '04')), '12.34')
    assert.equal(read(decimal, '02ff'), '-0.01')
    assert.equal(read({ type: 'int', logicalType: 'date' }, '02'), '1970-01-02')
    assert.equal(read({ type: 'int', logicalType: 'time-millis' }, '02'), '00:00:00.001')
    assert.equal(read({ type: 'long', logicalType: 'timestamp-millis' }, '02'), '1970-01-01T00:00:00.001Z')
    assert.equal(read({ type: 'long', logicalType: 'local-timestamp-millis' }, '02'), '1970-01-01T00:00:00.001')
  })
})

describe('a line', () => {
  const record = {
    partition: 2,
    offset: '17',
    timestamp: 0,
    key: Buffer.from('k'),
    value: null,
    headers: { a: [Buffer.from('1'), Buffer.from('2')], b: Buffer.from([255]) },
  }
  const decode = createDecoder(null, assert.fail)

  it('for a person has place, time, key, value and headers', async () => {
    assert.equal(await humanLine(record, decode), '2/17  1970-01-01T00:00:00.000Z  k  null  {a=1, a=2, b=0xff}')
  })

  it('for a program says what each part was', async () => {
    assert.deepEqual(JSON.parse(await jsonLine('t', record, decode)), {
      ...{ topic: 't', partition: 2, offset: 17, timestamp: '1970-01-01T00:00:00.000Z' },
      ...{ key: 'k', key_format: 'text', value: null },
      headers: [
        ['a', '1'],
        ['a', '2'],
        ['b', 'ff'],
      ],
    })
  })
})

describe('what is read', () => {
  const ranges = [
    { partition: 0, start: 5, stableEnd: 8, end: 9 },
    { partition: 1, start: 0, stableEnd: 0, end: 0 },
  ]

  it('is what is there, up to the last decided transaction', () => {
    assert.deepEqual(consumedRanges(ranges, 't', {}), [
      { partition: 0, start: 5, end: 8 },
      { partition: 1, start: 0, end: 0 },
    ])
  })

  it('is what comes next when following, or everything', () => {
    assert.deepEqual(consumedRanges(ranges, 't', { follow: true, partition: 0 }), [
      { partition: 0, start: 9, end: null },
    ])
    assert.deepEqual(consumedRanges(ranges, 't', { follow: true, fromBeginning: true, partition: 0 }), [
      { partition: 0, start: 5, end: null },
    ])
  })

  it('is one of its partitions, or nothing', () => {
    assert.throws(() => consumedRanges(ranges, 't', { partition: 2 }), /--partition.*found 2; expected 0 to 1/)
  })
})
