/** Tables as people have them: what is made of them is looked at as a whole. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readColumnsFile, type ColumnsFile } from '#src/fit/columns/settings.js'
import { writeModel } from '#src/model/artifact-write.js'
import { fitTable } from '#src/fit/fit.js'
import { TrainingRandom } from '#src/fit/random.js'
import { satisfies, writeCheckDigits, type CheckLaw } from '#src/model/generated/check-digits.js'
import type { Cell } from '#src/fit/table/table.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import type { Value } from '#src/record.js'
import { tableOf, temporaryFolder } from '../../support/tables.js'

const folder = temporaryFolder()

async function made(
  columns: Record<string, readonly Cell[]>,
  count = 300,
  file?: ColumnsFile,
): Promise<Record<string, Value>[]> {
  const { artifact } = await fitTable(tableOf(columns), {
    name: 't',
    states: 4,
    seed: 1,
    minCount: 1,
    roundExtremes: false,
    columns: file,
  })
  const model = parseModel(Buffer.from(writeModel(artifact)), 'test')
  return toRows(openGenerator(model, { seed: 3 }).generate(count)) as Record<string, Value>[]
}

const many = (count: number, cell: (i: number) => Cell): Cell[] => Array.from({ length: count }, (_, i) => cell(i))

test('vendors that repeat are values, and prices of a list too', async () => {
  const random = new TrainingRandom(4)
  const vendors = many(300, () => String(100_000 + random.below(900_000)))
  const prices = many(200, () => `${1 + random.below(900)}.${['99', '49', '95'][random.below(3)]}`)
  const table = {
    vendor: many(4000, () => vendors[random.below(300)]),
    price: many(4000, () => prices[random.below(200)]),
    // Numbers that are measured: the model may make others between them.
    weight: many(4000, () => String(random.below(300))),
  }
  for (const row of await made(table)) {
    assert.ok(vendors.includes(String(row.vendor)), String(row.vendor))
    assert.ok(
      prices.some((price) => Number(price) === row.price),
      String(row.price),
    )
  }
})

test("a column may have the name of another one's hidden part", async () => {
  const names = many(60, (i) => `Ann${'abcdefghij'[i % 10]} Stone${'abcdef'[Math.floor(i / 10)]}`)
  const table = { name: names, 'name.first': many(60, (i) => 'xy'[i % 2]), mail: many(60, (i) => `a${i}@b.de`) }
  for (const { name, mail, ...row } of await made(table, 20)) {
    assert.match(String(row['name.first']), /^[xy]$/)
    // The e-mail address is of the record's person.
    assert.equal(String(mail).split('@')[0].split('.').length, 2)
    assert.match(String(name), /^\S+ \S+/)
  }
})

test('dates and times come out as they are spelled, and keep what ties them', async () => {
  const random = new TrainingRandom(8)
  const starts = many(
    500,
    () => 1_700_000_000_000 + random.below(400) * 86_400_000 + random.below(1440) * 60_000,
  ) as number[]
  const iso = (ms: number): string => new Date(ms).toISOString()
  const german = (ms: number): string => iso(ms).slice(0, 10).split('-').reverse().join('.')
  const table = {
    ordered: starts.map((ms) => `${german(ms)} ${iso(ms).slice(11, 16)} Uhr`),
    day: starts.map(german),
    opens: starts.map(
      (ms) => `${new Date(ms).getUTCHours() % 12 || 12}:00 ${new Date(ms).getUTCHours() < 12 ? 'AM' : 'PM'}`,
    ),
    local: starts.map((ms) =>
      iso(ms + 3_600_000)
        .slice(0, 16)
        .replace('T', ' '),
    ),
  }
  for (const { ordered, day, opens, local } of await made(table)) {
    assert.match(String(ordered), /^[0-3]\d\.[01]\d\.202\d [0-2]\d:[0-5]\d Uhr$/)
    assert.equal(String(ordered).slice(0, 10), day)
    assert.match(String(opens), /^1?\d:00 [AP]M$/)
    assert.match(String(local), /^202\d-[01]\d-[0-3]\d [0-2]\d:[0-5]\d$/)
  }
})

test('codes follow the category and the country that decide them, and are missing where they are', async () => {
  const random = new TrainingRandom(6)
  const digits = (count: number): string => Array.from({ length: count }, () => random.below(10)).join('')
  const kinds = many(600, () => random.below(3)) as number[]
  const prefixes = ['ELC', 'TOY', 'HOM']
  const countries = ['DE', 'CH', 'AT']
  const lengths = [20, 19, 18]
  const table = {
    category: kinds.map((kind) => ['Electronics', 'Toys', 'Home'][kind]),
    sku: kinds.map((kind) => `${prefixes[kind]}-${digits(5)}`),
    country: kinds.map((kind) => countries[kind]),
    iban: kinds.map((kind) => `${countries[kind]}${digits(lengths[kind])}`),
    ticket: kinds.map((kind, i) => (kind === 1 ? null : `T-${1 + i * 3}`)),
  }
  for (const { category, sku, country, iban, ticket } of await made(table)) {
    const kind = ['Electronics', 'Toys', 'Home'].indexOf(String(category))
    assert.match(String(sku), new RegExp(`^${prefixes[kind]}-\\d{5}$`))
    assert.match(String(iban), new RegExp(`^${String(country)}\\d{${lengths[countries.indexOf(String(country))]}}$`))
    if (ticket !== null) assert.match(String(ticket), /^T-(?:[1-9]\d*)$/)
  }
})

test('MAC addresses, IPv6 addresses and JSON stay what they are', async () => {
  const random = new TrainingRandom(2)
  const hex = (count: number): string => Array.from({ length: count }, () => random.below(16).toString(16)).join('')
  const table = {
    mac: many(120, () => Array.from({ length: 6 }, () => hex(2)).join(':')),
    ip: many(120, () => Array.from({ length: 8 }, () => (1 + random.below(65_535)).toString(16)).join(':')),
    payload: many(120, (i) => JSON.stringify({ id: i, ok: i % 2 === 0 })),
  }
  for (const { mac, ip, payload } of await made(table, 100)) {
    assert.match(String(mac), /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/)
    assert.match(String(ip), /^2001:db8(?::[1-9a-f][0-9a-f]{3}){6}$/)
    assert.deepEqual(Object.keys(JSON.parse(String(payload)) as object), ['id', 'ok'])
  }
})

test('texts keep what many rows have: whole texts with their share, and words with their number, spelling and order', async () => {
  const random = new TrainingRandom(17)
  const one = (items: readonly string[]): string => items[random.below(items.length)]
  const [levels, fields, roles] = [
    ['Senior ', 'Junior ', '', ''],
    ['Sales', 'Data', 'Legal', 'Product'],
    ['Manager', 'Analyst', 'Engineer'],
  ]
  const titles = many(900, (i) => {
    if (i % 3 === 0) return 'Store Manager'
    return i % 10 === 1 ? null : `${one(levels)}${one(fields)} ${one(roles)} of Xq${i * 7919} ${one(fields)}`
  })
  const records = await made({ title: titles }, 1000)
  const known = new Set(titles.flatMap((title) => String(title).split(' ')).filter((word) => !word.startsWith('Xq')))
  const texts = records.map(({ title }) => title)
  assert.ok(Math.abs(texts.filter((title) => title === 'Store Manager').length / 1000 - 1 / 3) < 0.06)
  assert.ok(texts.includes(null))
  for (const title of texts) {
    if (title === null) continue
    const words = String(title).split(' ')
    for (const word of words) assert.ok(known.has(word), word)
    if (words.length > 2) assert.ok(words.length === 5 || words.length === 6, String(title))
  }
})

test('a text may stay a placeholder', async () => {
  const titles = many(
    300,
    (i) => `Great ${['House', 'River', 'Night'][i % 3]} ${['One', 'Two', 'Six'][(i % 7) % 3]} number ${i}`,
  )
  const path = join(folder, 'columns.yaml')
  writeFileSync(path, 'columns: { title: { mask: placeholder } }')
  for (const { title } of await made({ title: titles }, 50, await readColumnsFile(path)))
    assert.match(String(title), /^[A-Z][a-z]+( [a-z]+){4}$/)
})

test('check digits are right in every record: of cards, bar codes, books and accounts', async () => {
  const random = new TrainingRandom(23)
  const digits = (count: number): string => Array.from({ length: count }, () => random.below(10)).join('')
  const complete = (law: CheckLaw, text: string): string => {
    const bytes = Buffer.from(text)
    writeCheckDigits(law, bytes, 0, bytes.length)
    return bytes.toString()
  }
  const countries = many(300, () => ['DE', 'GB'][random.below(2)])
  const rows = await made(
    {
      card: many(300, (i) =>
        i % 9 === 0 ? null : complete('luhn', `4${digits(3)} ${digits(4)} ${digits(4)} ${digits(4)}`),
      ),
      ean: many(300, () => complete('gtin', `400${digits(10)}`)),
      isbn: many(300, () => complete('isbn10', `3-${digits(3)}-${digits(5)}-0`)),
      country: countries,
      iban: countries.map((country) =>
        complete('iban', country === 'DE' ? `DE00${digits(18)}` : `GB00BARC${digits(14)}`),
      ),
      plain: many(300, () => `7${digits(7)}-${digits(2)}`),
    },
    400,
  )
  assert.ok(rows.some(({ card }) => card === null))
  for (const { card, ean, isbn, country, iban } of rows) {
    if (card !== null) assert.ok(satisfies(String(card), 'luhn'), String(card))
    assert.ok(satisfies(String(ean), 'gtin') && /^400\d{10}$/.test(String(ean)), String(ean))
    assert.ok(satisfies(String(isbn), 'isbn10') && /^3-\d{3}-\d{5}-[\dX]$/.test(String(isbn)), String(isbn))
    assert.ok(satisfies(String(iban), 'iban') && String(iban).startsWith(String(country)), String(iban))
  }
  assert.ok(rows.some(({ plain }) => !satisfies(String(plain), 'luhn')))
})
