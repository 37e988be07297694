import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { GenesisError } from '#src/errors.js'
import { conditionShare } from '#src/model/condition-share.js'
import { exponential, logarithm } from '#src/model/declared/distributions.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator, type GeneratorOptions } from '#src/model/open.js'
import { toRows, type Row } from '#src/model/rows.js'
import { fitsDistribution } from '../../../support/statistics.js'

const customers = fileURLToPath(new URL('../../../../../models/customers.json', import.meta.url))

async function fileWith(t: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-declared-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'things.yaml')
  await writeFile(file, text)
  return file
}

/** Rows of a model with these columns. */
async function rows(t: TestContext, columns: object, count: number, options: GeneratorOptions = {}): Promise<Row[]> {
  const model = await loadModel(await fileWith(t, JSON.stringify({ columns })))
  return toRows(openGenerator(model, { capacity: count, seed: 3, ...options }).generate(count))
}

async function numbers(t: TestContext, settings: object, count: number): Promise<number[]> {
  return (await rows(t, { x: settings }, count)).map(({ x }) => Number(x))
}

/** The refusal of a model with these columns, without the folder's name. */
async function refusal(t: TestContext, columns: object, more: object = {}): Promise<string[]> {
  const file = await fileWith(t, JSON.stringify({ columns, ...more }))
  const error = await loadModel(file).then(
    () => assert.fail('a model was made'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof GenesisError, String(error))
  return (error.details.all ?? [error]).map(({ message }) => message.replace(file, 'things.yaml'))
}

test('constants, lists in turn and weighted values', async (t) => {
  const columns = {
    kind: { constant: 'order' },
    shift: { list: ['early', 'late', 'night'] },
    tier: { values: ['gold', 'silver'], weights: [1, 3] },
    size: { values: [0.5, 1, 2] },
  }
  const table = await rows(t, columns, 4000)
  assert.ok(table.every(({ kind }) => kind === 'order'))
  assert.deepEqual(
    table.slice(0, 4).map(({ shift }) => shift),
    ['early', 'late', 'night', 'early'],
  )
  const golden = table.filter(({ tier }) => tier === 'gold').length
  assert.ok(fitsDistribution([golden, 4000 - golden], [0.25, 0.75]))
  assert.deepEqual(new Set(table.map(({ size }) => size)), new Set([0.5, 1, 2]))
})

test('distributions have their moments and keep their bounds', async (t) => {
  const count = 20_000
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const uniform = await numbers(t, { distribution: 'uniform', min: 1, max: 6 }, count)
  assert.ok(
    fitsDistribution(
      [1, 2, 3, 4, 5, 6].map((one) => uniform.filter((value) => value === one).length),
      new Array<number>(6).fill(1 / 6),
    ),
  )
  const normal = await numbers(t, { distribution: 'normal', mean: 100, deviation: 15, scale: 2 }, count)
  assert.ok(Math.abs(mean(normal) - 100) < 0.5)
  assert.ok(Math.abs(Math.sqrt(mean(normal.map((value) => (value - 100) ** 2))) - 15) < 0.4)
  const within = normal.filter((value) => Math.abs(value - 100) < 15).length
  assert.ok(fitsDistribution([within, count - within], [0.6827, 0.3173]))
  const bounded = await numbers(
    t,
    { distribution: 'normal', kind: 'real', mean: 0, deviation: 1, min: -0.5, max: 2 },
    count,
  )
  assert.ok(bounded.every((value) => value >= -0.5 && value <= 2))
  const logs = await numbers(t, { distribution: 'log-normal', median: 20, spread: 2, scale: 2 }, count)
  const below = logs.filter((value) => value < 20).length
  assert.ok(fitsDistribution([below, count - below], [0.5, 0.5]))
  const middle = logs.filter((value) => value > 10 && value < 40).length
  assert.ok(fitsDistribution([middle, count - middle], [0.6827, 0.3173]))
  const ranks = await numbers(t, { distribution: 'zipf', among: 3 }, count)
  assert.ok(
    fitsDistribution(
      [1, 2, 3].map((rank) => ranks.filter((value) => value === rank).length),
      [6 / 11, 3 / 11, 2 / 11],
    ),
  )
  const parts = await numbers(
    t,
    {
      histogram: [
        [0, 9, 3],
        [100, 199, 1],
      ],
    },
    count,
  )
  const low = parts.filter((value) => value <= 9).length
  assert.ok(fitsDistribution([low, count - low], [0.75, 0.25]))
  assert.ok(parts.every((value) => value <= 9 || (value >= 100 && value <= 199)))
})

test('the functions that distributions are made of are right to fifteen digits', () => {
  for (const x of [-30, -1, -0.1, 0, 0.5, 1, 2.5, 20])
    assert.ok(Math.abs(exponential(x) / Math.exp(x) - 1) < 2e-15 * Math.max(4, Math.abs(x)))
  for (const x of [1e-9, 0.3, 1, 1.5, 2, 10, 1e9]) assert.ok(Math.abs(logarithm(x) - Math.log(x)) < 1e-14)
})

test('dates and times are distributed too', async (t) => {
  const table = await rows(
    t,
    {
      day: { kind: 'date', min: '2024-01-01', max: '2024-01-03' },
      at: { distribution: 'normal', kind: 'timestamp', mean: '2024-06-01', deviation: '1h' },
      slot: { kind: 'timestamp', min: '2024-01-01', max: '2024-01-02', step: '15m' },
    },
    500,
  )
  assert.deepEqual([...new Set(table.map(({ day }) => day))].sort(), ['2024-01-01', '2024-01-02', '2024-01-03'])
  assert.ok(table.every(({ at }) => Math.abs(Date.parse(String(at)) - Date.UTC(2024, 5, 1)) <= 6 * 3_600_000))
  assert.ok(table.every(({ slot }) => /T\d\d:(00|15|30|45):00\.000Z$/.test(String(slot))))
})

test('expressions are computed from columns of any kind, wherever they stand', async (t) => {
  const table = await rows(
    t,
    {
      total: { expression: 'price * count' },
      id: { kind: 'sequence', start: 1 },
      price: { distribution: 'uniform', min: 1, max: 5, scale: 2 },
      count: { distribution: 'uniform', min: 0, max: 3 },
      each: { expression: 'total / count', scale: 2 },
      label: { expression: '"no " + state' },
      state: { values: ['new', 'old'] },
      even: { expression: 'id % 2 == 0' },
      at: { kind: 'event_time', start: '2025-01-01T00:00:00Z', step: '1h' },
      due: { expression: 'date(at) + duration("2d")' },
    },
    200,
  )
  for (const row of table) {
    assert.equal(row.total, Math.round(Number(row.price) * Number(row.count) * 100) / 100)
    assert.equal(row.each, row.count === 0 ? null : row.price)
    assert.equal(row.label, `no ${String(row.state)}`)
    assert.equal(row.even, Number(row.id) % 2 === 0)
    assert.equal(Date.parse(String(row.due)) - Date.parse(String(row.at).slice(0, 10)), 2 * 86_400_000)
  }
})

test('conditions reach what is drawn and what is computed from it', async (t) => {
  const columns = {
    price: { distribution: 'uniform', min: 1, max: 100 },
    count: { distribution: 'uniform', min: 1, max: 10 },
    total: { expression: 'price * count' },
  }
  const table = await rows(t, columns, 300, { conditions: { total: ['>', 800], price: ['<=', 90] } })
  assert.ok(table.every(({ total, price }) => Number(total) > 800 && Number(price) <= 90))
  const model = await loadModel(await fileWith(t, JSON.stringify({ columns })))
  assert.ok(Math.abs(conditionShare(model, { price: ['<=', 25], count: 3 }) - 0.025) < 1e-7)
})

test('columns of a trained model can be included, with what ties them', async (t) => {
  const text = `name: buyers\ninclude: ${customers}\ncolumns:\n  score: { distribution: normal, mean: 50, deviation: 10 }\n  tag: { expression: 'segment + "-" + region' }\n`
  const model = await loadModel(await fileWith(t, text))
  const trained = await loadModel(customers)
  assert.deepEqual(
    model.fields.map(({ name }) => name),
    [...trained.fields.map(({ name }) => name), 'score', 'tag'],
  )
  const conditions = { segment: 'premium', lifetime_value: ['>', 10_000] }
  assert.ok(Math.abs(conditionShare(model, conditions) - conditionShare(trained, conditions)) < 1e-6)
  const table = toRows(openGenerator(model, { capacity: 200, conditions }).generate(200))
  assert.ok(table.every(({ tag, region }) => tag === `premium-${String(region)}`))
  const scores = table.map(({ score }) => Number(score))
  assert.ok(Math.abs(scores.reduce((sum, score) => sum + score, 0) / 200 - 50) < 4)
})

test('records depend on nothing but their position', async (t) => {
  const columns = {
    id: { kind: 'sequence' },
    mail: { kind: 'email', missing: 0.3 },
    text: { expression: 'mail == null ? "none" : mail + "!"' },
    size: { distribution: 'log-normal', median: 5, spread: 3, scale: 1 },
  }
  const whole = await rows(t, columns, 600)
  const third = await rows(t, columns, 200, { shard: 2, shards: 3 })
  assert.deepEqual(
    third,
    whole.filter((_, position) => position % 3 === 2),
  )
})

test('what is wrong is refused with its place, all at once', async (t) => {
  assert.deepEqual(
    await refusal(t, { a: { kind: 'sequenze' }, b: { values: ['x'], weights: [0] }, c: { constnat: 1 } }),
    [
      'things.yaml:1:77: columns.c.constnat: unknown key; found constnat; expected constant',
      'things.yaml:1:18: columns.a.kind: wrong value; found sequenze; expected one of sequence, uuid, event_time, boolean, integer, decimal, real, date, timestamp, clock, name, email, username, address, text, first_name, last_name, city, state, country, country_code, company, product, job, phone, ip, mac, url, currency, language, gender, color',
      'things.yaml:1:57: columns.b.weights: wrong value; found [0]; expected a list of 1: numbers of at least 0, one of them above 0',
    ],
  )
  const cases: [object, string][] = [
    [{ a: {} }, 'columns.a: the column does not say where its values come from; expected kind, or one of constant'],
    [{ a: { kind: 'sequenze' } }, 'columns.a.kind: wrong value; found sequenze; expected one of sequence'],
    [{ a: { constant: 1, list: [1] } }, 'columns.a.list: a column with two sources of values; found constant and list'],
    [{ a: { values: ['x', 1] } }, 'columns.a.values: wrong value; found ["x",1]; expected texts, numbers or booleans'],
    [
      { a: { values: ['x'], weights: [-1] } },
      'columns.a.weights: wrong value; found [-1]; expected a list of 1: numbers of at least 0',
    ],
    [{ a: { kind: 'boolean', odds: 1.2 } }, 'columns.a.odds: wrong value; found 1.2; expected a share from 0 to 1'],
    [{ a: { kind: 'uuid', min: 3 } }, 'columns.a.min: not for a column of uuid; found min'],
    [
      { a: { distribution: 'gauss' } },
      'columns.a.distribution: wrong value; found gauss; expected one of uniform, normal',
    ],
    [
      { a: { distribution: 'normal', mean: 1, deviation: 0 } },
      'columns.a.deviation: wrong value; found 0; expected a number above 0',
    ],
    [
      { a: { distribution: 'normal', mean: 1, deviation: 1, min: 90, max: 99 } },
      'columns.a.min: wrong value; found 90; expected bounds with values between',
    ],
    [
      { a: { distribution: 'uniform', min: 5, max: 1 } },
      'columns.a.max: wrong value; found 1; expected more than min, 5',
    ],
    [{ a: { histogram: [[5, 1, 1]] } }, 'columns.a.histogram: wrong value'],
    [{ a: { expression: 'b + 1' } }, 'columns.a.expression, character 1: unknown column; found b'],
    [{ a: { expression: '1 +' } }, 'columns.a.expression'],
    [{ a: { expression: 'b', missing: 0.1 }, b: { constant: 1 } }, 'columns.a.missing: not for an expression'],
    [{ a: { derive: '{b}' } }, 'columns.a.derive: unknown column; found b'],
    [
      { a: { expression: 'b + 1' }, b: { expression: 'a - 1' } },
      'columns.a: columns that depend on each other; found a → b → a',
    ],
    [{ a: { derive: '{b}' }, b: { expression: '"x" + a' } }, 'columns.a: columns that depend on each other'],
    [{ a: { regex: '(' } }, 'columns.a.regex: an unmatched ('],
    [{ a: { kind: 'uuid', hide: true } }, 'columns: every column is hidden'],
  ]
  for (const [columns, expected] of cases) {
    const messages = await refusal(t, columns)
    assert.ok(
      messages.some((message) => message.includes(expected)),
      `${messages.join('\n')}\n  should have ${expected}`,
    )
    assert.ok(
      messages.every((message) => /^things\.yaml:1:\d+/.test(message)),
      messages.join('\n'),
    )
  }
  assert.match(
    (await refusal(t, { id: { kind: 'uuid' } }, { include: customers }))[0],
    /columns\.id: the included model has this column/,
  )
  assert.match((await refusal(t, { id: { kind: 'uuid' } }, { include: 'things.yaml' }))[0], /models include each other/)
})

test('what is divided by zero is missing, and beyond every number in a comparison', async (t) => {
  const columns = {
    a: { list: [0, 2] },
    p: { list: [7.5] },
    exact: { expression: 'p / a' },
    real: { expression: 'p / a', kind: 'real' },
    rest: { expression: 'p % a' },
    text: { expression: 'p / a > 1000 ? "more" : "less"' },
    tested: { expression: 'a == 0 ? null : p / a > 1000' },
  }
  const [byZero, byTwo] = await rows(t, columns, 2)
  assert.deepEqual(byZero, { a: 0, p: 7.5, exact: null, real: null, rest: null, text: 'more', tested: null })
  assert.deepEqual(byTwo, { a: 2, p: 7.5, exact: 3.75, real: 3.75, rest: 1.5, text: 'less', tested: false })
})
