import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { shipped } from '../../support/genesis.js'

const folder = shipped('docs/decisions')
const files = (await readdir(folder)).filter((name) => /^\d{4}-.*\.md$/.test(name)).sort()

test('decision records are numbered without gaps', () => {
  const numbers = files.map((name) => Number(name.slice(0, 4)))
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
  )
})

test('the index has the title, date and status of every decision record', async () => {
  const rows = (await readFile(`${folder}/README.md`, 'utf8')).match(/^\| \[.*$/gm) ?? []
  const expected: string[] = []
  for (const name of files) {
    const [title, , line] = (await readFile(`${folder}/${name}`, 'utf8')).split('\n')
    const [, date, status] =
      /^Date: (\d{4}-\d\d-\d\d)[^·]* · Status: ([^;]+)/.exec(line) ?? assert.fail(`${name}: ${line}`)
    assert.ok(title.startsWith(`# ${Number(name.slice(0, 4))}. `), name)
    expected.push(`| [${title.slice(2)}](${name}) | ${date} | ${status} |`)
  }
  assert.deepEqual(
    rows.map((row) => row.replace(/ +/g, ' ')),
    expected,
  )
})
