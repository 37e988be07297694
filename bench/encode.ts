/** Records per second and CPU per record of each encoder: on 15 census columns, and on 10 customer columns, 3 of them free text. */
import { fileURLToPath } from 'node:url'
import { deriveSchema } from '#src/encode/avro/derive.js'
import { parseSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import type { Encoder } from '#src/encode/encoder.js'
import { deriveJsonSchema } from '#src/encode/json-schema/derive.js'
import { planJsonSchema } from '#src/encode/json-schema/plan.js'
import { lineEncoder } from '#src/encode/lines.js'
import { deriveProto } from '#src/encode/protobuf/derive.js'
import { planProto } from '#src/encode/protobuf/plan.js'
import { RecordWriter } from '#src/encode/record-writer.js'
import { avroName } from '#src/encode/schema-names.js'
import { constant } from '#src/encode/step.js'
import type { ValuePlan } from '#src/encode/value-schema.js'
import { wirePrefix } from '#src/encode/wire-format.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { parseJsonSchema, type JsonSchema } from '#src/model/schemas/json-schema.js'
import { parseProto, type ProtoSchema } from '#src/model/schemas/proto-file.js'
import type { ColumnBatch, Field, Value, Vector } from '#src/record.js'
import { median } from './markdown.js'
import { timed, type Timed } from './timed.js'

export interface EncodeResult {
  readonly layout: string
  readonly encoder: string
  readonly recordsPerSecond: number
  readonly cpuMicrosPerRecord: number
  readonly bytesPerRecord: number
}

const batchLength = 4096
let state = 1
/** Any uniform generator will do, as long as it is reproducible (from Numerical Recipes). */
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}
const words = (count: number, length: number): string[] =>
  Array.from({ length: count }, (_, i) => `value-${i}-abcdefghijklmnop`.slice(0, length))

function category(name: string, values: readonly Value[], type: Field['type'] = { kind: 'string' }): [Field, Vector] {
  const codes = Uint16Array.from({ length: batchLength }, () => random(values.length))
  const nullable = values.includes(null)
  return [
    { name, type, nullable, vector: 'dictionary', dictionary: values },
    { kind: 'dictionary', codes },
  ]
}

/** A number column with some exact values and the rest drawn from bins. */
function number(
  name: string,
  type: Field['type'],
  low: number,
  high: number,
  atoms: readonly number[],
): [Field, Vector] {
  const codes = Uint16Array.from({ length: batchLength }, () => random(atoms.length + 64))
  const values = Float64Array.from(codes, (code) => atoms[code] ?? low + random(high - low))
  const dictionary = Array.from({ length: atoms.length + 64 }, (_, code) => atoms[code])
  return [
    { name, type, nullable: false, vector: 'number', dictionary, range: [low, high] },
    { kind: 'number', values, codes },
  ]
}

/** 9 categorical and 6 numeric columns, with alphabets of the same sizes and lengths as the UCI Adult table's. */
export function censusBatch(): ColumnBatch {
  const integer: Field['type'] = { kind: 'integer' }
  const columns = [
    category(
      'age',
      Array.from({ length: 73 }, (_, i) => i + 17),
      integer,
    ),
    category('workclass', words(8, 12)),
    number('fnlwgt', integer, 12285, 1484705, []),
    category('education', words(16, 10)),
    category(
      'education_num',
      Array.from({ length: 16 }, (_, i) => i + 1),
      integer,
    ),
    category('marital_status', words(7, 14)),
    category('occupation', words(14, 14)),
    category('relationship', words(6, 11)),
    category('race', words(5, 8)),
    category('sex', ['Male', 'Female']),
    number('capital_gain', integer, 0, 99999, [0, 7298, 15024]),
    number('capital_loss', integer, 0, 4356, [0, 1902, 1977]),
    category(
      'hours_per_week',
      Array.from({ length: 94 }, (_, i) => i + 1),
      integer,
    ),
    category('native_country', words(41, 13)),
    category('income', ['<=50K', '>50K']),
  ]
  return batchOf(columns)
}

function batchOf(columns: readonly [Field, Vector][]): ColumnBatch {
  return {
    fields: columns.map(([field]) => field),
    start: 0,
    stride: 1,
    length: batchLength,
    vectors: columns.map(([, vector]) => vector),
  }
}

function text(name: string, write: (i: number) => string): [Field, Vector] {
  const parts = Array.from({ length: batchLength }, (_, i) => Buffer.from(write(i)))
  const offsets = new Int32Array(batchLength + 1)
  parts.forEach((part, i) => (offsets[i + 1] = offsets[i] + part.length))
  return [
    { name, type: { kind: 'string' }, nullable: false, vector: 'text', plain: false },
    { kind: 'text', bytes: Buffer.concat(parts), offsets, missing: undefined },
  ]
}

/** Sequence, texts, categories, a decimal and a date. */
export function customersBatch(): ColumnBatch {
  return batchOf([
    number('id', { kind: 'integer' }, 1, 10_000_000, []),
    text('name', (i) => `Maria Gonzales ${i}`),
    text('email', (i) => `maria.gonzales.${i}@example.com`),
    number('age', { kind: 'integer' }, 18, 95, [18, 30, 40]),
    number('income', { kind: 'decimal', scale: 2 }, 0, 20_000_000, [0]),
    category('segment', ['basic', 'standard', 'premium']),
    category('status', ['active', 'inactive', 'churned', null]),
    text('city', (i) => `Sankt "Peter" ${i % 10}`),
    number('lifetime_value', { kind: 'decimal', scale: 2 }, 0, 5_000_000, []),
    number('signup_date', { kind: 'date' }, 15_000, 20_000, []),
  ])
}

const place = {
  type: 'record',
  name: 'place',
  fields: [
    { name: 'city', type: 'string' },
    { name: 'zip', type: ['null', 'int'] },
  ],
}
const item = {
  type: 'record',
  name: 'item',
  fields: [
    { name: 'product', type: 'string' },
    { name: 'quantity', type: { type: 'int', 'arg.properties': { range: { min: 1, max: 9 } } } },
    { name: 'price', type: 'double' },
  ],
}
const orders = {
  type: 'record',
  name: 'orders',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'address', type: place },
    { name: 'tags', type: { type: 'array', items: 'string' } },
    { name: 'items', type: { type: 'array', items: item } },
    { name: 'attributes', type: { type: 'map', values: 'long' } },
  ],
}

/** Nested records, lists of texts and of records, and a map, as a schema makes them. */
async function ordersBatch(): Promise<ColumnBatch> {
  return openGenerator(await loadModel(orders), { capacity: batchLength }).generate(batchLength)
}

/** Medians of `runs` runs of about `millis` each. */
export async function benchEncoders({ runs = 5, millis = 400 } = {}): Promise<EncodeResult[]> {
  const layouts: [string, ColumnBatch][] = [
    ['census', censusBatch()],
    ['customers', customersBatch()],
    ['orders, nested', await ordersBatch()],
  ]
  return layouts.flatMap(([layout, batch]) => {
    const isNested = batch.fields.some(({ type }) => type.kind === 'list')
    const schema = isNested ? orders : deriveSchema(batch.fields, { name: layout, namespace: 'bench' })
    const encoders: [string, Encoder][] = [
      ['Avro', containerEncoder(batch.fields, parseSchema(schema, 'derived'))],
      ['Protobuf', topicEncoder(batch, planProto(batch.fields, protoOf(layout, batch)))],
      ['JSON Schema', topicEncoder(batch, planJsonSchema(batch.fields, jsonSchemaOf(layout, batch)))],
      ['JSON lines', lineEncoder('json', batch.fields)],
      ...(isNested ? [] : [['CSV', lineEncoder('csv', batch.fields)] as [string, Encoder]]),
    ]
    return encoders.map(([name, encoder]) => ({ layout, ...measure(name, runs, millis, batch, encoder) }))
  })
}

function protoOf(layout: string, { fields }: ColumnBatch): ProtoSchema {
  return parseProto(deriveProto(fields, { name: avroName(layout), namespace: 'bench' }), 'derived', null)
}

function jsonSchemaOf(layout: string, { fields }: ColumnBatch): JsonSchema {
  return parseJsonSchema(deriveJsonSchema(fields, layout), 'derived')
}

/** Values with the registry's prefix. */
function topicEncoder({ fields }: ColumnBatch, { steps }: ValuePlan): Encoder {
  const writer = new RecordWriter({ fields, key: null, value: [constant(wirePrefix(1)), ...steps] })
  return { prepare: () => Promise.resolve(), encode: (batch) => writer.write(batch) }
}

function measure(
  name: string,
  runs: number,
  millis: number,
  batch: ColumnBatch,
  encoder: Encoder,
): Omit<EncodeResult, 'layout'> {
  const once = (): Timed => timed(() => encoder.encode(batch), batch.length, millis)
  once()
  const results = Array.from({ length: runs }, once)
  const { offsets } = encoder.encode(batch)
  return {
    encoder: name,
    recordsPerSecond: median(results.map(({ perSecond }) => perSecond)),
    cpuMicrosPerRecord: median(results.map(({ cpuMicros }) => cpuMicros)),
    bytesPerRecord: offsets[2 * batch.length] / batch.length,
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = (await benchEncoders()).map((result) => ({
    layout: result.layout,
    encoder: result.encoder,
    'records/s': Math.round(result.recordsPerSecond).toLocaleString('en'),
    'CPU µs/record': result.cpuMicrosPerRecord.toFixed(3),
    'bytes/record': result.bytesPerRecord.toFixed(0),
  }))
  console.table(rows)
}
