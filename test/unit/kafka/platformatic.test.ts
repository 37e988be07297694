import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Connection, packageFolder, partsIn } from '#src/kafka/platformatic.js'

test("the parts of the installed client's package are loaded without the rest", async () => {
  const parts = await partsIn(packageFolder)
  assert.equal(parts?.Connection, Connection)
})

test('a package with other files has no parts', async () => {
  assert.equal(await partsIn(new URL('elsewhere/', packageFolder).href), null)
})
