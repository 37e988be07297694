import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FieldType, Value } from '#src/record.js'
import type { ArtifactColumn, ColumnOrigin } from '#src/model/artifact.js'
import { openGenerator, type GeneratorOptions } from '#src/model/open.js'
import { locales } from '#src/model/generated/words.js'
import { slug } from '#src/model/generated/text-forms.js'
import { toRows, type Row } from '#src/model/rows.js'
import { artifactOf, modelOf, type SupportColumn } from '../../support/models.js'
import { fitsDistribution } from '../../support/statistics.js'

const string: FieldType = { kind: 'string' }

function column(name: string, source: ColumnOrigin, rest: Partial<ArtifactColumn> = {}): ArtifactColumn {
  return { name, type: string, nullable: (rest.missing ?? 0) > 0, source, ...rest }
}

function rows(columns: readonly SupportColumn[], count: number, options: GeneratorOptions = {}): Row[] {
  const generator = openGenerator(modelOf(artifactOf(columns, 2, 3)), { capacity: 1000, seed: 9, ...options })
  const table: Row[] = []
  while (table.length < count) table.push(...toRows(generator.generate(Math.min(700, count - table.length))))
  return table
}

function counts(table: readonly Row[], name: string, values: readonly Value[]): number[] {
  return values.map((value) => table.filter((row) => row[name] === value).length)
}

test('sequences and event times follow the position', () => {
  const timestamp: FieldType = { kind: 'timestamp' }
  const start = Date.UTC(2024, 0, 1)
  const table = rows(
    [
      column('id', { from: 'sequence', start: 100, step: 5 }, { type: { kind: 'integer' } }),
      column('cents', { from: 'sequence', start: 0, step: 25 }, { type: { kind: 'decimal', scale: 2 } }),
      column('at', { from: 'event_time', start, step: 1500, jitter: 0 }, { type: timestamp }),
      column('late', { from: 'event_time', start, step: 1000, jitter: 400 }, { type: timestamp }),
    ],
    1500,
    { shard: 1, shards: 3 },
  )
  table.forEach((row, index) => {
    const position = 1 + 3 * index
    assert.equal(row.id, 100 + 5 * position)
    assert.equal(row.cents, position / 4)
    assert.equal(row.at, new Date(start + 1500 * position).toISOString())
    const late = Date.parse(String(row.late)) - (start + 1000 * position)
    assert.ok(late >= 0 && late <= 400)
  })
  assert.equal(new Set(table.map((row) => Date.parse(String(row.late)) % 1000)).size > 300, true)
})

test('a clock shows the time of generation', () => {
  const before = Date.now()
  const [row] = rows([column('now', { from: 'clock' }, { type: { kind: 'timestamp' } })], 1)
  const now = Date.parse(String(row.now))
  assert.ok(now >= before && now <= Date.now())
})

test('pools are drawn by weight, and are missing as often as they say', () => {
  const table = rows(
    [
      column('even', { from: 'pool', values: ['a', 'b', 'c'] }),
      column('skewed', { from: 'pool', values: ['a', 'b', 'c'], weights: [6, 0, 2] }, { missing: 0.2 }),
    ],
    6000,
  )
  assert.ok(fitsDistribution(counts(table, 'even', ['a', 'b', 'c']), [1 / 3, 1 / 3, 1 / 3]))
  assert.ok(fitsDistribution(counts(table, 'skewed', ['a', 'b', 'c', null]), [0.6, 0, 0.2, 0.2]))
})

test('the words of every provider ship with the program, in every language', () => {
  const providers = [
    'first_name',
    'last_name',
    'street',
    'city',
    'state',
    'country',
    'company',
    'domain',
    'job',
    'product',
  ]
  assert.ok(locales().length >= 10)
  for (const locale of locales()) {
    const columns = providers.map((provider) => column(provider, { from: 'pool', provider, locale }))
    const table = rows(columns, 300)
    for (const provider of providers)
      assert.ok(new Set(table.map((row) => row[provider])).size > 4, `${locale} ${provider}`)
  }
})

test('patterns draw their characters evenly and keep what stands', () => {
  const table = rows([column('code', { from: 'pattern', pattern: 'ü-^?#*\\#/##########' }, { missing: 0.1 })], 4000)
  const codes = table.flatMap(({ code }) => (typeof code === 'string' ? [code] : []))
  assert.ok(fitsDistribution([codes.length, table.length - codes.length], [0.9, 0.1]))
  for (const code of codes) assert.match(code, /^ü-[A-Z][a-z][0-9][0-9a-f]#\/[0-9]{10}$/)
  const tenth = new Array<number>(10).fill(0.1)
  for (const place of [4, 8, 12, 17]) {
    const digits = tenth.map((_, digit) => codes.filter((code) => code[place] === String(digit)).length)
    assert.ok(fitsDistribution(digits, tenth))
  }
})

test('UUIDs are of their version, distinct, and those of version 7 in order of time', () => {
  const start = Date.UTC(2024, 5, 1)
  const table = rows(
    [
      column('four', { from: 'uuid', version: 4 }, { type: { kind: 'uuid' } }),
      column('seven', { from: 'uuid', version: 7 }, { type: { kind: 'uuid' } }),
      column('at', { from: 'event_time', start, step: 10, jitter: 0 }, { type: { kind: 'timestamp' }, hidden: true }),
    ],
    1500,
  )
  for (const { four, seven } of table) {
    assert.match(String(four), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.match(String(seven), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  }
  const times = table.map(({ seven }) => parseInt(String(seven).replaceAll('-', '').slice(0, 12), 16))
  assert.deepEqual(
    times,
    table.map((_, index) => start + 10 * index),
  )
  assert.equal(new Set(table.map(({ four }) => four)).size, table.length)
})

test('templates take text of every kind of column of the same record', () => {
  const table = rows(
    [
      column('first', { from: 'pool', values: ['Ana', 'Zoë', 'Bjørn'] }),
      column('last', { from: 'pool', values: ["O'Hara", 'Weiß', 'Núñez'] }),
      column('mail', { from: 'template', template: '{first|slug}.{last|slug}+{id}@x.org' }),
      column('short', { from: 'template', template: '{first|initial}{last|slug}' }),
      column('shout', { from: 'template', template: '{{{mail|lower}}} {first|lower}' }),
      column('tag', { from: 'template', template: '{code|slug}|{code}' }),
      column('code', { from: 'pattern', pattern: '^^-##' }, { hidden: true }),
      column('id', { from: 'sequence', start: -3, step: 1 }, { type: { kind: 'integer' } }),
      { name: 'level', type: { kind: 'integer' }, nullable: false, alphabet: [1, 2, 3] },
      {
        name: 'price',
        type: { kind: 'decimal', scale: 2 },
        nullable: true,
        grain: 5,
        alphabet: [[-20, 120], 12_300, null],
      },
      { name: 'day', type: { kind: 'date' }, nullable: false, alphabet: [[-800_000, 60_000]] },
      { name: 'at', type: { kind: 'timestamp' }, nullable: false, alphabet: [[-4e12, 4e12]] },
      { name: 'real', type: { kind: 'double' }, nullable: false, alphabet: [[-5, 5]] },
      column('all', { from: 'template', template: '{level};{price};{day};{at};{real}' }),
      column('strict', { from: 'template', template: '<{price}>' }, { nullable: true }),
    ],
    2000,
  )
  for (const row of table) {
    const [first, last] = [String(row.first), String(row.last)]
    assert.equal(row.short, `${slug(first)[0]}${slug(last)}`)
    assert.equal(row.mail, `${slug(first)}.${slug(last)}+${Number(row.id)}@x.org`)
    assert.equal(row.shout, `{${String(row.mail).toLowerCase()}} ${first.toLowerCase()}`)
    assert.match(String(row.tag), /^([a-z]{2}\d\d)\|/)
    assert.equal(String(row.tag).split('|')[0], String(row.tag).split('|')[1].toLowerCase().replace('-', ''))
    const price = row.price === null ? '' : Number(row.price).toFixed(2)
    assert.equal(row.all, [row.level, price, row.day, row.at, row.real].join(';'))
    assert.equal(row.strict, row.price === null ? null : `<${price}>`)
  }
  assert.ok(table.some(({ price }) => price === null))
})

test('a slug is ASCII letters and digits, and never empty', () => {
  assert.equal(slug('Ægir Łódź-Straße 5'), 'aegirlodzstrasse5')
  assert.equal(slug('山'), '5c71')
})

test('text is marked plain only where no character needs escaping', () => {
  const { fields } = modelOf(
    artifactOf(
      [
        column('fine', { from: 'template', template: '{words|lower} {code}' }),
        column('words', { from: 'pool', values: ['é', 'b-c'] }),
        column('code', { from: 'pattern', pattern: '##-é' }),
        column('quoted', { from: 'template', template: '"{code}"' }),
        column('comma', { from: 'template', template: '{list}' }),
        column('saved', { from: 'template', template: '{list|slug}' }),
        column('list', { from: 'pool', values: ['a,b'] }),
        column('control', { from: 'pattern', pattern: '#\n' }),
      ],
      1,
      1,
    ),
  )
  const plain = Object.fromEntries(
    fields.filter(({ vector }) => vector === 'text').map((field) => [field.name, field.plain]),
  )
  assert.deepEqual(plain, { fine: true, code: true, quoted: false, comma: false, saved: true, control: false })
})

test('texts do not depend on batches or shards', () => {
  const columns = [
    column('key', { from: 'uuid', version: 4 }),
    column('name', { from: 'pool', values: ['a', 'bb', 'ccc'] }, { missing: 0.1 }),
    column('text', { from: 'template', template: '{name}/{key}' }, { nullable: true }),
    column('code', { from: 'pattern', pattern: '####' }, { missing: 0.3 }),
  ] as const
  const whole = rows(columns, 1800)
  const shards = [0, 1, 2].map((shard) => rows(columns, 600, { shard, shards: 3 }))
  const woven = whole.map((_, position) => shards[position % 3][Math.floor(position / 3)])
  assert.deepEqual(woven, whole)
})
