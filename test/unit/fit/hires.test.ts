import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelArtifact } from '#src/model/artifact.js'
import { writeModel } from '#src/model/artifact-write.js'
import { fitTable, type FitOptions } from '#src/fit/fit.js'
import type { FitReport } from '#src/fit/report/report.js'
import { TrainingRandom } from '#src/fit/random.js'
import type { Cell } from '#src/fit/table/table.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import type { Value } from '#src/record.js'
import { tableOf } from '../../support/tables.js'

const options: FitOptions = { name: 'test', states: 4, seed: 1, minCount: 1, roundExtremes: false }
const [minute, quarter, hour, day] = [60_000, 900_000, 3_600_000, 86_400_000]
const start = Date.UTC(2023, 2, 1)

async function fitted(
  make: (random: TrainingRandom) => Record<string, Cell>,
  count = 1500,
): Promise<{ artifact: ModelArtifact; report: FitReport; notes: string; records: readonly Record<string, Value>[] }> {
  const random = new TrainingRandom(5)
  const made = Array.from({ length: count }, () => make(random))
  const table = tableOf(Object.fromEntries(Object.keys(made[0]).map((key) => [key, made.map((row) => row[key])])))
  const { artifact, report } = await fitTable(table, options)
  const generator = openGenerator(parseModel(Buffer.from(writeModel(artifact)), 'test'), { seed: 3, capacity: 3000 })
  return {
    artifact,
    report,
    notes: report.notes.join('\n'),
    records: toRows(generator.generate(3000)) as Record<string, Value>[],
  }
}

const local = (ms: number): string => new Date(ms).toISOString().slice(0, 16)
const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const at = (value: Value): number =>
  Date.parse(String(value).length > 10 ? `${String(value).slice(0, 16)}Z` : String(value))
const timeOf = (ms: number): number => ms % day

test('a hire begins and ends in opening hours, on quarter-hours, and never ends before it begins', async () => {
  const { notes, records } = await fitted((random) => {
    const from = start + day * random.below(600) + 8 * hour + quarter * random.below(44)
    const days = [0, 1, 1, 2, 3, 4, 5][random.below(7)]
    const end = from - timeOf(from) + days * day + 8 * hour + quarter * random.below(44)
    const to = end > from ? end : from + quarter
    const paid = random.uniform() < 0.1 ? null : date(to + day * [0, 0, 0, 3, 14][random.below(5)])
    return { picked_up: local(from), returned: local(to), days: Math.ceil((to - from) / day), paid_at: paid }
  })
  assert.match(notes, /column returned: learned as days after picked_up and a time of day/)
  for (const { picked_up, returned, days, paid_at } of records) {
    const [from, to] = [at(picked_up), at(returned)]
    for (const time of [from, to]) {
      assert.ok(timeOf(time) >= 8 * hour && timeOf(time) <= 19 * hour, local(time))
      assert.equal(time % quarter, 0)
    }
    assert.ok(to - from >= quarter, `${String(picked_up)} to ${String(returned)}`)
    assert.equal(days, Math.ceil((to - from) / day))
    assert.ok(paid_at === null || at(paid_at) >= to - timeOf(to))
  }
  const late = records.filter(({ returned }) => timeOf(at(returned)) >= 18 * hour).length / records.length
  assert.ok(Math.abs(late - 4 / 44) < 0.03, `${late}`)
})

test('what follows within hours keeps its distances and still ends before closing time', async () => {
  const { records } = await fitted((random) => {
    const from = start + day * random.below(400) + 11 * hour + minute * random.below(700)
    return {
      ordered: local(from),
      served: local(Math.min(from + minute * (15 + random.below(60)), from - timeOf(from) + 23 * hour + 30 * minute)),
    }
  })
  for (const { ordered, served } of records) {
    const [from, to] = [at(ordered), at(served)]
    assert.ok(to - from >= 0 && to - from < 75 * minute)
    assert.ok(timeOf(to) >= 11 * hour && timeOf(to) <= 23.5 * hour, local(to))
  }
})

test('a time on quarter-hours stays on them, whatever it is added to; numbers stay on their grid as well', async () => {
  const { records } = await fitted((random) => {
    const call = start + minute * random.below(300 * 1440)
    const visit = quarter * Math.ceil((call + hour * (1 + random.below(40))) / quarter)
    const cost = 100 + random.below(100_000)
    return { call: local(call), visit: local(visit), cost, price: 50 * Math.ceil((cost + random.below(900)) / 50) }
  })
  for (const { call, visit, cost, price } of records) {
    assert.equal(at(visit) % quarter, 0)
    assert.ok(at(visit) >= at(call))
    assert.equal(Number(price) % 50, 0)
    assert.ok(Number(price) >= Number(cost))
  }
})

test('the report compares a number with the time between two columns, even if no relation ties them', async () => {
  const { report } = await fitted((random) => {
    const from = start + minute * random.below(500 * 1440)
    const to = from + hour * (1 + random.below(240))
    // Neither rounding fits all rows, but the number is never far from the days.
    return { from: local(from), to: local(to), charged: Math.ceil((to - from) / day) + [0, 0, 1][random.below(3)] }
  }, 4000)
  assert.ok(report.relations?.some(({ column, to }) => column === 'charged' && to === '(to - from) / duration("1d")'))
  assert.ok(report.detectability! > 0.6, `${report.detectability}`)
})

test('weekdays are as frequent as in the table, and none is added that a shop is closed on', async () => {
  const { artifact, notes, records } = await fitted((random) => {
    const weekday = (ms: number): number => new Date(ms).getUTCDay()
    let opened = start + day * random.below(700)
    if (weekday(opened) === 0 && random.uniform() < 0.8) opened += day
    let closed = opened + day * random.below(6)
    if (weekday(closed) === 0) closed += day
    return {
      opened: local(opened + hour * (8 + random.below(10))),
      closed: local(closed + hour * (19 + random.below(3))),
    }
  }, 3000)
  assert.match(notes, /column opened: learned as a week and a weekday: \d % on Sundays/)
  assert.match(notes, /column closed: .*never on Sundays/)
  const sundays = (name: string): number =>
    records.filter((row) => new Date(at(row[name])).getUTCDay() === 0).length / records.length
  assert.ok(Math.abs(sundays('opened') - 0.2 / 7) < 0.015, `${sundays('opened')}`)
  assert.equal(sundays('closed'), 0)
  const conditions = { opened: ['between', '2024-05-01T10:00', '2024-05-01T12:00'] }
  const model = parseModel(Buffer.from(writeModel(artifact)), 'test')
  for (const row of toRows(openGenerator(model, { conditions }).generate(100)) as Record<string, Value>[])
    assert.match(String(row.opened), /^2024-05-01T1[012]:00/)
})

test('a lesson lasts as long as its kind does, also the last of the table', async () => {
  const kinds = { Yoga: 60, Spin: 45, Boxing: 90 }
  const { records } = await fitted((random) => {
    const slot = random.below(96)
    const from = start + day * Math.floor(slot / 24) + 8 * hour + (hour / 2) * (slot % 24)
    // In the last slot of the table there happen to be none of the longer ones.
    const kind = slot === 95 ? 'Spin' : (['Yoga', 'Spin', 'Boxing'] as const)[random.below(3)]
    return { kind, starts_at: local(from), ends_at: local(from + kinds[kind] * minute) }
  })
  for (const { kind, starts_at, ends_at } of records)
    assert.equal((at(ends_at) - at(starts_at)) / minute, kinds[kind as keyof typeof kinds], String(ends_at))
})
