import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { loadConnectors } from '#src/config/connector-file.js'
import { GenesisError } from '#src/errors.js'
import { writeModel } from '#src/model/artifact-write.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator, type GeneratorOptions, type References } from '#src/model/open.js'
import { openConnector } from '#src/connector/open.js'
import { zipfShare, type Skew } from '#src/model/references/skew.js'
import { toRows, type Row } from '#src/model/rows.js'
import { artifactOf, modelOf } from '../../../support/models.js'
import { fitsDistribution } from '../../../support/statistics.js'

const string = { kind: 'string' } as const
const integer = { kind: 'integer' } as const

const customersArtifact = artifactOf(
  [
    { name: 'id', type: integer, nullable: false, source: { from: 'sequence', start: 1000, step: 3 } },
    { name: 'segment', type: string, nullable: false, alphabet: ['basic', 'premium', 'standard'] },
    { name: 'worth', type: integer, nullable: true, alphabet: [[0, 99], [100, 999], null] },
    { name: 'first', type: string, nullable: false, source: { from: 'pool', provider: 'first_name', locale: 'en' } },
    { name: 'mail', type: string, nullable: false, source: { from: 'template', template: '{first}{id}@x.org' } },
    { name: 'since', type: { kind: 'timestamp' }, nullable: false, source: { from: 'clock' } },
  ],
  4,
  3,
)
const ordersArtifact = artifactOf(
  [
    { name: 'order', type: integer, nullable: false, source: { from: 'sequence', start: 0, step: 1 } },
    { name: 'customer', type: string, nullable: false, source: { from: 'pattern', pattern: 'C-##' } },
    { name: 'amount', type: integer, nullable: false, alphabet: [[1, 50]] },
  ],
  2,
  4,
)
const customers = modelOf(customersArtifact)
const orders = modelOf(ordersArtifact)

function references(changes: Partial<References> = {}): References {
  const copy = { segment: 'segment', customer_worth: 'worth', mail: 'mail' }
  const options = { seed: 7, conditions: { segment: ['!=', 'basic'] } }
  return { column: 'customer', key: 'id', skew: 'zipf', among: 500, copy, to: customers, options, ...changes }
}

function rows(options: GeneratorOptions, count: number, start = options.shard ?? 0): Row[] {
  const generator = openGenerator(orders, { capacity: Math.min(count, 2000), ...options })
  generator.start(start)
  const made: Row[] = []
  while (made.length < count)
    made.push(...toRows(generator.generate(Math.min(generator.capacity, count - made.length))))
  return made
}

const others = (): Row[] => toRows(openGenerator(customers, { ...references().options, capacity: 500 }).generate(500))

test('every reference is to a record of the other stream, whose columns are copied as they are there', () => {
  const byKey = new Map(others().map((row) => [row.id, row]))
  for (const skew of ['uniform', 'zipf', 'recent'] as const) {
    for (const row of rows({ references: [references({ skew })] }, 1500)) {
      const other = byKey.get(row.customer)
      assert.ok(other, `no customer ${String(row.customer)}`)
      assert.deepEqual([row.segment, row.customer_worth, row.mail], [other.segment, other.worth, other.mail])
    }
  }
})

test('a reference stands in the place of a column of its name, copies that are new come last', () => {
  const { fields } = openGenerator(orders, { references: [references()] })
  assert.deepEqual(
    fields.map(({ name, type }) => [name, type.kind]),
    [
      ['order', 'integer'],
      ['customer', 'integer'],
      ['amount', 'integer'],
      ['segment', 'string'],
      ['customer_worth', 'integer'],
      ['mail', 'string'],
    ],
  )
})

test('what a record has of its own does not change with a reference', () => {
  const amounts = (options: GeneratorOptions): unknown[] =>
    rows(options, 300).map(({ order, amount }) => [order, amount])
  assert.equal(amounts({ references: [references()] }).length, amounts({}).length)
  assert.deepEqual(
    rows({ references: [references({ skew: 'recent' })] }, 300).map(({ amount }) => amount),
    rows({ references: [references({ skew: 'zipf' })] }, 300).map(({ amount }) => amount),
  )
})

function positions(skew: Skew, among: number, count: number, start = 0): number[] {
  const options = { references: [references({ skew, among, copy: {} })], seed: 11 }
  return rows(options, count, start).map(({ customer }) => (Number(customer) - 1000) / 3)
}

test('the skews have the distributions that they name', () => {
  const among = 40
  const counts = (found: readonly number[]): number[] => {
    const all = new Array<number>(among).fill(0)
    for (const position of found) all[position]++
    return all
  }
  const zipf = Array.from({ length: among }, (_, k) => zipfShare(k, among))
  assert.ok(fitsDistribution(counts(positions('uniform', among, 8000)), new Array<number>(among).fill(1 / among)))
  assert.ok(fitsDistribution(counts(positions('zipf', among, 8000)), zipf))
  const recent = counts(positions('recent', among, 8000, among))
  assert.ok(fitsDistribution(recent, [...zipf].reverse()), 'the newest of those that are there')
  positions('recent', 500, 400).forEach((position, own) => assert.ok(position <= own, `${own} refers to ${position}`))
})

test('records with references are the same wherever a stream goes on and however it is dealt', () => {
  const whole = rows({ references: [references({ skew: 'recent' })] }, 1300)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 200 }), (shards, skip) => {
      for (let shard = 0; shard < shards; shard++) {
        const options = { references: [references({ skew: 'recent' })], shard, shards, capacity: 64 }
        const part = rows(options, 100, shard + skip * shards)
        part.forEach((row, i) => assert.deepEqual(row, whole[shard + (skip + i) * shards]))
      }
    }),
    { numRuns: 15 },
  )
})

test('the fingerprint is of the other stream too', () => {
  const fingerprint = (changes: Partial<References>): string =>
    openGenerator(orders, { references: [references(changes)] }).fingerprint
  const all = [
    openGenerator(orders).fingerprint,
    fingerprint({}),
    fingerprint({ options: { seed: 8 } }),
    fingerprint({ options: { seed: 7 } }),
    fingerprint({ among: 499 }),
    fingerprint({ skew: 'uniform' }),
    fingerprint({ copy: {} }),
  ]
  assert.equal(new Set(all).size, all.length)
  assert.equal(fingerprint({}), fingerprint({}))
})

async function folder(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'genesis-references-'))
  t.after(() => rm(path, { recursive: true }))
  await writeFile(join(path, 'customers.json.model'), writeModel(customersArtifact))
  await writeFile(join(path, 'orders.json.model'), writeModel(ordersArtifact))
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
  return path
}

const other = (more = ''): string => `name: customers\nmodel: customers.json.model\ntopic: c\nseed: 7\n${more}`
const own = (reference: string): string =>
  `name: orders\nmodel: orders.json.model\ntopic: o\nreferences: ${reference}\n`
const max = 'throughput: { max_records: 100 }\n'

async function open(path: string) {
  const [connector] = (await loadConnectors([join(path, 'orders.yaml')], {})).connectors
  return openConnector(connector, { load: loadModel, shard: 0 })
}

test('a connector file names the other connector, whose max_records is how many there are', async (t) => {
  const path = await folder(t, {
    'customers.yaml': other(max),
    'orders.yaml': own('{ column: customer, connector: customers.yaml, key: id, copy: { segment: segment } }'),
  })
  const made = toRows((await open(path)).generate(500))
  const there = toRows(openGenerator(customers, { seed: 7 }).generate(100))
  for (const { customer, segment } of made)
    assert.equal(segment, there.find(({ id }) => id === customer)?.segment, String(customer))
})

test('several references are drawn apart from each other, and a connector of the same folder goes by its name', async (t) => {
  const path = await folder(t, {
    'anything.yaml': `${other(max)}---\nname: staff\nmodel: customers.json.model\ntopic: s\nseed: 8\n${max}`,
    'broken.yaml': 'name: [',
    'orders.yaml': own(
      '[{ column: customer, connector: customers, key: id, copy: { segment: segment } }, { column: clerk, connector: staff, key: mail, copy: { clerk_id: id } }]',
    ),
  })
  const made = toRows((await open(path)).generate(500))
  const there = (seed: number): Row[] => toRows(openGenerator(customers, { seed }).generate(100))
  const [buyers, staff] = [there(7), there(8)]
  const pairs = new Set<string>()
  for (const { customer, segment, clerk, clerk_id: clerkId } of made) {
    assert.equal(segment, buyers.find(({ id }) => id === customer)?.segment)
    assert.equal(clerk, staff.find(({ id }) => id === clerkId)?.mail)
    pairs.add(`${String(customer)} ${String(clerk)}`)
  }
  assert.ok(pairs.size > 450, 'which clerk does not follow from the customer')
})

test('an error in one of several references says in which', async (t) => {
  const files = (second: string): Record<string, string> => ({
    'customers.yaml': other(max),
    'orders.yaml': own(`[{ column: a, connector: customers, key: id }, ${second}]`),
  })
  const cases: [second: string, message: RegExp][] = [
    ['{ column: b, connector: customers, key: idd }', /references\[1\]\.key.*idd/],
    ['{ column: b, connector: custmers, key: id }', /references\.1\.connector: .*custmers.*customers/],
    ['{ column: b, connector: customers, ky: id }', /references\.1\.ky: unknown key.*key/],
    ['{ column: b, connector: customers, key: id, skew: most }', /references\.1\.skew.*uniform, zipf, recent/],
    ['{ column: a, connector: customers, key: id }', /a column is set twice/],
  ]
  for (const [second, message] of cases) {
    const path = await folder(t, files(second))
    await assert.rejects(open(path), message)
  }
})

const wrong: [string, string, string, RegExp][] = [
  ['a connector that is not there', '{ column: c, connector: none.yaml, key: id }', max, /none\.yaml/],
  ['a key that is no column', '{ column: c, connector: customers.yaml, key: idd }', max, /references\.key.*idd.*id/],
  [
    'a copy of no column',
    '{ column: c, connector: customers.yaml, key: id, copy: { a: sgment } }',
    max,
    /references\.copy\.a.*sgment/,
  ],
  ['the wall clock', '{ column: c, connector: customers.yaml, key: since }', max, /time of generation/],
  [
    'two values for a column',
    '{ column: c, connector: customers.yaml, key: id, copy: { c: id } }',
    max,
    /a column is set twice/,
  ],
  ['an open number of records', '{ column: c, connector: customers.yaml, key: id }', '', /among/],
  ['more than there are', '{ column: c, connector: customers.yaml, key: id, among: 101 }', max, /at most 100/],
  ['a reference to itself', '{ column: c, connector: orders.yaml, key: order, among: 5 }', max, /circular references/],
  ['no key', '{ column: c, connector: customers.yaml }', max, /no key/],
]

for (const [what, reference, more, message] of wrong) {
  test(`refused: ${what}`, async (t) => {
    const path = await folder(t, { 'customers.yaml': other(more), 'orders.yaml': own(reference) })
    await assert.rejects(open(path), (error) => {
      assert.ok(error instanceof GenesisError, String(error))
      assert.match(error.message, message)
      return true
    })
  })
}

test('refused: connectors that refer to each other', async (t) => {
  const path = await folder(t, {
    'customers.yaml': other(`${max}references: { column: last, connector: orders.yaml, key: order, among: 3 }\n`),
    'orders.yaml': own('{ column: c, connector: customers.yaml, key: id }'),
  })
  await assert.rejects(open(path), /circular references.*orders\.yaml → .*customers\.yaml → .*orders\.yaml/)
})
