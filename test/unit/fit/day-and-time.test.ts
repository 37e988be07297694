import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitTable, type FitOptions } from '#src/fit/fit.js'
import { TrainingRandom } from '#src/fit/random.js'
import { tableOf } from '../../support/tables.js'
import { modelOf } from '../../support/models.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'

const options: FitOptions = { name: 'test', states: 8, seed: 1, minCount: 1, roundExtremes: true }
const minute = 60_000
const day = 86_400_000

function times(rows: number, time: (random: TrainingRandom) => number): string[] {
  const random = new TrainingRandom(4)
  return Array.from({ length: rows }, () => new Date(Date.UTC(2024, 0, 1) + time(random)).toISOString())
}

/** Office hours of 200 days. */
const office = (random: TrainingRandom): number => random.below(200) * day + (480 + random.below(600)) * minute

test('a timestamp over months keeps its time of day, and the report has it as one column', async () => {
  const { artifact, report } = await fitTable(tableOf({ at: times(600, office) }), options)
  assert.deepEqual(
    artifact.columns.map(({ name, hidden, source }) => [name, hidden === true, source.from]),
    [
      ['at', false, 'composed'],
      ['at.day', true, 'circuit'],
      ['at.time', true, 'circuit'],
    ],
  )
  assert.deepEqual(
    report.columns.map(({ name, kind }) => [name, kind]),
    [['at', 'timestamp']],
  )
  for (const { at } of toRows(openGenerator(modelOf(artifact), { seed: 1 }).generate(1000))) {
    const time = Date.parse(String(at)) % day
    assert.ok(time >= 480 * minute && time < 1080 * minute && time % minute === 0, String(at))
  }
})

test('missing timestamps stay as frequent', async () => {
  const column = times(600, office).map((at, i) => (i % 3 === 0 ? null : at))
  const { artifact } = await fitTable(tableOf({ at: column }), options)
  const missing = toRows(openGenerator(modelOf(artifact), { seed: 1 }).generate(3000)).filter(({ at }) => at === null)
  assert.ok(Math.abs(missing.length / 3000 - 1 / 3) < 0.05, `${missing.length} of 3000`)
})

test('timestamps of a few days, or always of one time of day, stay one column', async () => {
  const brief = times(600, (random) => random.below(2 * 1440) * minute)
  const midnight = times(600, (random) => random.below(400) * day)
  const { artifact } = await fitTable(tableOf({ brief, midnight }), options)
  assert.deepEqual(
    artifact.columns.map(({ name, source }) => [name, source.from]),
    [
      ['brief', 'circuit'],
      ['midnight', 'circuit'],
    ],
  )
})
