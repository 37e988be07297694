import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelArtifact } from '#src/model/artifact.js'
import { writeModel } from '#src/model/artifact-write.js'
import { fitTable, type FitOptions } from '#src/fit/fit.js'
import type { NodeColumn } from '#src/fit/node-column.js'
import { TrainingRandom } from '#src/fit/random.js'
import { groupsByPart } from '#src/fit/relations/joint.js'
import type { Cell, Table } from '#src/fit/table/table.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import type { Value } from '#src/record.js'
import { tableOf } from '../../support/tables.js'

const options: FitOptions = { name: 'test', states: 4, seed: 1, minCount: 1, roundExtremes: false }

async function recordsOf(
  table: Table,
  count = 3000,
): Promise<{ artifact: ModelArtifact; records: Record<string, Value>[] }> {
  const { artifact } = await fitTable(table, options)
  const generator = openGenerator(parseModel(Buffer.from(writeModel(artifact)), 'test'), { seed: 3, capacity: count })
  return { artifact, records: toRows(generator.generate(count)) as Record<string, Value>[] }
}

function rows(seed: number, make: (random: TrainingRandom, i: number) => Record<string, Cell>, count = 1500): Table {
  const random = new TrainingRandom(seed)
  const made = Array.from({ length: count }, (_, i) => make(random, i))
  return tableOf(Object.fromEntries(Object.keys(made[0]).map((key) => [key, made.map((row) => row[key])])))
}

const cents = (value: unknown): number => Math.round(Number(value) * 100)

test('a copy, a unit, and the digits of an integer are what they are of in every record', async () => {
  const { records, artifact } = await recordsOf(
    rows(1, (random) => {
      const celsius = random.below(40_000) / 1000 - 5
      const hhmm = 100 * random.below(24) + random.below(60)
      return {
        celsius,
        again: celsius,
        metres: Number((celsius * 1000).toFixed(0)),
        hhmm,
        hour: Math.floor(hhmm / 100),
        minute: hhmm % 100,
      }
    }),
  )
  for (const { celsius, again, metres, hhmm, hour, minute } of records) {
    assert.equal(again, celsius)
    assert.equal(metres, Math.round(Number(celsius) * 1000))
    assert.equal(hour, Math.floor(Number(hhmm) / 100))
    assert.equal(minute, Number(hhmm) % 100)
  }
  assert.equal(artifact.version, 2)
})

test('sums, differences and products hold in every record, to the cent', async () => {
  const { records } = await recordsOf(
    rows(2, (random) => {
      const quantity = 1 + random.below(9)
      const price = (500 + random.below(9000)) / 100
      const discount = [0, 0, 0.05, 0.1, 0.25][random.below(5)]
      const net = Math.round(quantity * price * (1 - discount) * 100 + 1e-6) / 100
      const shipping = (random.below(3) * 495) / 100
      const total = Number((net + shipping).toFixed(2))
      return { quantity, price, discount, net, shipping, total }
    }),
  )
  for (const { quantity, price, discount, net, shipping, total } of records) {
    const exact = Number(quantity) * cents(price) * (100 - cents(discount))
    assert.ok(Math.abs(100 * cents(net) - exact) <= 50, `${net} of ${quantity}, ${price}, ${discount}`)
    assert.equal(cents(total), cents(net) + cents(shipping))
  }
})

test('rows that break a sum break it as they are: a refund of all stays one', async () => {
  const { records } = await recordsOf(
    rows(
      3,
      (random) => {
        const a = 100 + random.below(900)
        const b = 100 + random.below(900)
        return { a, b, total: random.uniform() < 0.01 ? 0 : a + b }
      },
      4000,
    ),
    20_000,
  )
  const others = records.filter(({ a, b, total }) => total !== Number(a) + Number(b))
  assert.ok(others.length > 60 && others.length < 500, `${others.length}`)
  assert.ok(others.every(({ total }) => total === 0))
})

test('an order that every row keeps, every record keeps: of numbers, dates and times', async () => {
  const day = 86_400_000
  const { records } = await recordsOf(
    rows(4, (random) => {
      const ordered = Date.UTC(2024, 0, 1) + random.below(200 * 1440) * 60_000
      const shipped = ordered + random.below(5 * 1440) * 60_000
      const low = 1000 + random.below(50_000)
      const open = low + random.below(300)
      const close = low + random.below(300)
      return {
        ordered: new Date(ordered).toISOString(),
        shipped: random.uniform() < 0.1 ? null : new Date(shipped).toISOString(),
        day: new Date(ordered).toISOString().slice(0, 10),
        due: new Date(ordered + (3 + random.below(30)) * day).toISOString().slice(0, 10),
        ...{ low, open, close, high: Math.max(open, close) + random.below(200) },
      }
    }),
  )
  for (const { ordered, shipped, day, due, low, open, close, high } of records) {
    assert.ok(shipped === null || String(shipped) >= String(ordered), `${shipped} before ${ordered}`)
    assert.equal(day, String(ordered).slice(0, 10))
    assert.ok(String(due) > String(day))
    assert.ok(Number(low) <= Math.min(Number(open), Number(close)))
    assert.ok(Number(high) >= Math.max(Number(open), Number(close)))
  }
  const missing = records.filter(({ shipped }) => shipped === null).length / records.length
  assert.ok(missing > 0.05 && missing < 0.16, `${missing}`)
})

test('a difference that is much narrower than its columns has its own distribution', async () => {
  const { records } = await recordsOf(
    rows(5, (random) => {
      const x = 100_000 + random.below(900_000)
      return { x, y: x + [-3, 0, 0, 0, 7][random.below(5)] }
    }),
  )
  const shares = new Map<number, number>()
  for (const { x, y } of records)
    shares.set(Number(y) - Number(x), (shares.get(Number(y) - Number(x)) ?? 0) + 1 / records.length)
  assert.deepEqual(
    [...shares.keys()].sort((a, b) => a - b),
    [-3, 0, 7],
  )
  assert.ok(Math.abs(shares.get(0)! - 0.6) < 0.06, `${shares.get(0)}`)
})

test('columns that have nothing to do with each other, and a table without relations, are learned as before', async () => {
  const table = rows(6, (random) => ({ a: random.below(5000), b: random.below(5000), c: 'xyz'[random.below(3)] }))
  const { artifact } = await recordsOf(table)
  assert.equal(artifact.version, 1)
  const off = await fitTable(table, { ...options, relations: false })
  assert.equal(writeModel(off.artifact), writeModel(artifact))
})

test('first and last days of months, weekdays, working days and times of day stay what they are in every record', async () => {
  const day = 86_400_000
  const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
  const { records } = await recordsOf(
    rows(7, (random) => {
      const working = Math.floor(Date.UTC(2010, 0, 4) / day) + 7 * random.below(600) + random.below(5)
      return {
        first: iso(Date.UTC(2000, random.below(280), 1)),
        last: iso(Date.UTC(2000, random.below(280), 1) - day),
        week: iso(Date.UTC(2015, 0, 5) + 7 * day * random.below(400)),
        working: iso(working * day),
        time: 100 * random.below(24) + random.below(60),
      }
    }),
  )
  for (const { first, last, week, working, time } of records) {
    assert.match(String(first), /-01$/)
    assert.match(iso(Date.parse(String(last)) + day), /-01$/)
    assert.equal(new Date(String(week)).getUTCDay(), 1)
    assert.ok(![0, 6].includes(new Date(String(working)).getUTCDay()))
    assert.ok(Number(time) % 100 < 60 && Number(time) < 2400)
  }
})

test('numbers that end alike do in every record, and conditions on them are exact', async () => {
  const table = rows(11, (random) => ({
    price: (5 + random.below(400) + 0.99).toFixed(2),
    seat: String(3 + 5 * random.below(900)),
    free: String(random.below(5000)),
  }))
  const { artifact, records } = await recordsOf(table)
  for (const { price, seat } of records) {
    assert.equal(cents(price) % 100, 99)
    assert.equal(Number(seat) % 5, 3)
  }
  const model = parseModel(Buffer.from(writeModel(artifact)), 'test')
  const conditions = { price: ['>', 390], seat: ['<', 1000] }
  for (const row of toRows(openGenerator(model, { conditions }).generate(200)) as Record<string, Value>[])
    assert.ok(Number(row.price) > 390 && Number(row.seat) < 1000)
})

test('the day of a time that a date follows is its base', async () => {
  const start = Date.UTC(2024, 0, 1)
  const table = rows(12, (random) => {
    const at = start + random.below(300) * 86_400_000 + random.below(86_400) * 1000
    return {
      at: new Date(at).toISOString(),
      paid: new Date(at + random.below(3) * 7_200_000).toISOString().slice(0, 10),
    }
  })
  const { records } = await recordsOf(table)
  for (const { at, paid } of records) {
    const days = (Date.parse(String(paid)) - Date.parse(String(at).slice(0, 10))) / 86_400_000
    assert.ok(days === 0 || days === 1, `${String(at)} ${String(paid)}`)
  }
})

test('of two columns of many values that combine in few ways, no other combination is made; what both decide is decided', async () => {
  const towns = Array.from({ length: 40 }, (_, i) => `town ${i}`)
  const seen = new Set<string>()
  const { records } = await recordsOf(
    rows(
      8,
      (random) => {
        const from = random.below(40)
        const to = (from + 1 + random.below(6) * random.below(6)) % 40
        seen.add(`${from} ${to}`)
        return {
          from: towns[from],
          to: towns[to],
          km: 10 + ((from * 7919 + to * 104_729) % 997),
          other: random.below(3),
        }
      },
      3000,
    ),
  )
  for (const { from, to, km } of records) {
    const [a, b] = [towns.indexOf(String(from)), towns.indexOf(String(to))]
    assert.ok(seen.has(`${a} ${b}`), `${from} to ${to}`)
    assert.equal(km, 10 + ((a * 7919 + b * 104_729) % 997))
  }
})

test('a column is missing where another says so, and columns that are missing together stay together', async () => {
  const { records } = await recordsOf(
    rows(
      9,
      (random) => {
        const kind = ['alone', 'joint', 'estate'][random.below(3)]
        const asked = random.uniform() < 0.4
        return {
          kind,
          income: 1000 + random.below(90_000),
          other: kind === 'joint' ? 2000 + random.below(70_000) : null,
          score: asked ? random.below(5000) : null,
          opinion: asked ? ['good', 'bad', 'none'][random.below(3)] : null,
          seen: asked ? new Date(1.7e12 + random.below(1e10)).toISOString() : null,
        }
      },
      2500,
    ),
    5000,
  )
  for (const { kind, other, score, opinion, seen } of records) {
    assert.equal(other !== null, kind === 'joint')
    assert.equal(score === null, opinion === null)
    assert.equal(score === null, seen === null)
  }
  const asked = records.filter(({ score }) => score !== null).length / records.length
  assert.ok(Math.abs(asked - 0.4) < 0.05, `${asked}`)
})

test('the report names the rules that records break, and no unrelated column hides them', async () => {
  const make = (random: TrainingRandom): Record<string, Cell> => {
    const [a, b] = [random.below(1000), random.below(1000)]
    return { a, b, total: a + b }
  }
  const plain = rows(10, make, 4000)
  const diluted = rows(10, (random) => ({ ...make(random), tag: `tag ${random.below(100)}` }), 4000)
  for (const table of [plain, diluted]) {
    const off = (await fitTable(table, { ...options, relations: false })).report
    assert.ok(off.detectability! > 0.95, `${off.detectability}`)
    const broken = off.relations?.find(({ column, rule }) => column === 'total' && rule === 'equal')
    assert.equal(broken?.to, 'a + b')
    assert.ok((broken?.broken ?? 0) > 0.9)
    const { report } = await fitTable(table, options)
    assert.ok(report.detectability! < 0.6, `${report.detectability}`)
    assert.ok(report.relations?.every((relation) => (relation.broken ?? 0) === 0))
  }
})

test('what lies between two columns keeps its place between them, and is no more often at the edge', async () => {
  const { records, artifact } = await recordsOf(
    rows(21, (random) => {
      const millionths = 2_000_000_000 + random.below(1_000_000_000)
      const low = millionths - 1 - random.below(9_000_000)
      const high = millionths + 1 + random.below(9_000_000)
      const close = low + 1 + random.below(high - low - 1)
      const [open, ...others] = [millionths, low, high, close].map((value) => (value / 1e6).toFixed(6))
      return { open, low: others[0], high: others[1], close: others[2] }
    }),
  )
  assert.equal(artifact.version, 5)
  let edges = 0
  let upper = 0
  for (const row of records) {
    const [low, high, close] = [row.low, row.high, row.close].map(Number)
    assert.ok(low <= close && close <= high)
    if (close === low || close === high) edges++
    if (2 * close > low + high) upper++
  }
  assert.ok(edges < 0.01 * records.length, `${edges}`)
  assert.ok(Math.abs(upper / records.length - 0.5) < 0.1, `${upper}`)
})

test('a product that is part of a sum is kept as well as the sum', async () => {
  const { records } = await recordsOf(
    rows(22, (random) => {
      const count = 1 + random.below(8)
      const cents = 499 + 100 * random.below(80)
      const amount = count * cents
      const shipping = amount > 5000 ? 0 : [390, 590][random.below(2)]
      const money = (value: number): string => (value / 100).toFixed(2)
      return {
        ...{ count, price: money(cents), amount: money(amount) },
        ...{ shipping: money(shipping), total: money(amount + shipping) },
      }
    }),
  )
  for (const { count, price, amount, shipping, total } of records) {
    assert.equal(cents(amount), Number(count) * cents(price))
    assert.equal(cents(total), cents(amount) + cents(shipping))
  }
})

test('columns of the same values that are never equal stay so, and conditions on them are exact', async () => {
  const teams = ['Ajax', 'Bari', 'Celta', 'Derby', 'Elche', 'Fola']
  const { records, artifact } = await recordsOf(
    rows(21, (random) => {
      const home = random.below(6)
      return { home: teams[home], away: teams[(home + 1 + random.below(5)) % 6], goals: random.below(5) }
    }),
  )
  for (const { home, away } of records) assert.notEqual(home, away)
  assert.ok(new Set(records.map(({ home, away }) => `${String(home)} ${String(away)}`)).size === 30)
  const model = parseModel(Buffer.from(writeModel(artifact)), 'test')
  for (const row of toRows(openGenerator(model, { conditions: { home: 'Bari' } }).generate(300)) as Record<
    string,
    Value
  >[])
    assert.ok(row.home === 'Bari' && row.away !== 'Bari')
})

test('columns that are equal in one row are no such pair, nor are columns of other values', async () => {
  const letters = 'abcdefgh'.split('')
  const { records } = await recordsOf(
    rows(22, (random, i) => {
      const from = random.below(8)
      const to = i === 77 ? from : (from + 1 + random.below(7)) % 8
      return { from: letters[from], to: letters[to], grade: letters[random.below(8)].toUpperCase() }
    }),
  )
  assert.ok(records.some(({ from, to }) => from === to))
})

test('two columns that determine a third one combine as in the table, even if few rows have each combination', async () => {
  const random = new TrainingRandom(5)
  const cities = Array.from({ length: 40 }, (_, i) => ({ name: `C${i}`, x: random.below(3000), y: random.below(2000) }))
  const routes = Array.from({ length: 500 }, () => [random.below(40), random.below(40)] as const).filter(
    ([a, b]) => a !== b,
  )
  const miles = (a: number, b: number): number =>
    Math.round(Math.hypot(cities[a].x - cities[b].x, cities[a].y - cities[b].y))
  const table = rows(
    23,
    (random) => {
      const [a, b] = routes[random.below(routes.length)]
      return { from: cities[a].name, to: cities[b].name, distance: miles(a, b), delay: random.below(60) }
    },
    1100,
  )
  const { records } = await recordsOf(table)
  const known = new Set(routes.map(([a, b]) => `${cities[a].name} ${cities[b].name} ${miles(a, b)}`))
  for (const { from, to, distance } of records)
    assert.ok(known.has(`${String(from)} ${String(to)} ${Number(distance)}`))
})

test('numbers that rise with a time stay near their trend', async () => {
  const start = Date.UTC(1960, 0, 1)
  const level = (day: number): number => 300 + day / 300 + (day / 8000) ** 2 * 20
  const table = rows(24, (random) => {
    const day = random.below(20_000)
    const date = new Date(start + day * 86_400_000).toISOString().slice(0, 10)
    return { date, ppm: (level(day) + random.below(400) / 100 - 2).toFixed(2), other: random.below(1000) }
  })
  const { records, artifact } = await recordsOf(table)
  for (const { date, ppm } of records) {
    const day = (Date.parse(String(date)) - start) / 86_400_000
    assert.ok(Math.abs(Number(ppm) - level(day)) < 3, `${String(date)} ${String(ppm)}`)
  }
  const model = parseModel(Buffer.from(writeModel(artifact)), 'test')
  const conditions = { ppm: ['>', 400], date: ['<', '2012-01-01'] }
  for (const row of toRows(openGenerator(model, { conditions }).generate(100)) as Record<string, Value>[])
    assert.ok(Number(row.ppm) > 400 && String(row.date) < '2012-01-01')
})

test('combinations are alike if they share the part with fewer values, or either part if neither has many more', () => {
  const column = {
    alphabet: { symbols: ['["a","x"]', '["b","y"]', '["c","x"]', '["d","z"]', '["e","y"]', '["f","x"]'] },
  }
  const few = groupsByPart(column as unknown as NodeColumn).map((groups) => groups.map((codes) => [...codes]))
  assert.deepEqual(few[0], [[0], [1], [2], [3], [4], [5]])
  assert.deepEqual(few[1], [[0, 2, 5], [1, 4], [3]])
  const more = { alphabet: { symbols: [...column.alphabet.symbols, '["g","x"]'] } }
  const only = groupsByPart(more as unknown as NodeColumn).map((groups) => groups.map((codes) => [...codes]))
  assert.deepEqual(only, [[[0, 2, 5, 6], [1, 4], [3]]])
})

test('a product with a share that rounding hides is a copy', async () => {
  const table = rows(31, (random) => {
    const open = 1 + random.below(24)
    return {
      open: String(open),
      collections: String(random.uniform() < 0.1 ? 2 : 0),
      good: String(random.uniform() < 0.02 ? random.below(24) : open),
    }
  })
  const { report } = await fitTable(table, options)
  assert.deepEqual(
    report.notes.filter((note) => note.startsWith('column good')).map((note) => note.replace(/\d+ of/, 'n of')),
    ['column good: is open in n of 1500 rows'],
  )
})
