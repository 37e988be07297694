import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { loadModel } from '#src/model/load.js'
import { filesOfModel } from '#src/model/model-files.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'

interface Given {
  readonly type: unknown
  readonly file?: string
  readonly encoding?: string
  readonly content?: string | Buffer
}

/** A schema with one field whose options are in the file. Returns its path. */
async function schemaFor(
  t: TestContext,
  { type, file = 'lists/nouns', encoding = 'json', content }: Given,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'options-'))
  t.after(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'lists'))
  if (content !== undefined) await writeFile(join(folder, 'lists/nouns'), content)
  const inner = typeof type === 'string' ? { type } : (type as object)
  const field = { ...inner, 'arg.properties': { options: { file, encoding } } }
  const schema = { type: 'record', name: 'sentence', fields: [{ name: 'noun', type: field }] }
  const path = join(folder, 'sentence.avsc')
  await writeFile(path, JSON.stringify(schema))
  return path
}

async function valuesOf(path: string): Promise<Set<string>> {
  const rows = toRows(openGenerator(await loadModel(path), { capacity: 300 }).generate(300))
  return new Set(rows.map(({ noun }) => JSON.stringify(noun)))
}

const read: readonly (readonly [what: string, given: Given, values: readonly unknown[]])[] = [
  [
    'texts, one a line',
    { type: 'string', content: '"aardvark"\n"an \\"abacus\\" [1}"\n' },
    ['aardvark', 'an "abacus" [1}'],
  ],
  ['numbers', { type: 'int', content: '3 5\n8' }, [3, 5, 8]],
  [
    'records',
    {
      type: {
        type: 'record',
        name: 'inner',
        fields: [
          { name: 'month', type: 'string' },
          { name: 'day', type: 'int' },
        ],
      },
      content: '{"month": "May", "day": 1}\n{"month": "}",\n "day": 3}',
    },
    [
      { month: 'May', day: 1 },
      { month: '}', day: 3 },
    ],
  ],
  ['binary texts', { type: 'string', encoding: 'binary', content: Buffer.from('\x06ant\x06bee') }, ['ant', 'bee']],
  ['binary longs', { type: 'long', encoding: 'binary', content: Buffer.from([2, 0x80, 1]) }, [1, 64]],
]

for (const [what, given, values] of read)
  test(`options from a file: ${what}`, async (t) => {
    const path = await schemaFor(t, given)
    assert.deepEqual(await valuesOf(path), new Set(values.map((value) => JSON.stringify(value))))
  })

const refused: readonly (readonly [what: string, given: Given, RegExp])[] = [
  [
    'a missing file',
    { type: 'string' },
    /field noun: arg\.properties\.options\.file: the file cannot be read; found "?lists\/nouns: no such file/,
  ],
  ['an empty file', { type: 'string', content: '\n' }, /a file without values/],
  [
    'another encoding',
    { type: 'string', content: '"a"', encoding: 'csv' },
    /options\.encoding: not an encoding; found "csv"; expected json or binary/,
  ],
  ['a text that is no JSON', { type: 'string', content: '"ant"\nbee\n' }, /not JSON; found "?line 2: bee/],
  ['a text that does not end', { type: 'string', content: '"ant"\n"bee\n' }, /not JSON; found .*line 2/],
  ['a value of another type', { type: 'int', content: '1\n"two"' }, /options\[1\]/],
  [
    'binary records',
    { type: { type: 'array', items: 'int' }, encoding: 'binary', content: 'x' },
    /a binary file for another type/,
  ],
  [
    'binary values that end early',
    { type: 'string', encoding: 'binary', content: Buffer.from('\x06an') },
    /ends within a value/,
  ],
  ['a file elsewhere', { type: 'string', file: '../../etc/hostname' }, /no such file|outside the folder of the schema/],
]

for (const [what, given, message] of refused)
  test(`refused as options: ${what}`, async (t) => {
    const path = await schemaFor(t, given)
    await assert.rejects(loadModel(path), { code: 'SCHEMA_INVALID', message })
  })

test('a link that leads out of the folder of the schema is not followed', async (t) => {
  const outside = await mkdtemp(join(tmpdir(), 'outside-'))
  t.after(() => rm(outside, { recursive: true }))
  await writeFile(join(outside, 'secret'), '"secret"')
  const path = await schemaFor(t, { type: 'string', file: 'lists/link' })
  await symlink(join(outside, 'secret'), join(path, '../lists/link'))
  await assert.rejects(loadModel(path), { code: 'SCHEMA_INVALID', message: /outside the folder of the schema/ })
})

test('other values are another stream, and the file is one of those that a connector depends on', async (t) => {
  const path = await schemaFor(t, { type: 'string', content: '"ant"' })
  const list = join(path, '../lists/nouns')
  const { fingerprint } = await loadModel(path)
  await writeFile(list, '"bee"')
  assert.notEqual((await loadModel(path)).fingerprint, fingerprint)
  assert.deepEqual(await filesOfModel(path), [path, list])
})
