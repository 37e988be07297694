import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deriveSchema } from '#src/encode/avro/derive.js'
import { parseSchema, readSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import { lineEncoder } from '#src/encode/lines.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { oracle } from '../../support/avro-oracle.js'
import { valuesOf } from '../../support/encoded.js'

for (const [name, file] of [
  ['customers', 'schemas/customer.avsc'],
  ['customers', null],
  ['flights', null],
] as const) {
  test(`records of ${name} in ${file ?? 'the derived schema'} read back as those of JSON`, async () => {
    const generator = openGenerator(await loadModel(`models/${name}.json`))
    const { fields } = generator
    const derived = deriveSchema(fields, { name, namespace: 'genesis' })
    const schema = file === null ? parseSchema(derived, 'derived') : readSchema(file)
    const batch = generator.generate(500)
    const rows = valuesOf(lineEncoder('json', fields).encode(batch)).map(
      (line) => JSON.parse(line.toString()) as Record<string, unknown>,
    )
    const values = valuesOf(containerEncoder(fields, schema).encode(batch))
    const type = oracle(schema.json)
    for (const [i, bytes] of values.entries()) {
      const record = type.fromBuffer(bytes) as Record<string, unknown>
      const read = Object.entries(record).map(([field, value]) => {
        if (typeof value === 'bigint') return [field, Number(`${value}e-2`)]
        return [field, typeof value === 'object' && value !== null ? (Object.values(value)[0] as unknown) : value]
      })
      assert.deepEqual(Object.fromEntries(read), rows[i])
    }
  })
}
