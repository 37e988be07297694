/**
 * Nested values in every format with a schema, as readers of others get them. With READERS=all (make readers) also those in Java and Python,
 * which are downloaded.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import type protobuf from 'protobufjs'
import { createEncoder } from '#src/encode/create.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import { encodedConnector, valuesOf } from '../support/encoded.js'
import { framed, linesOf, readByOthers } from '../support/foreign-readers.js'
import { uniqueName } from '../support/kafka.js'
import { nestedShapes, recordOf } from '../support/nested-shapes.js'
import { registryUrl, testRegistry } from '../support/registry.js'
import { asProtobufHas, plainTimes } from '../support/value-formats.js'

const formats = ['avro', 'json-schema', 'protobuf'] as const
type Format = (typeof formats)[number]
const all = process.env.READERS === 'all'
const count = all ? 300 : 50

interface Case {
  readonly format: Format
  readonly shape: string
  readonly values: readonly Buffer[]
  /** As JSON has them. */
  readonly rows: readonly object[]
}

async function encodedCase(format: Format, shape: string): Promise<Case> {
  const schema = recordOf(nestedShapes[shape])
  const batch = openGenerator(await loadModel(schema), { capacity: count }).generate(count)
  // An Avro schema says how values in Avro are written; the other formats derive theirs.
  const value = { format, schema: format === 'avro' ? schema : null }
  const connector = encodedConnector(value, { topic: uniqueName('test-readers') })
  const encoder = createEncoder(connector, testRegistry())(batch.fields)
  await encoder.prepare()
  const rows = JSON.parse(JSON.stringify(toRows(batch))) as object[]
  return { format, shape, values: valuesOf(encoder.encode(batch)), rows }
}

/** What a reader should find in a row. */
function expected(format: Format, row: object): unknown {
  return format === 'protobuf' ? asProtobufHas(untexted(row)) : row
}

/** The derived .proto file has decimals as text, and values of any shape as the text of their JSON. */
function untexted(value: unknown): unknown {
  if (typeof value === 'string') return /^(-?\d+(\.\d+)?|\[.*\])$/.test(value) ? (JSON.parse(value) as unknown) : value
  if (Array.isArray(value)) return value.map(untexted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, untexted(own)]))
}

describe('nested values', () => {
  let folder = ''
  const cases: Case[] = []
  const fileOf = ({ format, shape }: Case, reader: string): string =>
    join(folder, `${format}.${shape.replaceAll(' ', '-')}.${reader}`)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'genesis-readers-'))
    for (const format of formats)
      for (const shape of Object.keys(nestedShapes)) cases.push(await encodedCase(format, shape))
    if (!all) return
    for (const one of cases) await writeFile(fileOf(one, 'values'), framed(one.values))
    await readByOthers(registryUrl(), folder)
  })
  after(() => rm(folder, { recursive: true }))

  const readers: Readonly<Record<string, { formats: readonly Format[]; read: (one: Case) => Promise<unknown[]> }>> = {
    '@kafkajs/confluent-schema-registry': { formats, read: readByKafkajs },
    ...(all && {
      Java: { formats, read: (one) => linesOf(fileOf(one, 'java')) },
      Python: { formats: ['avro', 'protobuf'], read: (one) => linesOf(fileOf(one, 'python')) },
    }),
  }
  for (const [reader, { formats, read }] of Object.entries(readers)) {
    for (const format of formats) {
      for (const shape of Object.keys(nestedShapes)) {
        // The registry's client of kafkajs resolves no imports.
        if (read === readByKafkajs && format === 'protobuf' && shape === 'list of times') continue
        test(`${reader} reads a ${shape} in ${format} as it was made`, async () => {
          const one = cases.find((candidate) => candidate.format === format && candidate.shape === shape)
          assert.ok(one)
          const found = await read(one)
          assert.deepEqual(
            found.map((value) => plainTimes(expected(format, value as object))),
            one.rows.map((row) => plainTimes(expected(format, row))),
          )
        })
      }
    }
  }
})

async function readByKafkajs({ values }: Case): Promise<unknown[]> {
  const json = { strict: false, validateFormats: false }
  const registry = new SchemaRegistry({ host: registryUrl() }, { [SchemaType.JSON]: json })
  // Once it knows the schema.
  await registry.decode(values[0])
  const found: unknown[] = await Promise.all(values.map((value) => registry.decode(value)))
  return JSON.parse(JSON.stringify(found.map(asNumbers))) as unknown[]
}

/** A message of Protobuf with its integers as numbers. */
function asNumbers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$type' in value)) return value
  return (value.$type as protobuf.Type).toObject(value as protobuf.Message, { longs: Number, enums: String })
}
