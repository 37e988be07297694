import assert from 'node:assert/strict'
import { test } from 'node:test'
import avro from 'avsc'
import { lineEncoder } from '#src/encode/lines.js'
import { writeModel } from '#src/model/artifact-write.js'
import { openGenerator } from '#src/model/open.js'
import { parseModel } from '#src/model/load.js'
import type { ColumnBatch, NumberVector } from '#src/record.js'
import { fitTable, type FitOptions } from '#src/fit/fit.js'
import { TrainingRandom } from '#src/fit/random.js'
import { valuesOf } from '../../support/encoded.js'
import { tableOf } from '../../support/tables.js'
import { decodedProto, encodedValues, validJson } from '../../support/value-formats.js'

const options: FitOptions = { name: 'test', states: 4, seed: 1, minCount: 1, roundExtremes: false, relations: false }
const rows = 400

/** A column of few prices, one of many amounts, debts among them, one without a fixed form, and whole numbers as pandas writes them. */
async function batchOfPrices(): Promise<{ batch: ColumnBatch; version: number; notes: readonly string[] }> {
  const random = new TrainingRandom(4)
  const column = (cell: () => string): string[] => Array.from({ length: rows }, cell)
  const table = tableOf({
    price: column(() => ['18.00', '7.50', '24.90'][random.below(3)]),
    amount: column(() => ((random.below(200_000) - 20_000) / 100).toFixed(2)),
    weight: column(() => String(random.below(5000) / 100)),
    guests: column(() => `${random.below(9)}.0`),
  })
  const { artifact, report } = await fitTable(table, options)
  const generator = openGenerator(parseModel(Buffer.from(writeModel(artifact)), 'test'), { seed: 3, capacity: rows })
  return { batch: generator.generate(rows), version: artifact.version, notes: report.notes }
}

test('numbers that all have the same decimals keep them in CSV and JSON', async () => {
  const { batch, version, notes } = await batchOfPrices()
  assert.equal(version, 5, 'earlier programs would write other bytes')
  for (const line of valuesOf(lineEncoder('csv', batch.fields).encode(batch)).map(String))
    assert.match(line, /^(18\.00|7\.50|24\.90),-?\d+\.\d\d,\d+(\.\d|\.\d\d)?,\d\n$/)
  for (const line of valuesOf(lineEncoder('json', batch.fields).encode(batch)).map(String))
    assert.match(line, /^\{"price":(18\.00|7\.50|24\.90),"amount":-?\d+\.\d\d,"weight":/)
  assert.match(notes.join('\n'), /column guests: its numbers are whole.*records have integers.*kind: decimal/)
})

test('they are exact decimals in a derived Avro schema, texts in Protobuf, numbers in JSON Schema', async () => {
  const { batch } = await batchOfPrices()
  const held = (batch.vectors[1] as NumberVector).values
  const avroValues = await encodedValues(batch, { format: 'avro' })
  const { fields } = avroValues.schema as { fields: { name: string; type: unknown }[] }
  const decimal = { type: 'bytes', logicalType: 'decimal', precision: 18, scale: 2 }
  assert.deepEqual(
    fields.map(({ type }) => type),
    [decimal, decimal, 'double', 'long'],
  )
  const type = avro.Type.forSchema(avroValues.schema as avro.Schema)
  const unscaled = avroValues.values.map((value) => {
    const { amount } = type.fromBuffer(value) as { amount: Buffer }
    return amount.readIntBE(0, amount.length)
  })
  assert.deepEqual(unscaled, [...held.subarray(0, rows)])
  const texts = decodedProto(await encodedValues(batch, { format: 'protobuf' })).map(({ amount }) => amount)
  assert.deepEqual(
    texts,
    unscaled.map((value) => (value / 100).toFixed(2)),
  )
  const numbers = validJson(await encodedValues(batch, { format: 'json-schema' })) as { amount: number }[]
  assert.deepEqual(
    numbers.map(({ amount }) => amount),
    unscaled.map((value) => value / 100),
  )
})

test('a model with a fixed form that cannot be is invalid', async () => {
  const { artifact } = await fitTable(tableOf({ price: ['1.50', '2.00', '1.50'] }), options)
  const model = JSON.parse(writeModel(artifact)) as { columns: { type: object }[] }
  model.columns[0].type = { kind: 'decimal', scale: 12, fixed: true }
  assert.throws(() => parseModel(Buffer.from(JSON.stringify(model)), 'test'), /columns\[0\].type.fixed/)
})
