import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeModel } from '#src/model/artifact-write.js'
import { openGenerator } from '#src/model/open.js'
import { parseModel } from '#src/model/load.js'
import type { Model } from '#src/model/model.js'
import { toRows, type Row } from '#src/model/rows.js'
import { fitTable, type FitOptions } from '#src/fit/fit.js'
import { ratesOf, spreadOver } from '#src/fit/people/rates.js'
import { noColumnsFile, type ColumnsFile } from '#src/fit/columns/settings.js'
import { TrainingRandom } from '#src/fit/random.js'
import type { Cell, Table } from '#src/fit/table/table.js'
import { tableOf } from '../../support/tables.js'

const options: FitOptions = { name: 'test', states: 8, seed: 1, minCount: 1, roundExtremes: false }
const rowsInTable = 1500

const firstNames = ['Aurelia', 'Bram', 'Cosima', 'Dario', 'Elke', 'Fenno', 'Gitte', 'Hauke', 'Ilka', 'Jorin']
const lastNames = ['Abelmann', 'Bruns', 'Claasen', 'Dirksen', 'Ehlers', 'Frerichs', 'Gerdes', 'Harms', 'Ihnen', 'Kruse']

/** Hires by a hundred regulars, the first of whom come most often, and by passers-by without a name. */
function hires(): Table {
  const random = new TrainingRandom(5)
  const people = firstNames.flatMap((first) =>
    lastNames.map((last) => ({
      customer: `${first} ${last}`,
      email: `${first}.${last}@example.com`.toLowerCase(),
      phone: `+49 170 ${1_000_000 + random.below(9_000_000)}`,
      tier: random.uniform() < 0.3 ? 'member' : 'guest',
      born: 1950 + random.below(55),
    })),
  )
  const nobody = { customer: null, email: null, phone: null, tier: null, born: null }
  const rows = Array.from({ length: rowsInTable }, (): Record<string, Cell> => {
    const person = random.uniform() < 0.1 ? nobody : people[Math.floor(people.length * random.uniform() ** 2.5)]
    const price = (person.tier === 'member' ? 1 : 2) + 0.5 * random.below(2)
    return { ...person, station: ['Harbour', 'Market', 'Mill'][random.below(3)], price }
  })
  return tableOf(Object.fromEntries(Object.keys(rows[0]).map((name) => [name, rows.map((row) => row[name])])))
}

async function fitted(table: Table, columns?: ColumnsFile): Promise<Model> {
  const { artifact } = await fitTable(table, { ...options, columns })
  return parseModel(Buffer.from(writeModel(artifact)), 'test')
}

function rowsOf(model: Model, conditions?: unknown): Row[] {
  return toRows(openGenerator(model, { seed: 3, conditions }).generate(rowsInTable))
}

function distinct(rows: readonly Row[], name: string): number {
  return new Set(rows.flatMap((row) => row[name] ?? [])).size
}

test('people come back as often as in the table, with everything that is theirs', async () => {
  const table = hires()
  const model = await fitted(table)
  const rows = rowsOf(model)
  const real = table.columns[0].values.length - 1
  assert.ok(Math.abs(distinct(rows, 'customer') - real) < 0.15 * real, `${distinct(rows, 'customer')} of ${real}`)
  for (const name of ['email', 'phone', 'tier', 'born']) {
    const pairs = new Set(rows.map((row) => JSON.stringify([row.customer, row[name]])))
    assert.equal(pairs.size, distinct(rows, 'customer') + 1, `${name} is the person's; nobody has none`)
  }
  const first = ({ customer }: Row): string => String(customer).toLowerCase().split(' ')[0]
  assert.ok(
    rows.every((row) => row.customer === null || String(row.email).startsWith(first(row).replace(/\W/g, ''))),
    'addresses follow the names',
  )
  const passers = rows.filter(({ customer }) => customer === null).length / rows.length
  assert.ok(Math.abs(passers - 0.1) < 0.03, `${passers}`)
})

test('no person of the table is in the records or the model', async () => {
  const table = hires()
  const model = await fitted(table)
  const text = writeModel(model.artifact)
  for (const name of ['customer', 'email', 'phone']) {
    const { values } = table.columns.find((column) => column.name === name)!
    for (const value of values) if (value !== null) assert.ok(!text.includes(JSON.stringify(value)), String(value))
  }
})

test('what a group of people does stays theirs, and conditions choose people', async () => {
  const model = await fitted(hires())
  const cheap = rowsOf(model).filter(({ price }) => Number(price) < 2)
  const byMembers = cheap.filter(({ tier }) => tier === 'member').length / cheap.length
  assert.ok(byMembers > 0.95, `members pay less: ${byMembers}`)
  const members = rowsOf(model, { tier: 'member', born: ['<', 1980] })
  assert.ok(members.every(({ tier, born }) => tier === 'member' && Number(born) < 1980))
  assert.ok(distinct(members, 'customer') > 5)
  const { customer } = members[0]
  assert.ok(rowsOf(model, { customer }).every((row) => row.email === members[0].email))
})

test('namesakes stay different people', async () => {
  const random = new TrainingRandom(6)
  const numbers = Array.from({ length: 1000 }, (_, i) => i + 1)
  const names = numbers.map(() => `${firstNames[random.below(10)]} ${lastNames[random.below(10)]}`)
  const { artifact } = await fitTable(
    tableOf({ id: numbers, name: names, amount: names.map(() => random.below(20)) }),
    options,
  )
  const rows = rowsOf(parseModel(Buffer.from(writeModel(artifact)), 'test'))
  assert.ok(distinct(rows, 'name') > 0.9 * rows.length)
})

test('repeats: off makes another person for each record', async () => {
  const columns = new Map(['customer', 'email', 'phone'].map((name) => [name, { repeats: 'off' as const }]))
  const rows = rowsOf(await fitted(hires(), { ...noColumnsFile, columns }))
  assert.ok(distinct(rows, 'phone') > 0.8 * rows.length)
})

test('the rates of people foretell how many come once, twice and never', () => {
  const random = new TrainingRandom(2)
  const counts = new Int32Array(1000)
  for (let row = 0; row < 2000; row++) counts[random.below(counts.length)]++
  const seenCounts = counts.filter((count) => count > 0)
  const rateOf = ratesOf(seenCounts)
  const rates = [...seenCounts].flatMap((count) => rateOf(count))
  const spread = spreadOver(rates, Math.round(rates.reduce((sum, { people }) => sum + people, 0)))
  const seen = spread.reduce((sum, rate) => sum + 1 - Math.exp(-rate), 0)
  assert.ok(Math.abs(seen - seenCounts.length) < 0.02 * seenCounts.length, `${seen} of ${seenCounts.length}`)
  assert.ok(spread.length > seenCounts.length, 'some were not seen')
})
