import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelArtifact } from '#src/model/artifact.js'
import { writeModel } from '#src/model/artifact-write.js'
import { fitTable, type FitOptions } from '#src/fit/fit.js'
import { noColumnsFile, type ColumnsFile } from '#src/fit/columns/settings.js'
import { TrainingRandom } from '#src/fit/random.js'
import type { Cell, Table } from '#src/fit/table/table.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows, type Row } from '#src/model/rows.js'
import { tableOf } from '../../support/tables.js'

const options: FitOptions = { name: 'test', states: 8, seed: 1, minCount: 1, roundExtremes: false }

function rowsOf(artifact: ModelArtifact, count: number): Row[] {
  return toRows(openGenerator(parseModel(Buffer.from(writeModel(artifact)), 'test'), { seed: 3 }).generate(count))
}

const many = (count: number, cell: (i: number) => Cell): Cell[] => Array.from({ length: count }, (_, i) => cell(i))

function mixedTable(): Table {
  const random = new TrainingRandom(9)
  const level = many(400, () => random.below(6)) as number[]
  return tableOf({
    id: many(400, (i) => i + 1),
    level,
    title: level.map((n) => ['Junior', 'Junior', 'Senior', 'Senior', 'Chief', 'Größe "1"'][n]),
    pay: level.map((n) => (random.uniform() < 0.1 ? null : 500 * n + 25 * random.below(400))),
    score: level.map((n) => String(n + random.uniform())),
    on: many(400, () => new Date(Date.UTC(2024, 0, 1 + random.below(300))).toISOString().slice(0, 10)),
    ok: level.map((n) => n > 2),
  })
}

test('the same table, options and seed make the same bytes, on one thread and on two', async () => {
  const table = mixedTable()
  const one = await fitTable(table, { ...options, threads: 1 })
  const two = await fitTable(table, { ...options, threads: 2 })
  const other = await fitTable(table, { ...options, seed: 2 })
  assert.equal(writeModel(one.artifact), writeModel(two.artifact))
  assert.notEqual(writeModel(one.artifact), writeModel(other.artifact))
})

test('records of the model are like the rows of the table', async () => {
  const { artifact, report } = await fitTable(mixedTable(), options)
  const rows = rowsOf(artifact, 2000)
  assert.deepEqual(
    rows.slice(0, 3).map((row) => row.id),
    [1, 2, 3],
  )
  const titles: Record<number, string> = {
    0: 'Junior',
    1: 'Junior',
    2: 'Senior',
    3: 'Senior',
    4: 'Chief',
    5: 'Größe "1"',
  }
  for (const { level, title, pay, on, ok } of rows) {
    assert.equal(title, titles[Number(level)], 'the dependency holds in every record')
    assert.equal(ok, Number(level) > 2)
    assert.ok(pay === null || Number(pay) % 25 === 0, 'pay stays on its grid')
    assert.match(String(on), /^2024-\d\d-\d\d$/)
  }
  const missing = rows.filter(({ pay }) => pay === null).length / rows.length
  assert.ok(missing > 0.04 && missing < 0.18, `${missing}`)
  assert.deepEqual(
    report.columns.map(({ name, kind, decidedBy }) => [name, kind, decidedBy]),
    [
      ['id', 'sequence', undefined],
      ['level', 'integer', undefined],
      ['title', 'category', 'level'],
      ['pay', 'integer', undefined],
      ['score', 'real', undefined],
      ['on', 'date', undefined],
      ['ok', 'boolean', 'level'],
    ],
  )
  assert.equal(report.quality?.against, 'held-out')
  assert.equal(report.quality?.realRows, 40)
  assert.equal(report.pairs.length, 15)
})

test('nothing in the report depends on the time or the machine', async () => {
  const { report } = await fitTable(mixedTable(), options)
  assert.doesNotMatch(JSON.stringify(report), /elapsed|threads|Ms"|time"/)
})

const tables: Record<string, Table> = {
  'one row': tableOf({ a: [1], b: ['x'] }),
  'three rows': tableOf({ city: ['Oslo', 'Rome', 'Bern'], n: [1, 2, 3] }),
  'fewer rows than columns': tableOf(
    Object.fromEntries(Array.from({ length: 50 }, (_, j) => [`c${j}`, [j, null, 3 * j]])),
  ),
  'constant columns': tableOf({ a: many(100, () => 'x'), b: many(100, () => 7), c: many(100, () => null) }),
  'all distinct': tableOf({ x: many(300, (i) => i * i * 1.37), y: many(300, (i) => -i * 3.1) }),
  '5,000 categories': tableOf({ city: many(12_000, (i) => `city ${(i * 7) % 5000}`), n: many(12_000, (i) => i % 3) }),
  'a heavy tail': tableOf({
    v: many(600, (i) => Math.round(100 / (1 - (i + 0.5) / 600) ** 2)),
    w: many(600, (i) => i % 5),
  }),
  'many nulls': tableOf({
    a: many(200, (i) => (i % 20 === 0 ? i : null)),
    b: many(200, (i) => (i % 20 === 1 ? 'x' : null)),
  }),
  'nothing to learn': tableOf({ id: many(100, (i) => i), ref: many(100, (i) => `user${i}@example.org`) }),
}
for (const [what, table] of Object.entries(tables)) {
  test(`a table of ${what} makes a model that makes records`, async () => {
    const { artifact } = await fitTable(table, { ...options, states: 4, threads: 1 })
    const rows = rowsOf(artifact, 50)
    assert.deepEqual(
      Object.keys(rows[0]),
      table.columns.map(({ name }) => name),
    )
    for (const { name, values } of table.columns) {
      const shown = rows.map((row) => row[name])
      if (values.every((value) => value === null)) assert.ok(shown.every((value) => value === null))
      else if (!values.includes(null)) assert.ok(shown.every((value) => value !== null))
    }
  })
}

test('training that is aborted ends with the best circuit so far', async () => {
  const full = (await fitTable(mixedTable(), options)).training!
  const stop = new AbortController()
  const { training } = await fitTable(mixedTable(), {
    ...options,
    signal: stop.signal,
    onProgress: ({ epoch }) => epoch === 3 && stop.abort(),
  })
  assert.ok(training?.aborted)
  // The threads may be some epochs ahead of who hears of them.
  assert.ok(training.epochs >= 3 && training.epochs < full.epochs, `${training.epochs} of ${full.epochs}`)
})

test('what would be no model is refused before the training', async () => {
  const table = tableOf({ person: ['Ann', 'Bob', 'Ann'] })
  const settings = new Map([['greeting', { derive: 'Dear {person.title}' }]])
  const columns: ColumnsFile = { ...noColumnsFile, columns: settings }
  let steps = 0
  await assert.rejects(fitTable(table, { ...options, columns, onProgress: () => steps++ }), {
    code: 'MODEL_INVALID',
    message: /the model of table, columns\[\d\]\.source\.template: unknown column; found "person\.title"/,
  })
  assert.equal(steps, 0)
})
