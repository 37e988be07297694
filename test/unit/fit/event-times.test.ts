/** Times that rise with the rows, and the dates that follow an event time. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readColumnsFile } from '#src/fit/columns/settings.js'
import { fitTable } from '#src/fit/fit.js'
import { prepareTable } from '#src/fit/prepare.js'
import { TrainingRandom } from '#src/fit/random.js'
import { writeModel } from '#src/model/artifact-write.js'
import { parseModel } from '#src/model/load.js'
import type { Model } from '#src/model/model.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import { GenesisError } from '#src/errors.js'
import type { Value } from '#src/record.js'
import { tableOf, temporaryFolder } from '../../support/tables.js'

const folder = temporaryFolder()
const hour = 3_600_000
const options = { name: 't', states: 4, seed: 1, minCount: 1, roundExtremes: false }

const random = new TrainingRandom(3)
const start = Date.UTC(2024, 0, 1)
const orders = Array.from({ length: 600 }, (_, i) => {
  const ordered = start + i * 4 * hour + random.below(2 * 3600) * 1000
  const shipped = ordered + (1 + random.below(48)) * hour
  const delivered = shipped + (2 + random.below(72)) * hour
  return { ordered, shipped, delivered: i % 10 === 0 ? null : delivered }
})
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 19) + 'Z'
const table = tableOf({
  ordered: orders.map(({ ordered }) => iso(ordered)),
  shipped: orders.map(({ shipped }) => iso(shipped)),
  delivered: orders.map(({ delivered }) => (delivered === null ? null : iso(delivered))),
  day: orders.map(({ ordered }) => iso(ordered).slice(0, 10)),
  born: orders.map(() => iso(Date.UTC(1950, 0, 1) + random.below(15_000) * 24 * hour).slice(0, 10)),
})

async function modelOf(settings: string): Promise<Model> {
  const path = join(folder, 'columns.yaml')
  writeFileSync(path, settings)
  const { artifact } = await fitTable(table, { ...options, columns: await readColumnsFile(path) })
  return parseModel(Buffer.from(writeModel(artifact)), 't')
}

function rowsOf(model: Model, from = 0, count = 400): Record<string, Value>[] {
  const generator = openGenerator(model, { seed: 2 })
  generator.start(from)
  return toRows(generator.generate(count)) as Record<string, Value>[]
}

const at = (value: Value): number => Date.parse(String(value))

test('a time that rises with the rows is noted with the settings that make records rise', () => {
  const { notes } = prepareTable(table, undefined, options)
  const found = notes.filter((note) => note.includes('event_time'))
  assert.equal(found.length, 1)
  assert.match(found[0], /column ordered: .*\{ kind: event_time, start: 2024-01-01T\d\d:\d\d:\d\dZ, step: \d+[smh] \}/)
})

test('the note says that a number that counts the records would disagree with the times', () => {
  const rising = {
    order_no: Array.from({ length: 200 }, (_, i) => i + 1),
    placed: Array.from({ length: 200 }, (_, i) => new Date(Date.UTC(2024, 0, 1) + i * 5_000_000).toISOString()),
  }
  const { notes } = prepareTable(tableOf(rising), undefined, options)
  assert.match(
    notes.join('\n'),
    /column placed: .*, so a later order_no may have an earlier placed; .*kind: event_time/,
  )
})

test('the dates of a record follow its event time at the distances that the table has', async () => {
  const model = await modelOf('columns: { ordered: { kind: event_time, start: 2030-01-01T00:00:00Z, step: 1h } }')
  for (const from of [0, 1_000_000]) {
    rowsOf(model, from).forEach(({ ordered, shipped, delivered, day, born }, i) => {
      assert.equal(at(ordered), Date.UTC(2030, 0, 1) + (from + i) * hour)
      const away = (at(shipped) - at(ordered)) / hour
      assert.ok(away >= 1 && away <= 48, String(away))
      if (delivered !== null)
        assert.ok(at(delivered) - at(shipped) >= 2 * hour && at(delivered) - at(shipped) <= 73 * hour)
      assert.equal(day, String(ordered).slice(0, 10))
      assert.ok(String(born) < '1995')
    })
  }
  const missing = rowsOf(model, 0, 2000).filter(({ delivered }) => delivered === null).length / 2000
  assert.ok(missing > 0.05 && missing < 0.16, String(missing))
})

test('a stated date may be computed from an event time', async () => {
  const model = await modelOf(
    'columns:\n  ordered: { kind: event_time, start: 2030-01-01T00:00:00Z, step: 1h }\n  shipped: { equals: \'ordered + duration("90m")\' }\n',
  )
  for (const { ordered, shipped } of rowsOf(model)) assert.equal(at(shipped) - at(ordered), 1.5 * hour)
})

test('a condition on a date that follows an event time is refused', async () => {
  const model = await modelOf('columns: { ordered: { kind: event_time, start: 2030-01-01T00:00:00Z, step: 1h } }')
  assert.throws(
    () => openGenerator(model, { conditions: { shipped: ['>', '2031-01-01'] } }),
    (error) => error instanceof GenesisError && error.code === 'CONDITION_INVALID',
  )
})

test('a time of day and a number of days follow an event time, too', async () => {
  const path = join(folder, 'hours.yaml')
  writeFileSync(path, 'columns:\n  ordered: { kind: event_time, start: 2024-01-01T00:00:00Z, step: 47m }\n')
  const hours = tableOf({
    ordered: orders.map(({ ordered }) => iso(ordered)),
    time: orders.map(({ ordered }) => iso(ordered).slice(11, 19)),
    shipped: orders.map(({ shipped }) => iso(shipped)),
    days: orders.map(({ ordered, shipped }) => Math.ceil((shipped - ordered) / (24 * hour))),
  })
  const { artifact } = await fitTable(hours, { ...options, columns: await readColumnsFile(path) })
  for (const { ordered, time, shipped, days } of rowsOf(parseModel(Buffer.from(writeModel(artifact)), 't'))) {
    assert.equal(String(time).slice(0, 8), String(ordered).slice(11, 19))
    assert.equal(days, Math.ceil((Date.parse(String(shipped)) - Date.parse(String(ordered))) / (24 * hour)))
  }
})
