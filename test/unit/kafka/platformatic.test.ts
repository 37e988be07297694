import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { Connection, packageEntry, partsOf } from '#src/kafka/platformatic.js'

test("the parts of the installed client's package are loaded without the rest", async () => {
  const parts = await partsOf(packageEntry)
  assert.equal(parts?.Connection, Connection)
})

test('a package with other files has no parts', async () => {
  assert.equal(await partsOf(() => new URL('elsewhere/index.js', packageEntry()).href), null)
})

test('without a way to find the package there are no parts', async () => {
  const entry = (): string => {
    throw new TypeError('import.meta.resolve is not a function')
  }
  assert.equal(await partsOf(entry), null)
})

test('the library can be required from CommonJS', () => {
  const library = createRequire(import.meta.url)('../../../../dist/index.js') as object
  assert.ok('KafkaPublisher' in library)
})
