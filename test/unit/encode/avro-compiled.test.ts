import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import type { Field, FieldType, Value } from '#src/record.js'
import { oracle } from '../../support/avro-oracle.js'
import type { SampleBatch } from '../../support/batches.js'
import { sampleBatches } from '../../support/batches.js'
import { valuesOf } from '../../support/encoded.js'

/** A type that a column can be written as, and what the oracle is given for a value. */
interface Target {
  schema: unknown
  given: (row: NonNullable<Value>, held: NonNullable<Value>) => unknown
}

const asRow: Target['given'] = (row) => row
const asHeld: Target['given'] = (_, held) => held
const asBytes: Target['given'] = (row) => Buffer.from(String(row))
let named = 0

function targets(type: FieldType): Target[] {
  const fixed = (size: number, more: object): object => ({ type: 'fixed', name: `Fixed${named++}`, size, ...more })
  const decimals = (scale: number): Target[] =>
    [0, 3, 9].flatMap((shift) => {
      const decimal = { logicalType: 'decimal', precision: 38, scale: scale + shift }
      const given: Target['given'] = (_, held) => BigInt(Number(held)) * 10n ** BigInt(shift)
      return [
        { schema: { type: 'bytes', ...decimal }, given },
        { schema: fixed(16, decimal), given },
      ]
    })
  switch (type.kind) {
    case 'string':
      return [
        { schema: 'string', given: asRow },
        { schema: { type: 'string', logicalType: 'unheard-of' }, given: asRow },
        { schema: 'bytes', given: asBytes },
      ]
    case 'uuid':
      return [
        { schema: { type: 'string', logicalType: 'uuid' }, given: asRow },
        { schema: fixed(16, { logicalType: 'uuid' }), given: asRow },
        { schema: 'string', given: asRow },
        { schema: 'bytes', given: asBytes },
      ]
    case 'list':
    case 'json':
      return []
    case 'boolean':
      return [{ schema: 'boolean', given: asRow }]
    case 'integer':
      return [{ schema: 'long', given: asRow }, { schema: 'double', given: asRow }, ...decimals(0)]
    case 'decimal':
      return [{ schema: 'double', given: asRow }, { schema: 'float', given: asRow }, ...decimals(type.scale)]
    case 'double':
      // A row has no −0.
      return [
        { schema: 'double', given: asHeld },
        { schema: 'float', given: asHeld },
      ]
    case 'date':
      return [
        { schema: { type: 'int', logicalType: 'date' }, given: asRow },
        { schema: { type: 'long', logicalType: 'timestamp-millis' }, given: asRow },
        { schema: { type: 'long', logicalType: 'local-timestamp-millis' }, given: asRow },
        { schema: 'string', given: asRow },
        { schema: 'int', given: asHeld },
        { schema: 'long', given: asHeld },
      ]
    case 'time':
      return [
        { schema: { type: 'int', logicalType: 'time-millis' }, given: asRow },
        { schema: 'string', given: asRow },
        { schema: 'long', given: asHeld },
      ]
    case 'timestamp':
      return [
        { schema: { type: 'long', logicalType: 'timestamp-millis' }, given: asRow },
        { schema: { type: 'long', logicalType: 'local-timestamp-millis' }, given: asRow },
        { schema: 'string', given: asRow },
        { schema: 'long', given: asHeld },
      ]
  }
}

/** The type as it is, or in a union, with whatever else does not take the column. */
function inUnion({ schema, given }: Target, nullable: boolean, shape: number): Target {
  const other = { type: 'array', items: 'int' }
  const unions = [
    [schema, 'null'],
    ['null', schema],
    ['null', other, schema],
    [other, schema, 'null'],
    [schema, other],
  ]
  const union = nullable ? unions[shape % 4] : [...unions, [schema], null][shape % 7]
  if (union === null) return { schema, given }
  const branch = oracle(schema).branchName ?? ''
  return { schema: union, given: (row, held) => ({ [branch]: given(row, held) }) }
}

const extras = [
  { type: { type: 'array', items: 'string' }, default: ['a', 'bc'] },
  { type: { type: 'map', values: 'long' }, default: { x: 300 } },
  { type: ['null', 'string'], default: null },
  { type: ['string', 'null'], default: 'é' },
  { type: 'bytes', default: '\u00ff\u0000' },
  { type: 'double', default: -1.5 },
]

interface Sample extends SampleBatch {
  schema: object
  given: object[]
}

/** A schema for the batch: random types, places (nested or not), aliases, and fields with defaults between. */
function schemaFor(
  { batch, rows, held }: SampleBatch,
  draw: (below: number) => number,
): Omit<Sample, keyof SampleBatch> {
  const fields: Record<string, unknown>[] = []
  const groups = new Map<string, Record<string, unknown>[]>()
  const setters: ((record: Record<string, unknown>, r: number) => void)[] = []
  batch.fields.forEach((field: Field, column) => {
    const options = targets(field.type)
    const target = inUnion(options[draw(options.length)], field.nullable, draw(28))
    const name = draw(4) === 0 ? `Renamed_${field.name}` : field.name
    const avroField = { name, type: target.schema, ...(name === field.name ? {} : { aliases: [field.name] }) }
    const group = draw(3) === 0 ? `Group${draw(2)}` : null
    if (group === null) fields.push(avroField)
    else {
      const members = groups.get(group) ?? []
      members.push(avroField)
      if (members.length === 1) {
        groups.set(group, members)
        const record = { type: 'record', name: `${group}Type`, fields: members }
        fields.push({ name: group, type: group === 'Group1' ? ['null', record] : record })
      }
    }
    if (draw(3) === 0) fields.push({ name: `Extra${column}`, ...extras[draw(extras.length)] })
    setters.push((record, r) => {
      const value = rows[r][column]
      const of = value === null ? null : target.given(value, held[r][column] as NonNullable<Value>)
      const inner = group === null ? record : ((record[group] ??= {}) as Record<string, unknown>)
      inner[name] = of
    })
  })
  const given = rows.map((_, r) => {
    const record: Record<string, unknown> = {}
    for (const set of setters) set(record, r)
    if (record.Group1 !== undefined) record.Group1 = { Group1Type: record.Group1 }
    return record
  })
  return { schema: { type: 'record', name: 'Sample', fields }, given }
}

const samples: fc.Arbitrary<Sample> = fc
  .record({ sample: sampleBatches(), draws: fc.array(fc.nat(1000), { minLength: 60, maxLength: 60 }) })
  .map(({ sample, draws }) => {
    let next = 0
    return { ...sample, ...schemaFor(sample, (below) => draws[next++ % draws.length] % below) }
  })

test('for any row of any layout and schema, the compiled bytes are those of avsc', () => {
  fc.assert(
    fc.property(samples, ({ batch, schema, given }) => {
      const type = oracle(schema)
      const values = valuesOf(containerEncoder(batch.fields, parseSchema(schema, 'sample')).encode(batch))
      const expected = given.map((record) => type.toBuffer(type.clone(record, { skipMissingFields: true })))
      assert.deepEqual(
        values.map((bytes) => bytes.toString('hex')),
        expected.map((bytes) => bytes.toString('hex')),
      )
    }),
    { numRuns: 200 },
  )
})

test('records wider than one generated function have the same bytes', () => {
  const wide = sampleBatches({
    fewest: 100,
    columns: 130,
    names: fc.integer({ min: 0, max: 100_000 }).map((n) => `c${n}`),
  })
  fc.assert(
    fc.property(wide, ({ batch, rows, held }) => {
      const { schema, given } = schemaFor({ batch, rows, held }, (below) => 1 % below)
      const type = oracle(schema)
      const values = valuesOf(containerEncoder(batch.fields, parseSchema(schema, 'sample')).encode(batch))
      assert.deepEqual(
        values,
        given.map((record) => type.toBuffer(type.clone(record, { skipMissingFields: true }))),
      )
    }),
    { numRuns: 10, endOnFailure: true },
  )
})
