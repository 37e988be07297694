import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripperOf } from '#src/verify/strip-value.js'
import type { ConnectorConfig } from '#src/config/connector.js'
import type { Field } from '#src/record.js'
import { batchOf, drawn, text } from '../../support/layouts.js'
import { encodedConnector } from '../../support/encoded.js'
import { encodedValues, prefix } from '../../support/value-formats.js'

const fields: Field[] = [
  drawn('id', 'integer'),
  drawn('seen', 'timestamp'),
  { ...text('city'), name: 'address.city', path: ['address', 'city'] },
  { ...drawn('checked', 'timestamp'), name: 'address.checked', path: ['address', 'checked'] },
]

for (const format of ['json-schema', 'protobuf'] as const) {
  test(`${format}: values that differ in fields of the wall clock alone are the same without them`, async () => {
    const strip = stripperOf(encodedConnector({ format }) as ConnectorConfig, fields, ['seen', 'address.checked'])
    const stripped = async (...record: (string | number)[]): Promise<string> => {
      const { values } = await encodedValues(batchOf(fields, record), { format })
      return Buffer.from(strip(Buffer.concat([prefix, values[0]]))).toString('latin1')
    }
    const first = await stripped(1, 1000, 'Oslo', 5)
    assert.equal(await stripped(1, 987_654_321, 'Oslo', 2 ** 40), first)
    assert.notEqual(await stripped(1, 1000, 'Bern', 5), first)
    assert.notEqual(await stripped(2, 1000, 'Oslo', 5), first)
    assert.deepEqual(strip(Buffer.of(1, 2, 3, 255)), Buffer.of(1, 2, 3, 255))
  })
}
