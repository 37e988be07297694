import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ArtifactColumn } from '#src/model/artifact.js'
import { outsideColumns } from '#src/model/fit/columns/outside.js'
import { planColumns, type PlannedColumn } from '#src/model/fit/columns/plan.js'
import { readColumnsFile, type ColumnSettings } from '#src/model/fit/columns/settings.js'
import type { GenesisError } from '#src/errors.js'
import { tableOf, temporaryFolder } from '../../../support/tables.js'

const folder = temporaryFolder()
let files = 0

async function settingsOf(text: string): Promise<ReadonlyMap<string, ColumnSettings>> {
  const path = join(folder, `columns-${files++}.yaml`)
  writeFileSync(path, text)
  return readColumnsFile(path)
}

const rows = 60
const table = tableOf({
  id: Array.from({ length: rows }, (_, i) => i + 1),
  amount: Array.from({ length: rows }, (_, i) => (i * 7) % 50),
  city: Array.from({ length: rows }, (_, i) => ['Oslo', 'Oslo', 'Rome'][i % 3]),
  day: Array.from({ length: rows }, (_, i) => `0${1 + (i % 9)}/04/2024`),
})

async function planned(text: string): Promise<Map<string, PlannedColumn>> {
  const columns = planColumns(table, await settingsOf(text))
  return new Map(columns.map((column) => [column.name, column]))
}

async function made(text: string, name: string): Promise<ArtifactColumn[]> {
  const columns = await planned(text)
  const column = columns.get(name)
  assert.equal(column?.place, 'outside')
  return outsideColumns(column, [...columns.values()], 1)
}

async function learnedFrom(text: string, name: string) {
  const column = (await planned(text)).get(name)
  assert.equal(column?.place, 'learned')
  return column.learned
}

test('an empty file changes nothing', async () => {
  assert.equal((await settingsOf('')).size, 0)
  assert.deepEqual([...(await planned('columns: {}')).keys()], ['id', 'amount', 'city', 'day'])
})

test('a kind overrides what the table shows', async () => {
  assert.equal((await learnedFrom('columns: { amount: { kind: category } }', 'amount')).kind, 'category')
  assert.equal((await learnedFrom('columns: { id: { kind: integer } }', 'id')).kind, 'integer')
  assert.deepEqual((await learnedFrom('columns: { amount: { kind: decimal, scale: 3 } }', 'amount')).type, {
    kind: 'decimal',
    scale: 3,
  })
})

test('bounds move what lies outside, and that is said', async () => {
  const learned = await learnedFrom('columns: { amount: { min: 10, max: 40 } }', 'amount')
  const held = learned.held.filter((value) => typeof value === 'number')
  assert.deepEqual([Math.min(...held), Math.max(...held)], [10, 40])
  assert.match(learned.notes.join(), /column amount: \d+ values were moved to its bounds/)
})

test('texts that mean missing are missing', async () => {
  assert.deepEqual((await learnedFrom('columns: { city: { missing: [Rome] } }', 'city')).held, ['Oslo', null])
})

test('the order of day and month', async () => {
  const first = (await learnedFrom('columns: { day: { order: DMY } }', 'day')).held[1]
  assert.equal(first, Date.UTC(2024, 3, 2) / 86_400_000)
})

test('dropped columns are gone, hidden ones stay for templates', async () => {
  const columns = await planned('columns: { amount: { drop: true }, city: { hide: true } }')
  assert.deepEqual(
    [...columns.values()].map(({ name, hidden }) => [name, hidden]),
    [
      ['id', false],
      ['city', true],
      ['day', false],
    ],
  )
})

test('masked categories keep their shares but not their names, the most frequent is the first', async () => {
  assert.deepEqual((await learnedFrom('columns: { city: { mask: label } }', 'city')).held, ['city-1', 'city-2'])
})

test('a column masked by pattern keeps no letter of its texts', async () => {
  const [column] = await made('columns: { city: { mask: pattern } }', 'city')
  assert.deepEqual(column.source, { from: 'pattern', pattern: '^???' })
})

test('columns are derived and added', async () => {
  const text = `
columns:
  city: { derive: '{code}-{amount}' }
  code: { pattern: '^^##', hide: true }
  plan: { values: [free, paid], weights: [3, 1] }
  at: { kind: event_time, start: 2024-01-01T00:00:00Z, step: 5s, jitter: 1s }
  now: { kind: clock }
  ref: { kind: uuid, version: 7 }
  number: { kind: sequence, start: 100, step: 10 }
`
  assert.deepEqual((await made(text, 'city'))[0].source, { from: 'template', template: '{code}-{amount}' })
  assert.deepEqual(await made(text, 'code'), [
    {
      name: 'code',
      type: { kind: 'string' },
      nullable: false,
      hidden: true,
      source: { from: 'pattern', pattern: '^^##' },
    },
  ])
  assert.deepEqual((await made(text, 'plan'))[0].source, { from: 'pool', values: ['free', 'paid'], weights: [3, 1] })
  const start = Date.UTC(2024, 0, 1)
  assert.deepEqual((await made(text, 'at'))[0].source, { from: 'event_time', start, step: 5000, jitter: 1000 })
  assert.deepEqual((await made(text, 'now'))[0].source, { from: 'clock' })
  assert.deepEqual((await made(text, 'ref'))[0].source, { from: 'uuid', version: 7 })
  assert.deepEqual((await made(text, 'number'))[0].source, { from: 'sequence', start: 100, step: 10 })
})

test('an address has its number where the language has it', async () => {
  const template = async (locale: string): Promise<unknown> =>
    (await made(`columns: { home: { kind: address, locale: ${locale} } }`, 'home')).at(-1)?.source
  const of = (template: string): unknown => ({ from: 'template', template })
  assert.deepEqual(await template('en'), of('{home.number} {home.street}'))
  assert.deepEqual(await template('de'), of('{home.street} {home.number}'))
  assert.deepEqual(await template('pt_BR'), of('{home.street}, {home.number}'))
})

test("an e-mail address is made of the record's name, where it has one", async () => {
  const own = await made('columns: { email: { kind: email } }', 'email')
  assert.deepEqual(
    own.map(({ name }) => name),
    ['email.first', 'email.last', 'email.domain', 'email'],
  )
  const named = await made('columns: { person: { kind: name }, email: { kind: email } }', 'email')
  assert.deepEqual(
    named.map(({ name }) => name),
    ['email.domain', 'email'],
  )
  assert.deepEqual(named[1].source, {
    from: 'template',
    template: '{person.first|slug}.{person.last|slug}@{email.domain}',
  })
})

test('every mistake of a file is named with its place', async () => {
  const text = 'columns:\n  city: { kindd: category }\n  amount: { kind: number, scale: -1 }\nrows: 5\n'
  await assert.rejects(settingsOf(text), (error: GenesisError) => {
    assert.equal(error.code, 'CONFIG_INVALID')
    const messages = (error.details.all ?? []).map(({ message }) => message)
    assert.equal(messages.length, 4)
    assert.match(messages[0], /yaml:4:\d+: rows: unknown key; found rows; expected/)
    assert.match(messages[1], /yaml:2:\d+: columns\.city\.kindd: unknown key; found kindd; expected kind/)
    assert.match(messages[2], /yaml:3:\d+: columns\.amount\.kind: wrong value; found "number"; expected one of integer/)
    assert.match(messages[3], /columns\.amount\.scale: wrong value; found -1; expected an integer from 0 to 9/)
    return true
  })
})

test('a column that the table lacks is refused with the nearest name, unless it can be made', async () => {
  await assert.rejects(planned('columns: { citty: { kind: category } }'), {
    code: 'CONFIG_INVALID',
    message: /the table has no column "citty"; expected city/,
  })
  await assert.rejects(planned('columns: { at: { kind: event_time } }'), {
    code: 'CONFIG_INVALID',
    message: /columns\.at: a column of kind event_time needs start/,
  })
})
