import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelArtifact } from '#src/model/artifact.js'
import { writeModel } from '#src/model/artifact-write.js'
import { fitTable, type FitOptions } from '#src/fit/fit.js'
import { TrainingRandom } from '#src/fit/random.js'
import type { Cell } from '#src/fit/table/table.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import type { Value } from '#src/record.js'
import { tableOf } from '../../support/tables.js'

const options: FitOptions = { name: 'test', states: 2, seed: 1, minCount: 1, roundExtremes: false }
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const start = Date.UTC(2023, 2, 1)

type Records = readonly Record<string, Value>[]

async function fitted(
  seed: number,
  make: (random: TrainingRandom, row: number) => Record<string, Cell>,
  count = 1500,
): Promise<{ artifact: ModelArtifact; notes: string; records: Records }> {
  const random = new TrainingRandom(seed)
  const made = Array.from({ length: count }, (_, row) => make(random, row))
  const table = tableOf(Object.fromEntries(Object.keys(made[0]).map((key) => [key, made.map((row) => row[key])])))
  const { artifact, report } = await fitTable(table, options)
  const generator = openGenerator(parseModel(Buffer.from(writeModel(artifact)), 'test'), { seed: 3, capacity: 3000 })
  return { artifact, notes: report.notes.join('\n'), records: toRows(generator.generate(3000)) as Records }
}

const local = (ms: number): string => new Date(ms).toISOString().slice(0, 16)
const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16)
const at = (value: Value): number =>
  Date.parse(String(value).length > 10 ? `${String(value).slice(0, 16)}Z` : String(value))
const numberOf = (value: Value): number => Number(value)

/** A hire between 5 and 23 o'clock, on quarter-hours. */
function hire(random: TrainingRandom): { from: number; to: number } {
  const from = start + day * random.below(600) + 5 * hour + 15 * minute * random.below(72)
  const same = from + 15 * minute * (1 + random.below(8))
  const days = [0, 1, 1, 2, 3, 5, 8][random.below(7)]
  return { from, to: days === 0 ? same : from - (from % day) + days * day + 5 * hour + 15 * minute * random.below(72) }
}

test('days from one time to another, rounded up, down or to the nearest, are those of every record', async () => {
  const { records, notes } = await fitted(1, (random) => {
    const { from, to } = hire(random)
    const days = (to - from) / day
    return {
      picked_up: local(from),
      returned: local(to),
      begun: Math.ceil(days),
      full: Math.floor(days),
      nearest: Math.round(days),
      nights: Math.floor(to / day) - Math.floor(from / day),
      inclusive: Math.floor(to / day) - Math.floor(from / day) + 1,
    }
  })
  for (const { picked_up, returned, begun, full, nearest, nights, inclusive } of records) {
    const days = (at(returned) - at(picked_up)) / day
    assert.deepEqual([begun, full, nearest], [Math.ceil(days), Math.floor(days), Math.round(days)])
    assert.equal(nights, Math.floor(at(returned) / day) - Math.floor(at(picked_up) / day))
    assert.equal(inclusive, Number(nights) + 1)
  }
  assert.match(notes, /column begun: is ceil\(\(returned - picked_up\) \/ duration\("1d"\)\) in every row/)
})

test('hours, minutes and weeks between times are exact, in decimals and in started units as well', async () => {
  const { records } = await fitted(2, (random) => {
    const from = start + minute * random.below(300 * 1440)
    const to = from + minute * (20 + random.below(9000))
    return {
      from: local(from),
      to: local(to),
      hours: ((to - from) / hour).toFixed(2),
      started: Math.ceil((to - from) / hour),
      halves: (Math.ceil((to - from) / (hour / 2)) / 2).toFixed(1),
      minutes: (to - from) / minute,
      billed: 15 * Math.ceil((to - from) / (15 * minute)),
    }
  })
  for (const { from, to, hours, started, halves, minutes, billed } of records) {
    const length = at(to) - at(from)
    assert.ok(Math.abs(numberOf(hours) - length / hour) <= 0.005 + 1e-9)
    assert.equal(started, Math.ceil(length / hour))
    assert.equal(numberOf(halves), Math.ceil(length / (hour / 2)) / 2)
    assert.equal(minutes, length / minute)
    assert.equal(billed, 15 * Math.ceil(length / (15 * minute)))
  }
})

test('nights between dates, a minimum of one day, weeks, and full months and years of ages are exact', async () => {
  const fullMonths = (from: Date, to: Date): number =>
    12 * (to.getUTCFullYear() - from.getUTCFullYear()) +
    (to.getUTCMonth() - from.getUTCMonth()) -
    (to.getUTCDate() < from.getUTCDate() ? 1 : 0)
  const make = (born: number, arrival: number, departure: number): Record<string, Cell> => {
    const months = fullMonths(new Date(born), new Date(arrival))
    return {
      born: date(born),
      arrival: date(arrival),
      departure: date(departure),
      nights: (departure - arrival) / day,
      charged: Math.max(1, (departure - arrival) / day),
      weeks: Math.floor((departure - arrival) / (7 * day)),
      age: Math.floor(months / 12),
      months,
    }
  }
  const { records } = await fitted(3, (random) => {
    const arrival = start + day * random.below(500)
    return make(start - day * (400 + random.below(25_000)), arrival, arrival + day * random.below(40))
  })
  for (const record of records)
    assert.deepEqual({ ...record }, make(at(record.born), at(record.arrival), at(record.departure)))
})

test('an age on a fixed day, and days until one, are those of the date in every record', async () => {
  const today = Date.UTC(2024, 5, 15)
  const ageOf = (born: number): number => {
    const [now, then] = [new Date(today), new Date(born)]
    const early = now.toISOString().slice(5) < then.toISOString().slice(5)
    return now.getUTCFullYear() - then.getUTCFullYear() - (early ? 1 : 0)
  }
  const { records } = await fitted(4, (random, row) => {
    // Two rows of birthdays on that day and on the next say exactly when it is.
    const born = row < 2 ? Date.UTC(1990, 5, 15 + row) : today - day * (7000 + random.below(25_000))
    const joined = today - day * random.below(3000)
    return { born: date(born), age: ageOf(born), joined: date(joined), tenure: (today - joined) / day }
  })
  for (const { born, age, joined, tenure } of records) {
    assert.equal(age, ageOf(at(born)))
    assert.equal(tenure, (today - at(joined)) / day)
  }
})

test('times of day follow their timestamp, and minutes between times of day are exact past midnight, too', async () => {
  const { records } = await fitted(5, (random) => {
    const from = start + minute * random.below(200 * 1440)
    const to = from + minute * (5 + random.below(500))
    return {
      at: local(from),
      time: clock(from),
      begin: clock(from + 90 * minute * random.below(3)),
      end: clock(to),
    }
  })
  for (const row of records) assert.equal(String(row.time).slice(0, 5), String(row.at).slice(11, 16))
  const shifts = await fitted(6, (random) => {
    const begin = 15 * minute * random.below(96)
    const length = 15 * minute * (1 + random.below(40))
    return { begin: clock(begin), end: clock(begin + length), hours: (length / hour).toFixed(2), kind: random.below(3) }
  })
  const clockAt = (value: Value): number => Date.parse(`1970-01-01T${String(value).slice(0, 5)}Z`)
  for (const { begin, end, hours } of shifts.records)
    assert.equal(numberOf(hours), ((clockAt(end) - clockAt(begin) + day) % day) / hour)
})

test('bands and started units of a number, and rounded quotients, are those of every record', async () => {
  const { records } = await fitted(7, (random) => {
    const minutes = 1 + random.below(2000)
    const weight = 1 + random.below(9000)
    const [items, boxes] = [1 + random.below(400), 6 + 6 * random.below(4)]
    return {
      minutes,
      hour: Math.floor(minutes / 60),
      parked: Math.ceil(minutes / 60),
      weight: (weight / 100).toFixed(2),
      band: 5 * Math.floor(weight / 500),
      kilos: Math.round(weight / 100),
      items,
      box: boxes,
      needed: Math.ceil(items / boxes),
      sold: Math.floor(items * random.uniform()),
    }
  })
  for (const { minutes, hour: hours, parked, weight, band, kilos, items, box, needed } of records) {
    assert.equal(hours, Math.floor(numberOf(minutes) / 60))
    assert.equal(parked, Math.ceil(numberOf(minutes) / 60))
    const grams = Math.round(100 * numberOf(weight))
    assert.equal(band, 5 * Math.floor(grams / 500))
    assert.equal(kilos, Math.round(grams / 100))
    assert.equal(needed, Math.ceil(numberOf(items) / numberOf(box)))
  }
})

test('rows that break a rounded duration break it as often as the table does', async () => {
  const { records } = await fitted(
    8,
    (random) => {
      const { from, to } = hire(random)
      const days = Math.ceil((to - from) / day)
      return { from: local(from), to: local(to), days: random.uniform() < 0.015 ? 0 : days }
    },
    4000,
  )
  const others = records.filter(({ from, to, days }) => days !== Math.ceil((at(to) - at(from)) / day))
  assert.ok(others.length > 10 && others.length < 120, `${others.length}`)
  assert.ok(others.every(({ days }) => days === 0))
})

test('a rate that a number of days decides, and the days themselves, both stay right', async () => {
  const rate = (days: number): number => (days > 3 ? 9 : days > 1 ? 12 : 15)
  const { records } = await fitted(9, (random) => {
    const { from, to } = hire(random)
    const days = Math.ceil((to - from) / day)
    const label = days > 3 ? 'week' : days > 1 ? 'short' : 'day'
    return { from: local(from), to: local(to), days, rate: rate(days), label, total: days * rate(days) }
  })
  for (const { from, to, days, rate: each, label, total } of records) {
    assert.equal(days, Math.ceil((at(to) - at(from)) / day))
    assert.equal(each, rate(Number(days)))
    assert.equal(label, Number(days) > 3 ? 'week' : Number(days) > 1 ? 'short' : 'day')
    assert.equal(total, Number(days) * Number(each))
  }
})

test('an age, its group and the date of birth, and a month, its quarter and the date, agree in every record', async () => {
  const today = Date.UTC(2024, 5, 15)
  const ageOf = (born: number): number => {
    const [now, then] = [new Date(today), new Date(born)]
    const early = now.toISOString().slice(5) < then.toISOString().slice(5)
    return now.getUTCFullYear() - then.getUTCFullYear() - (early ? 1 : 0)
  }
  const { records } = await fitted(10, (random, row) => {
    const born = row < 2 ? Date.UTC(1990, 5, 15 + row) : today - day * (7000 + random.below(25_000))
    const joined = today - day * random.below(3000)
    const month = new Date(joined).getUTCMonth() + 1
    return {
      ...{ born: date(born), age: ageOf(born), group: `over ${10 * Math.floor(ageOf(born) / 10)}` },
      ...{ joined: date(joined), month, quarter: Math.ceil(month / 3) },
    }
  })
  for (const { born, age, group, joined, month, quarter } of records) {
    assert.equal(age, ageOf(at(born)))
    assert.equal(group, `over ${10 * Math.floor(Number(age) / 10)}`)
    assert.equal(month, new Date(at(joined)).getUTCMonth() + 1)
    assert.equal(quarter, Math.ceil(Number(month) / 3))
  }
})
