import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { referenceFiles } from '../../../scripts/reference-files.js'

const root = new URL('../../../../', import.meta.url)

describe('the reference files', async () => {
  for (const { path, text } of await referenceFiles()) {
    it(`${path} says what the code does (npm run reference makes it so)`, async () => {
      assert.equal(await readFile(new URL(path, root), 'utf8'), text)
    })
  }
})
