import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../support/tables.js'

const folder = temporaryFolder()
const run = promisify(execFile)
const table = join(folder, 'people.csv')
const model = join(folder, 'people.json')

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The command line as it is installed. */
async function genesis(...args: string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await run(process.execPath, ['dist/cli/main.js', ...args])) }
  } catch (error) {
    const { code, stdout, stderr } = error as Ended
    return { code, stdout, stderr }
  }
}

before(async () => {
  const lines = ['id,name,plan,spend,since']
  for (let i = 0; i < 300; i++) {
    const paid = i % 3 === 0
    lines.push(
      `${i + 1},Ann${'abcdefghij'[i % 10]} Lee${'klmnopqrst'[Math.floor(i / 10) % 10]},${paid ? 'paid' : 'free'},${paid ? 20 + (i % 10) : 0},2024-0${1 + ((i * 5) % 7)}-15`,
    )
  }
  writeFileSync(table, `${lines.join('\n')}\n`)
  const fitted = await genesis('fit', table, '--out', model, '--hidden', '4', '--seed', '7', '--threads', '1')
  assert.equal(fitted.code, 0, fitted.stderr)
  assert.equal(fitted.stdout, '')
  assert.match(fitted.stderr, /300 rows, 5 columns/)
  assert.match(fitted.stderr, /training: H=4 epoch 1\/\d+ held-out -\d+\.\d+ nats\/row, \d+ s left/)
  assert.match(fitted.stderr, /quality 0\.\d+ \(shapes 0\.\d+, trends 0\.\d+\)/)
})

test('the model is named after its file, and made again byte for byte', async () => {
  const text = readFileSync(model, 'utf8')
  assert.equal((JSON.parse(text) as { name: string }).name, 'people')
  const again = join(folder, 'again.json')
  await genesis('fit', table, '--out', again, '--hidden', '4', '--seed', '7', '--threads', '2', '--name', 'people')
  assert.equal(readFileSync(again, 'utf8'), text)
})

test('describe shows columns, tree, quality and the probability of conditions', async () => {
  const { code, stdout } = await genesis('describe', model, '--conditions', '{"plan":"paid"}')
  assert.equal(code, 0)
  assert.match(stdout, /^people: 5 columns, 2 learned \(H=4\)/)
  assert.match(stdout, /plan +category +string/)
  assert.match(stdout, /plan .*\(decided by spend\)/)
  assert.match(stdout, /P\(\{"plan":"paid"\}\) = 0\.3\d+/)
})

test('describe --json is JSON with the same', async () => {
  const { stdout } = await genesis('describe', model, '--json', '--conditions', '{"plan":"paid"}')
  const description = JSON.parse(stdout) as Record<string, unknown> & { columns: { name: string }[] }
  assert.deepEqual(
    description.columns.filter((column) => !('hidden' in column && column.hidden)).map(({ name }) => name),
    ['id', 'name', 'plan', 'spend', 'since'],
  )
  assert.ok((description.conditions as { probability: number }).probability > 0.25)
})

test('describe --html writes a page that needs nothing else', async () => {
  const page = join(folder, 'people.html')
  const { code } = await genesis('describe', model, '--html', page)
  assert.equal(code, 0)
  const html = readFileSync(page, 'utf8')
  assert.match(html, /<h3>spend/)
  assert.match(html, /<svg/)
  assert.doesNotMatch(html, /\b(src|href)=|https?:|url\(|<script/)
})

test('a mistake is one line on stderr and exit status 2, and no file is written', async () => {
  const out = join(folder, 'none.json')
  const broken = join(folder, 'ragged.csv')
  writeFileSync(broken, 'a,b\n1,2\n3\n')
  const ragged = await genesis('fit', broken, '--out', out)
  assert.equal(ragged.code, 2)
  assert.match(ragged.stderr, /^error: .*ragged\.csv:3: row 2 .*\(TABLE_INVALID\)\n$/)
  assert.equal((await genesis('fit', table)).code, 2)
  assert.equal((await genesis('fit', table, '--out', out, '--hidden', 'some')).code, 2)
  const condition = await genesis('describe', model, '--conditions', '{"plam":"paid"}')
  assert.equal(condition.code, 2)
  assert.match(condition.stderr, /plam/)
  assert.equal(condition.stdout, '')
  assert.equal(existsSync(out), false)
})

test('a file that cannot be written is refused before the table is read', async () => {
  for (const out of [join(folder, 'nowhere/model.json'), join(table, 'model.json'), folder]) {
    const { code, stderr } = await genesis('fit', table, '--out', out)
    assert.equal(code, 2)
    assert.match(stderr, /^error: .*: the model file cannot be written; found (no such folder|a folder) \(USAGE\)\n$/)
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('.tmp')),
    [],
  )
})
