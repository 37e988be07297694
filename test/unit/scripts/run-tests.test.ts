import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { runTests } from '../../../scripts/run-tests.js'
import { folderWith } from '../config/folder.js'

const passes = "require('node:test').test('passes', () => {})\n"
const fails = "require('node:test').test('fails', () => { throw new Error('always') })\n"
/** Fails as long as its mark is missing, and leaves it. */
const failsOnce = `
const { existsSync, writeFileSync } = require('node:fs')
require('node:test').test('fails once', () => {
  const mark = __filename + '.ran'
  if (existsSync(mark)) return
  writeFileSync(mark, '')
  throw new Error('busy')
})
`

async function run(t: TestContext, texts: Readonly<Record<string, string>>) {
  const tests = await folderWith(t, {})
  const files = Object.keys(texts).map((name) => join(tests, name))
  for (const [name, text] of Object.entries(texts)) {
    await mkdir(dirname(join(tests, name)), { recursive: true })
    await writeFile(join(tests, name), text)
  }
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
  const lines: string[] = []
  const status = await runTests({
    ...{ tests, files, env, signal: t.signal, report: 'ignore' },
    say: (line) => lines.push(line.trim()),
  })
  return { tests, status, lines }
}

test('a file that fails beside others and passes by itself is named as flaky, and does not fail the run', async (t) => {
  const { status, lines } = await run(t, { 'integration/a.test.cjs': passes, 'fault/b.test.cjs': failsOnce })
  assert.equal(status, 0)
  assert.match(lines.join('\n'), /^fault\/b\.test\.cjs failed beside .*\nflaky: fault\/b\.test\.cjs /)
})

test('a file that fails again fails the run', async (t) => {
  const { status, lines } = await run(t, { 'integration/a.test.cjs': failsOnce, 'integration/b.test.cjs': fails })
  assert.equal(status, 1)
  assert.ok(!lines.some((line) => line.startsWith('flaky')), lines.join('\n'))
})

test('more than two files that fail are no accident: none runs again', async (t) => {
  const names = ['integration/a.test.cjs', 'integration/b.test.cjs', 'contract/c.test.cjs']
  const { status, lines } = await run(t, Object.fromEntries(names.map((name) => [name, failsOnce])))
  assert.equal(status, 1)
  assert.deepEqual(lines, [])
})

test('a unit test has nothing to be flaky about: it does not run again', async (t) => {
  const { tests, status } = await run(t, { 'unit/a.test.cjs': failsOnce, 'integration/b.test.cjs': failsOnce })
  assert.equal(status, 1)
  assert.ok(existsSync(join(tests, 'unit/a.test.cjs.ran')))
})
