import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { disturbKinds, type DisturbConfig } from '#src/config/disturb.js'
import { DisturbedGenerator } from '#src/model/faults/disturbed-generator.js'
import { eventsBefore, lifeLaw } from '#src/model/lives/life-law.js'
import type { Model } from '#src/model/model.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import { assertLife, livesModel, livesOf, rowsAt } from '../../../support/lives.js'
import { fitsDistribution } from '../../../support/statistics.js'

const order = {
  every: '10s',
  states: {
    placed: { next: { paid: 0.9, cancelled: 0.1 }, after: { distribution: 'exponential', mean: '3m', max: '20m' } },
    paid: {
      set: { paid_at: { kind: 'time' }, method: { values: ['card', 'transfer'] }, note: { constant: 'paid' } },
      next: 'shipped',
      after: { distribution: 'uniform', min: '1m', max: '5m' },
    },
    shipped: { next: { returned: 0.25, end: 0.75 }, after: '10m', set: { note: { derive: '{mail} has it' } } },
    returned: { set: { refund: { expression: 'price * 0.9', scale: 3 }, note: { constant: null } } },
    cancelled: { deletes: true },
  },
}
const loop = {
  max_events: 40,
  states: {
    idle: { next: { busy: 0.8, end: 0.2 }, after: '1m' },
    busy: { next: { idle: 0.5, busy: 0.4, gone: 0.1 }, after: { distribution: 'normal', mean: '5m', deviation: '1m' } },
    gone: { deletes: true },
  },
}

/** Positions of whole blocks, in which every entity below the last batches lives to its end. */
function eventsOf(model: Model, batches: number): number {
  return eventsBefore(lifeLaw(model.lives!.spec), batches)
}

test('a life is whole, goes by the transitions, and its times ascend', async () => {
  for (const graph of [order, loop]) {
    const model = await livesModel(graph)
    const { entities } = lifeLaw(model.lives!.spec)
    const lives = livesOf(rowsAt(model, 0, eventsOf(model, 4)))
    assert.deepEqual(
      [...lives.keys()].sort((a, b) => Number(a) - Number(b)),
      Array.from({ length: lives.size }, (_, id) => id),
    )
    for (const [id, life] of lives) assertLife(graph, life, Number(id) < 3 * entities)
  }
})

test('columns have the values that states set, from then on', async () => {
  const model = await livesModel(order)
  assert.deepEqual(
    model.fields.map(({ name, nullable }) => [name, nullable]),
    [
      ...[
        ['id', false],
        ['mail', true],
        ['size', false],
        ['price', false],
        ['state', false],
        ['time', false],
      ],
      ...[
        ['paid_at', true],
        ['method', true],
        ['note', true],
        ['refund', true],
      ],
    ],
  )
  for (const life of livesOf(rowsAt(model, 0, 3000)).values()) {
    const paid = life.find(({ state }) => state === 'paid')
    for (const row of life) {
      const isPaid = ['paid', 'shipped', 'returned'].includes(String(row.state))
      assert.equal(row.paid_at, isPaid ? paid?.time : null)
      assert.equal(row.method, isPaid ? paid?.method : null)
      assert.equal(row.refund, row.state === 'returned' ? Math.round(Number(row.price) * 900) / 1000 : null)
      const notes: Record<string, unknown> = {
        paid: 'paid',
        shipped: row.mail === null ? row.note : `${String(row.mail)} has it`,
      }
      assert.equal(row.note, notes[String(row.state)] ?? null)
    }
  }
})

test('the record at a position is the same from any beginning and in any batches', async () => {
  const models = [await livesModel(order), await livesModel(loop)]
  const position = fc.oneof(fc.nat(10_000), fc.nat(2 ** 40))
  fc.assert(
    fc.property(
      fc.constantFrom(...models),
      position,
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 3 }),
      (model, from, sizes, shards) => {
        const shard = from % shards
        const total = sizes.reduce((sum, size) => sum + size, 0)
        const whole = rowsAt(model, from, total, { shard, shards, seed: 7 })
        const generator = openGenerator(model, { capacity: 700, shard, shards, seed: 7 })
        generator.start(from)
        assert.deepEqual(
          sizes.flatMap((size) => toRows(generator.generate(size))),
          whole,
        )
        generator.start(from + (total - 1) * shards)
        assert.deepEqual(toRows(generator.generate(1)), whole.slice(-1))
      },
    ),
    { numRuns: 20 },
  )
})

test('graphs of any shape give whole lives', async () => {
  const graphs = fc
    .integer({ min: 1, max: 5 })
    .chain((size) =>
      fc.tuple(
        ...Array.from({ length: size }, () =>
          fc.tuple(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), fc.integer({ min: 1, max: 9 })),
        ),
      ),
    )
  await fc.assert(
    fc.asyncProperty(graphs, fc.nat(1000), async (drawn, seed) => {
      // Every state also leads to the one after it, so that none is out of reach; all may end.
      const states = Object.fromEntries(
        drawn.map(([targets, weight], index) => {
          const all = [...new Set([...targets, ...(index + 1 < drawn.length ? [index + 1] : [])])]
          const odds = Object.fromEntries(all.map((to) => [`s${to}`, (0.1 * weight) / all.length]))
          const next = all.length === 0 ? undefined : { ...odds, end: 1 - 0.1 * weight }
          return [`s${index}`, { next, ...(next && { after: { distribution: 'uniform', max: '90s' } }) }]
        }),
      )
      const graph = { states, max_events: 300 }
      const model = await livesModel(graph)
      const { entities } = lifeLaw(model.lives!.spec)
      const lives = livesOf(rowsAt(model, 0, eventsOf(model, 3), { seed }))
      assert.ok(lives.size >= 2 * entities)
      for (const [id, life] of lives) assertLife(graph, life, Number(id) < 2 * entities)
    }),
    { numRuns: 12 },
  )
})

test('shards have entities of their own, with the same columns as in one shard', async () => {
  const model = await livesModel(order)
  const alone = livesOf(rowsAt(model, 0, 9000))
  const seen = new Set<unknown>()
  for (let shard = 0; shard < 3; shard++)
    for (const [id, life] of livesOf(rowsAt(model, shard, 2500, { shard, shards: 3 }))) {
      assert.equal(Number(id) % 3, shard)
      assert.ok(!seen.has(id))
      seen.add(id)
      assertLife(order, life, false)
      assert.equal(life[0].mail, alone.get(id)?.[0].mail ?? null)
    }
})

test('odds and waiting times are those declared', async () => {
  const model = await livesModel(order)
  const rows = rowsAt(model, 0, eventsOf(model, 20))
  const count = (state: string): number => rows.filter((row) => row.state === state).length
  assert.ok(fitsDistribution([count('paid'), count('cancelled')], [0.9, 0.1]))
  const done = [...livesOf(rows).values()].filter((life) => life.some(({ state }) => state === 'shipped'))
  const returned = done.filter((life) => life.at(-1)?.state === 'returned').length
  assert.ok(fitsDistribution([returned, done.length - returned], [0.25, 0.75]))
  const waits = (from: string, to: string): number[] =>
    done.map((life) => {
      const at = (name: string): number => Date.parse(String(life.find(({ state }) => state === name)?.time))
      return at(to) - at(from)
    })
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [toPaid, toShipped] = [waits('placed', 'paid'), waits('paid', 'shipped')]
  assert.ok(Math.abs(mean(toPaid) / 180_000 - 1) < 0.06, String(mean(toPaid)))
  assert.ok(Math.abs(mean(toShipped) / 180_000 - 1) < 0.03, String(mean(toShipped)))
  assert.ok(toShipped.every((ms) => ms >= 60_000 && ms <= 300_000))
})

test('the shares of lengths are those declared, to one in a million lives, rare ones too', async () => {
  const rare = { states: { a: { next: { b: 0.001, end: 0.999 }, after: '1m' }, b: {} } }
  for (const graph of [order, loop, rare]) {
    const { entities, totals, sums, width, lengths } = lifeLaw((await livesModel(graph)).lives!.spec)
    const drawn = new Float64Array(lengths.length)
    for (const total of totals)
      for (let n = 1; n < lengths.length && n <= total; n++) {
        const given = sums[(entities - 1) * width + total - n] / sums[entities * width + total]
        drawn[n] += (lengths[n] * given) / totals.length
      }
    drawn.forEach((share, n) => assert.ok(Math.abs(share - lengths[n]) < 1e-6, `${n}: ${share} for ${lengths[n]}`))
  }
})

test('times ascend over the whole stream where lives are short against a batch', async () => {
  const model = await livesModel({ ...order, every: '30s' })
  const times = rowsAt(model, 0, 12_000).map(({ time }) => String(time))
  assert.deepEqual(times, [...times].sort())
})

test('what happens to an entity is marked: it begins, changes, is deleted', async () => {
  const model = await livesModel(order)
  const batch = openGenerator(model, { capacity: 4000 }).generate(4000)
  const kinds = batch.changes!.kinds
  toRows(batch).forEach(({ state }, i) =>
    assert.equal(kinds[i], state === 'placed' ? 0 : state === 'cancelled' ? 2 : 1),
  )
})

test('conditions are on entities, and hold for every event', async () => {
  const model = await livesModel(order)
  const rows = rowsAt(model, 5000, 2000, { conditions: { size: 'M', price: ['>', 90] } })
  assert.ok(rows.every(({ size, price }) => size === 'M' && Number(price) > 90))
  assert.throws(() => openGenerator(model, { conditions: { state: 'paid' } }), /CONDITION|state/)
})

test('another seed, another specification: another stream', async () => {
  const [one, other] = [await livesModel(order), await livesModel({ ...order, every: '11s' })]
  const prints = [openGenerator(one), openGenerator(one, { seed: 1 }), openGenerator(other)].map(
    ({ fingerprint }) => fingerprint,
  )
  assert.equal(new Set(prints).size, 3)
  assert.equal(openGenerator(await livesModel(order)).fingerprint, prints[0])
})

test('entities are referred to, not events, and may refer to others', async () => {
  const orders = await livesModel(order)
  const payments = await livesModel(
    { states: { open: { next: 'closed', after: '1m' }, closed: {} } },
    { of: { constant: 0 } },
  )
  const references = [
    {
      ...{ column: 'of', key: 'id', among: 300, skew: 'uniform' as const, copy: { owner: 'mail' } },
      ...{ to: orders, options: { seed: 5 } },
    },
  ]
  const mails = new Map(rowsAt(orders, 0, 3000, { seed: 5 }).map(({ id, mail }) => [id, mail]))
  const lives = livesOf(rowsAt(payments, 0, 900, { references }))
  for (const [first, ...rest] of lives.values()) {
    assert.ok(Number(first.of) < 300)
    assert.equal(first.owner, mails.get(first.of))
    for (const row of rest) assert.deepEqual([row.of, row.owner], [first.of, first.owner])
  }
  assert.ok(new Set([...lives.values()].map(([{ of }]) => of)).size > 100)
})

test('lives are disturbed as any stream is', async () => {
  const model = await livesModel(order)
  const none = Object.fromEntries(disturbKinds.map((kind) => [kind, 0])) as DisturbConfig['probabilities']
  const probabilities = { ...none, late: 0.05, duplicate: 0.05 }
  const nothing = { missingFields: null, nullFields: null }
  const config: DisturbConfig = { probabilities, lateBy: 20, outOfOrderWithin: 10, ...nothing, seed: 3 }
  const inner = openGenerator(model, { capacity: 4200 })
  const disturbed = new DisturbedGenerator(inner, config, 0, 1, 4000)
  const batch = disturbed.generate(4000)
  const plain = rowsAt(model, 0, 4200)
  toRows(batch).forEach((row, i) => assert.deepEqual(row, plain[batch.faults!.positions[i]]))
  assert.ok(new Set(batch.faults!.positions.subarray(0, 4000)).size < 4000)
})

test('silent states have no event: what leads through them takes their odds and their time', async () => {
  const model = await livesModel({
    states: {
      made: { next: { packing: 0.8, end: 0.2 }, after: '1m' },
      packing: {
        silent: true,
        next: { checked: 0.5, sent: 0.5 },
        after: { distribution: 'uniform', min: '2m', max: '4m' },
      },
      checked: { silent: true, next: { sent: 0.75, end: 0.25 }, after: '10m' },
      sent: { set: { sent_at: { kind: 'time' } } },
    },
  })
  const lives = [...livesOf(rowsAt(model, 0, 6000)).values()].slice(0, -100)
  const states = new Set(lives.flat().map(({ state }) => state))
  assert.deepEqual(states, new Set(['made', 'sent']))
  const waits = lives
    .filter(({ length }) => length === 2)
    .map(([made, sent]) => {
      assert.equal(sent.sent_at, sent.time)
      return (Date.parse(String(sent.time)) - Date.parse(String(made.time))) / 60_000
    })
  const slow = waits.filter((wait) => wait >= 13)
  assert.ok(waits.every((wait) => (wait >= 3 && wait <= 5) || (wait >= 13 && wait <= 15)))
  // Directly 0.8 × 0.5, by the check 0.8 × 0.5 × 0.75.
  assert.ok(fitsDistribution([lives.length - waits.length, waits.length - slow.length, slow.length], [0.3, 0.4, 0.3]))
})
