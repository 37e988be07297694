import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { GenesisError } from '#src/errors.js'
import { readColumnsFile } from '#src/fit/columns/settings.js'
import { planColumns } from '#src/fit/columns/plan.js'
import { statedRelations } from '#src/fit/relations/stated.js'
import { fitTable, type FitOptions } from '#src/fit/fit.js'
import { TrainingRandom } from '#src/fit/random.js'
import type { Table } from '#src/fit/table/table.js'
import { writeModel } from '#src/model/artifact-write.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import type { Value } from '#src/record.js'
import { tableOf, temporaryFolder } from '../../support/tables.js'

const options: FitOptions = { name: 'test', states: 4, seed: 1, minCount: 1, roundExtremes: false }
const folder = temporaryFolder()

/** Orders in which a tenth of the totals is wrong, some end before they start, and closed ones are open again. */
function orders(): Table {
  const random = new TrainingRandom(1)
  const rows = Array.from({ length: 1200 }, () => {
    const count = 1 + random.below(8)
    const cents = 100 + random.below(9000)
    const start = Date.UTC(2024, 0, 1) + random.below(300) * 86_400_000
    const gift = random.uniform() < 0.3
    return {
      price: (cents / 100).toFixed(2),
      count,
      gift: gift ? 'yes' : 'no',
      total: (random.uniform() < 0.1 ? 1 : ((cents * count) / 100).toFixed(2)) as string,
      fee: gift ? 0 : 4.9 + (random.below(2) * 5) / 10,
      start: new Date(start).toISOString().slice(0, 10),
      end: new Date(start + (random.below(40) - 2) * 86_400_000).toISOString().slice(0, 10),
      state: random.uniform() < 0.5 ? 'open' : 'closed',
      closed_by: random.uniform() < 0.5 ? 'nobody' : 'somebody',
    }
  })
  return tableOf(
    Object.fromEntries(Object.keys(rows[0]).map((key) => [key, rows.map((row) => row[key as keyof (typeof rows)[0]])])),
  )
}

async function fitted(
  columns: string,
): Promise<{ records: Record<string, Value>[]; notes: readonly string[]; version: number }> {
  const path = join(folder, 'columns.yaml')
  writeFileSync(path, columns)
  const { artifact, report } = await fitTable(orders(), { ...options, columns: await readColumnsFile(path) })
  const generator = openGenerator(parseModel(Buffer.from(writeModel(artifact)), 'test'), { seed: 3, capacity: 2000 })
  return {
    records: toRows(generator.generate(2000)) as Record<string, Value>[],
    notes: report.notes,
    version: artifact.version,
  }
}

test('what is stated is so in every record, whatever the rows do', async () => {
  const { records, notes, version } = await fitted(`
columns:
  total: { equals: 'round(price * count, 2)' }
  fee: { equals: 'gift == "yes" ? 0 : 4.90' }
  end: { after: start }
forbid:
  - state == "open" && closed_by != "nobody"
`)
  assert.equal(version, 5)
  for (const { price, count, total, fee, gift, start, end, state, closed_by } of records) {
    assert.equal(Number(total).toFixed(2), (Number(price) * Number(count)).toFixed(2))
    assert.equal(fee, gift === 'yes' ? 0 : 4.9)
    assert.ok(String(start) <= String(end))
    assert.ok(state !== 'open' || closed_by === 'nobody')
  }
  assert.ok(records.some(({ state }) => state === 'open'))
  assert.match(
    notes.join('\n'),
    /total: is round\(price × count, 2\), as stated; \d+ of 1200 rows of the table keep it/,
  )
  assert.match(
    notes.join('\n'),
    /no record satisfies state = "open" and closed_by != "nobody", as stated; \d+ of 1200 rows/,
  )
})

test('a column that relations are off for is tied to nothing', async () => {
  const table = `columns:\n  end: { relations: off }\n`
  const { notes } = await fitted(table)
  assert.ok(!notes.some((note) => note.startsWith('column end: learned as')))
  assert.ok((await fitted('columns: {}')).notes.some((note) => note.startsWith('column end: learned as')))
})

test('mistakes are reported together, with their places', async () => {
  const mistakes = fitted(`
columns:
  total: { equals: price * cuont }
  start: { after: gift }
  end: { after: strat, equals: end - start }
forbid:
  - price * count
`)
  await assert.rejects(mistakes, (error: GenesisError) => {
    const text = (error.details.all ?? []).map(String).join('\n')
    assert.match(text, /columns\.total\.equals, character 9: unknown column; found cuont; expected count, perhaps/)
    assert.match(text, /columns\.start\.after: the columns cannot be compared; found gift is a text/)
    assert.match(text, /columns\.end\.after: not another learned column; found strat; expected start/)
    assert.match(text, /columns\.end\.equals: a time column cannot equal a duration/)
    assert.match(text, /forbid\.0: a number is not a condition/)
    return true
  })
})

test('what a category equals is not stated', async () => {
  await assert.rejects(
    fitted('columns:\n  gift: { equals: price }\n'),
    /columns\.gift\.equals: not for a column of kind category/,
  )
})

test('columns are defined by each other in a cycle are refused', async () => {
  await assert.rejects(
    fitted('columns:\n  total: { equals: price * count }\n  price: { equals: total / count }\n'),
    /columns\.price\.equals: columns are defined by each other in a cycle/,
  )
})

test('the example of the documentation has no mistake', async () => {
  const [, example] =
    /### Stating relations[^]*?```yaml\n(columns:\n[^]*?)```/.exec(readFileSync('docs/fit.md', 'utf8')) ?? []
  const path = join(folder, 'documented.yaml')
  writeFileSync(path, example)
  const file = await readColumnsFile(path)
  const numbers = ['price', 'count', 'discount', 'total', 'fee', 'low', 'high', 'close', 'rating']
  const texts = ['express', 'state', 'city', 'country']
  const dates = ['shipped', 'delivered', 'closed_at']
  const table = tableOf({
    ...Object.fromEntries(numbers.map((name) => [name, ['1', '2', '2']])),
    ...Object.fromEntries(texts.map((name) => [name, ['yes', 'no', 'no']])),
    ...Object.fromEntries(dates.map((name) => [name, ['2024-01-01', '2024-01-02', '2024-01-02']])),
  })
  const learned = planColumns(table, file).filter((column) => column.place === 'learned')
  const stated = statedRelations(learned, [], file)
  assert.deepEqual(
    [stated.equals.length, stated.orders.length, [...stated.untied], stated.forbid.length],
    [2, 3, ['rating'], 2],
  )
})
