import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { referenceFiles } from '../../../scripts/reference-files.js'

const root = new URL('../../../../', import.meta.url)

describe('README.md', () => {
  it('shows the connector that is shipped', async () => {
    const readme = await readFile(new URL('README.md', root), 'utf8')
    const shown = /```yaml\n# (connectors\/.*)\n([^]*?)```/.exec(readme)
    assert.ok(shown)
    assert.deepEqual(parse(shown[2]), parse(await readFile(new URL(shown[1], root), 'utf8')))
  })
})

describe('the reference files', async () => {
  for (const { path, text } of await referenceFiles()) {
    it(`${path} says what the code does (npm run reference makes it so)`, async () => {
      assert.equal(await readFile(new URL(path, root), 'utf8'), text)
    })
  }
})
