import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ArtifactColumn } from '#src/model/artifact.js'
import { outsideColumns, PartNames } from '#src/fit/columns/generated.js'
import { planColumns, type PlannedColumn } from '#src/fit/columns/plan.js'
import { prepareTable } from '#src/fit/prepare.js'
import { readColumnsFile, type ColumnsFile } from '#src/fit/columns/settings.js'
import { GenesisError } from '#src/errors.js'
import { tableOf, temporaryFolder } from '../../support/tables.js'

const folder = temporaryFolder()
let files = 0

async function settingsOf(text: string): Promise<ColumnsFile> {
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
  return outsideColumns(column, [...columns.values()], new PartNames(new Set(columns.keys())), 1)
}

async function learnedFrom(text: string, name: string) {
  const column = (await planned(text)).get(name)
  assert.equal(column?.place, 'learned')
  return column.learned
}

test('an empty file changes nothing', async () => {
  assert.equal((await settingsOf('')).columns.size, 0)
  assert.deepEqual([...(await planned('columns: {}')).keys()], ['id', 'amount', 'city', 'day'])
})

test('a kind overrides what the table shows', async () => {
  assert.equal((await learnedFrom('columns: { amount: { kind: category } }', 'amount')).kind, 'category')
  assert.equal((await learnedFrom('columns: { id: { kind: integer } }', 'id')).kind, 'integer')
  assert.deepEqual((await learnedFrom('columns: { amount: { kind: decimal, scale: 3 } }', 'amount')).type, {
    kind: 'decimal',
    scale: 3,
    fixed: true,
  })
})

test('categories that are numbers stay numbers, each a value of its own', async () => {
  const { type, kind, held } = await learnedFrom('columns: { amount: { kind: category } }', 'amount')
  assert.equal(kind, 'category')
  assert.notEqual(type.kind, 'string')
  assert.ok(held.every((value) => typeof value === 'number'))
})

test('bounds move what lies outside, and that is said', async () => {
  const learned = await learnedFrom('columns: { amount: { min: 10, max: 40 } }', 'amount')
  const held = learned.held.filter((value) => typeof value === 'number')
  assert.deepEqual([Math.min(...held), Math.max(...held)], [10, 40])
  assert.match(learned.notes.join(), /column amount: \d+ values were clamped to its bounds/)
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

/** The errors of a columns file for the table, without the folder. */
async function mistakes(text: string): Promise<string[]> {
  const file = await settingsOf(text)
  try {
    planColumns(table, file)
  } catch (error) {
    assert.ok(error instanceof GenesisError)
    assert.match(error.code, /^(CONFIG|TABLE)_/)
    return (error.details.all ?? [error]).map(({ message }) => message.replace(/^.*columns-\d+\.yaml/, 'file'))
  }
  return []
}

test('every mistake of a file is named at once with its place, those against the table too', async () => {
  const text = `
columns:
  city: { kindd: category, locale: xx }
  amount: { kind: number, scale: -1 }
  day: { min: 2025-01-01, max: 2024-01-01 }
  citty: { kind: category }
  id: { derive: '{city} {amuont}' }
rows: 5
`
  assert.deepEqual(await mistakes(text), [
    'file:3:11: columns.city.kindd: unknown key; found kindd; expected kind',
    'file:3:28: columns.city.locale: wrong value; found "xx"; expected one of de, en, es, fr, it, nl, pl, pt_BR, sv, tr',
    'file:4:13: columns.amount.kind: wrong value; found "number"; expected one of integer, decimal, real, boolean, category, date, timestamp, time, sequence, uuid, pattern, text, name, first_name, last_name, email, phone, address, ip, url, pool, template, event_time, clock',
    'file:4:27: columns.amount.scale: wrong value; found -1; expected an integer from 0 to 9',
    'file:5:10: columns.day.min: min is above max; found 2025-01-01; expected at most 2024-01-01',
    'file:6:3: columns.citty: the table has no column "citty"; expected city. An added column needs a generated kind, derive, values or provider.',
    'file:7:9: columns.id.derive: a template over an unknown column; found {amuont}; expected amount',
    'file:8:1: rows: unknown key; found rows; expected one of columns, forbid',
  ])
})

const wrong: readonly [settings: string, message: RegExp][] = [
  ['city: { kind: name, locale: xx }', /city\.locale: wrong value; found "xx"; expected one of de, en/],
  ['x: { provider: stadt }', /x\.provider: wrong value; found "stadt"; expected one of first_name.* city/],
  ['x: { values: [a, b], weights: [1] }', /x\.weights: not one weight per value; found 1; expected 2 weights/],
  ['x: { values: [a, b], weights: [0, 0] }', /x\.weights: no weight is above 0/],
  ['x: { provider: city, weights: [1] }', /x\.weights: only values have weights/],
  ['x: { provider: city, values: [a] }', /x\.provider: values and provider exclude each other/],
  ["x: { derive: '{city' }", /x\.derive: wrong value; found "{city"; expected text containing {column}/],
  ["x: { derive: '{City}' }", /x\.derive: a template over an unknown column; found {City}; expected city/],
  ["x: { derive: '{amount} x', kind: email }", /x\.kind: a derived column is a text; found email/],
  ['x: { derive: "{city}!" }\n  city: { drop: true }', /x\.derive: .*dropped; found {city}\. Set hide: true/],
  [
    "city: { derive: '{city}!' }",
    /city\.derive: a template over its own column; found {city}\. Give the derived column a new name/,
  ],
  [
    "a: { derive: '{b}' }\n  b: { derive: '{id} {a}' }",
    /a\.derive: templates that depend on each other; found a → b → a/,
  ],
  ['x: { pattern: "A\\\\" }', /x\.pattern: wrong value; .*a character after each \\/],
  ['x: { kind: pattern }', /columns\.x: a column of kind pattern needs pattern/],
  ['x: { kind: event_time, step: 5s }', /columns\.x: a column of kind event_time needs start/],
  ['x: { kind: sequence, start: 2024-01-01 }', /x\.start: sequences hold integers; found 2024-01-01/],
  ['x: { kind: uuid, mask: label }', /x\.mask: only for columns of the table/],
  ['amount: { min: 50, max: 2 }', /amount\.min: min is above max; found 50; expected at most 2/],
  [
    'amount: { max: 2024-01-01 }',
    /amount\.max: not a bound of a column of kind integer; found 2024-01-01; expected a number/,
  ],
  ['day: { min: 5 }', /day\.min: not a bound of a column of kind date; found 5; expected an ISO 8601 date/],
  ['city: { max: 5 }', /city\.max: not for a column of kind category; expected kind integer, decimal/],
  [
    'city: { kind: integer }',
    /file:2:11: columns\.city\.kind: no value of column city is of kind integer; found "Oslo"/,
  ],
  ['citty: { kind: category }', /columns\.citty: the table has no column "citty"; expected city\./],
  ['Amount: { kind: sequence }', /the table has no column "Amount"; expected amount\. Correct the name, or give/],
  ['amuont: { pattern: "##" }', /the table has no column "amuont"; expected amount\. Correct the name/],
  ['Amou: { drop: true }', /the table has no column "Amou"; expected amount\./],
]
for (const [settings, message] of wrong) {
  test(`one error, with its line: ${settings.replace(/\s+/g, ' ')}`, async () => {
    const found = await mistakesOfColumns(settings)
    assert.equal(found.length, 1, found.join('\n'))
    assert.match(found[0], /^file:2:\d+: /)
    assert.match(found[0], message)
  })
}

async function mistakesOfColumns(settings: string): Promise<string[]> {
  return mistakes(`columns:\n  ${settings}\n`)
}

test('a name that is unlike the others is an addition, and so is one whose digits differ; each is noted', async () => {
  const { notes } = prepareTable(
    table,
    await settingsOf('columns: { amount2: { kind: uuid }, days: { kind: uuid } }'),
    {
      ...{ minCount: 1, roundExtremes: false },
    },
  )
  for (const name of ['amount2', 'days'])
    assert.ok(notes.includes(`column ${name}: added; the table does not have it`), notes.join('\n'))
})

test('what a column was that the file replaces is noted', async () => {
  const text = "columns: { amount: { derive: '{city}!' }, day: { values: [a] } }"
  const { notes } = prepareTable(table, await settingsOf(text), { minCount: 1, roundExtremes: false })
  assert.ok(
    notes.includes("column amount: the table's values (integer) are not used; records have texts made from {city}!"),
  )
  assert.ok(notes.includes("column day: the table's values (date) are not used; records have texts from a list"))
})

test('a wrong relation is named along with other mistakes', async () => {
  const file = await settingsOf(
    'columns:\n  amount: { equals: pricee * 2 }\n  Amuont: { kind: uuid }\nforbid: [citty == "x"]\n',
  )
  assert.throws(
    () => prepareTable(table, file, { minCount: 1, roundExtremes: false }),
    (error) => {
      assert.ok(error instanceof GenesisError)
      const messages = (error.details.all ?? []).map(({ message }) => message)
      assert.match(messages[0], /columns\.amount\.equals.*found pricee/)
      assert.match(messages[1], /forbid.*found citty/)
      return messages.length === 2
    },
  )
})

test('a name with a brace or bar in it can be made of parts, too', async () => {
  const columns = await made("columns: { 'who {or|what}': { kind: email } }", 'who {or|what}')
  assert.deepEqual(columns.at(-1)?.source, {
    from: 'template',
    template: '{who _or_what_.first|slug}.{who _or_what_.last|slug}@{who _or_what_.domain}',
  })
  assert.equal(columns[0].name, 'who _or_what_.first')
})

test('the example of the documentation has no mistake', async () => {
  const [, example] =
    /## The columns file[^]*?```yaml\n(columns:\n[^]*?)```/.exec(readFileSync('docs/fit.md', 'utf8')) ?? []
  assert.ok(example !== undefined)
  const employer = ['Acme', 'Initech', 'Acme']
  const documented = tableOf({
    age: ['17', '30', '96'],
    price: ['1.234', '1 234,5', '7'],
    joined: ['03/04/2024', '05/06/2024', '05/06/2024'],
    score: ['-1', '3', '4'],
    ...{ notes: employer, employer, plate: ['AB 12', 'CD 34', 'EF 56'] },
  })
  const columns = new Map(planColumns(documented, await settingsOf(example)).map((column) => [column.name, column]))
  const held = (name: string): unknown => {
    const column = columns.get(name)
    return column?.place === 'learned' ? column.learned.held : column?.kind
  }
  assert.deepEqual(
    ['age', 'price', 'score', 'employer', 'plate', 'name', 'city', 'seen'].map(held),
    [[18, 30, 95], [123400, 123450, 700], [null, 3, 4], ['employer-1', 'employer-2'], 'pattern', 'template', 'pool', 'event_time'],
  ) // prettier-ignore
})

test('of a column with a mistake nothing more is said', async () => {
  assert.deepEqual(await mistakesOfColumns('x: { kindd: uuid, weights: [1] }'), [
    'file:2:8: columns.x.kindd: unknown key; found kindd; expected kind',
  ])
})

test('a rate curve that is not there is an error of the file', async () => {
  const [error] = await mistakesOfColumns(
    'at: { kind: event_time, start: 2024-01-01, shape: { type: curve, curve: none.csv } }',
  )
  assert.match(error, /none\.csv: no such file/)
})

test('columns that are all hidden are refused', async () => {
  const all = ['id', 'amount', 'city', 'day'].map((name) => `  ${name}: { hide: true }\n`)
  assert.match((await mistakes(`columns:\n${all.join('')}`))[0], /no column is left/)
})
