import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { shipped } from '../../support/genesis.js'

test('every decision record has a number of its own, a date and a status', async () => {
  const folder = shipped('docs/decisions')
  const files = (await readdir(folder)).filter((name) => /^\d{4}-.*\.md$/.test(name))
  assert.equal(new Set(files.map((name) => name.slice(0, 4))).size, files.length)
  for (const name of files) {
    const text = await readFile(`${folder}/${name}`, 'utf8')
    assert.ok(text.startsWith(`# ${Number(name.slice(0, 4))}. `), `${name}: number in the title`)
    assert.match(text, /^Date: \d{4}-\d\d-\d\d\b.*\bStatus: (proposed|accepted|superseded by \d+)/m, name)
  }
})
