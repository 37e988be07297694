import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { deriveSchema } from '#src/encode/avro/derive.js'
import { avroNames } from '#src/encode/schema-names.js'
import { parseSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import { oracle } from '../../support/avro-oracle.js'
import { sampleBatches } from '../../support/batches.js'
import { valuesOf } from '../../support/encoded.js'

const anyName = fc.string({ unit: 'grapheme', maxLength: 8 })

test('with the derived schema of any layout, values read back as the rows', () => {
  fc.assert(
    fc.property(sampleBatches({ names: anyName }), ({ batch, rows }) => {
      const schema = deriveSchema(batch.fields, { name: 'sample', namespace: 'genesis' })
      const type = oracle(schema)
      const names = avroNames(batch.fields.map(({ name }) => name))
      const values = valuesOf(containerEncoder(batch.fields, parseSchema(schema, 'derived')).encode(batch))
      for (const [i, bytes] of values.entries()) {
        const record = type.fromBuffer(bytes) as Record<string, unknown>
        const read = names.map((name, column) => {
          const value = record[name]
          const { nullable } = batch.fields[column]
          return nullable && value !== null ? (Object.values(value as object)[0] as unknown) : value
        })
        assert.deepEqual(
          read.map((value) => (value === 0 ? 0 : value)),
          rows[i],
        )
        const given = Object.fromEntries(names.map((name) => [name, record[name]]))
        assert.deepEqual(bytes, type.toBuffer(given))
      }
    }),
  )
})
