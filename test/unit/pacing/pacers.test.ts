import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { folderWith } from '../config/folder.js'
import { FixedRate } from '../../support/fixed-rate.js'
import { IntervalBatches } from '#src/pacing/interval-batches.js'
import { createPacer, largestGrant, type Throughput } from '#src/pacing/create.js'
import { loadPacing } from '#src/pacing/load.js'
import type { Pacer } from '#src/pacing/pacer.js'
import { Unlimited } from '#src/pacing/unlimited.js'

interface Grant {
  at: number
  count: number
}

/** Takes whatever is granted, waking up when the pacer says, each time late by `lateness()` ms. */
function drive(pacer: Pacer, untilMs: number, max: number, lateness: () => number = () => 0, startAt = 0): Grant[] {
  const grants: Grant[] = []
  let now = startAt
  pacer.start(now)
  while (now <= untilMs) {
    const count = pacer.grant(max, now)
    if (count > 0) grants.push({ at: now, count })
    else now += Math.max(0.01, pacer.delay(now)) + lateness()
  }
  return grants
}

function throughputOf(given: Partial<Throughput>): Throughput {
  const shape = { type: 'constant', speed: 1 } as const
  return {
    rate: null,
    batchSize: 100,
    intervalMs: null,
    adaptive: null,
    arrivals: 'even',
    shape,
    eventTime: 'model',
    ...given,
  }
}

const total = (grants: readonly Grant[], from = -Infinity, to = Infinity): number =>
  grants.reduce((sum, { at, count }) => (at >= from && at < to ? sum + count : sum), 0)

describe('a fixed rate', () => {
  test('grants rate × time in every window, within one group of records, however late it is woken up', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 200_000, noNaN: true }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (rate, max, delays, origin) => {
          const length = Math.min(60_000, Math.max(2_000, 5_000_000 / rate))
          let turn = 0
          const late = (): number => delays[turn++ % delays.length]
          const grants = drive(new FixedRate({ ratePerSecond: rate }), origin + length, max, late, origin)
          const group = Math.max(1, Math.floor(rate / 100))
          // What may lie on either side of a window's edges: a group, and what falls due during a late wake-up.
          const slack = group + (rate * 20) / 1000 + 2
          for (const [from, to] of [
            [0, 1],
            [0.1, 0.6],
            [0.5, 0.52],
            [0.9, 1],
          ]) {
            const [begin, end] = [origin + from * length, origin + to * length]
            const expected = (rate * (end - begin)) / 1000
            const granted = total(grants, begin, end)
            assert.ok(Math.abs(granted - expected) <= slack, `${granted} granted, ${expected} ± ${slack} due`)
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  test('does not drift over a day', () => {
    const pacer = new FixedRate({ ratePerSecond: 333.333 })
    pacer.start(0)
    let sent = 0
    const day = 86_400_000
    for (let now = 0; now <= day; now += 997) sent += pacer.grant(1e6, now)
    sent += pacer.grant(1e6, day)
    assert.ok(Math.abs(sent - 333.333 * 86_400) <= 4, `${sent}`)
  })

  test('is as smooth with large batches as with small ones', () => {
    for (const max of [10, 100_000]) {
      const grants = drive(new FixedRate({ ratePerSecond: 10_000 }), 1_000, max)
      for (let at = 0; at < 1_000; at += 50) assert.ok(Math.abs(total(grants, at, at + 50) - 500) <= 101)
    }
  })

  test('catches up with a second at most after a stall', () => {
    const pacer = new FixedRate({ ratePerSecond: 1_000 })
    pacer.start(0)
    pacer.grant(100, 0)
    assert.equal(pacer.grant(1e9, 60_000), 1_000)
    assert.equal(pacer.grant(1e9, 60_000), 0)
    assert.equal(pacer.grant(1e9, 60_500), 500)
  })

  test('owes nothing for a pause', () => {
    const pacer = new FixedRate({ ratePerSecond: 1_000 })
    pacer.start(0)
    pacer.grant(100, 100)
    pacer.start(5_000)
    assert.equal(pacer.grant(1e9, 5_000), 1)
    assert.equal(pacer.grant(1e9, 5_100), 100)
  })

  test('gives a slow stream its first record at once and the next when it is due', () => {
    const grants = drive(new FixedRate({ ratePerSecond: 0.1 }), 35_000, 100)
    assert.deepEqual(
      grants.map(({ at }) => Math.round(at)),
      [0, 10_000, 20_000, 30_000],
    )
  })

  test('the shards of a connector together keep its rate, one after the other', () => {
    const throughput = throughputOf({ rate: 2, batchSize: 100 })
    const grants = [0, 1, 2, 3].flatMap((shard) =>
      drive(createPacer(throughput, { connector: 'c', shard, shards: 4 }, 0), 9_999, 100),
    )
    const times = grants.map(({ at }) => Math.round(at)).sort((a, b) => a - b)
    assert.deepEqual(
      times,
      Array.from({ length: 20 }, (_, i) => i * 500),
    )
  })

  test('grants ten milliseconds at a time, and less than the interval of shorter transactions', () => {
    const throughput = throughputOf({ rate: 10_000, batchSize: 10_000 })
    const groups = [undefined, 100, 10, 5].map((commitMs) => {
      const pacer = createPacer(throughput, { connector: 'c', shard: 0, shards: 1 }, 0, commitMs)
      return drive(pacer, 1_000, 10_000)[1].count
    })
    assert.deepEqual(groups, [100, 100, 85, 42])
  })

  test('says when it grants: never before its delay has passed, always after it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e4, noNaN: true }),
        (rate, at) => {
          const pacer = new FixedRate({ ratePerSecond: rate })
          pacer.start(0)
          while (pacer.grant(1e9, at) > 0);
          const delay = pacer.delay(at)
          assert.ok(delay > 0)
          assert.equal(pacer.grant(1e9, at + delay * 0.99 - 1e-6), 0)
          assert.ok(pacer.grant(1e9, at + delay * (1 + 1e-9) + 1e-6) > 0)
        },
      ),
    )
  })
})

describe('interval batches', () => {
  test('a batch at once and one at every interval, in pieces where the caller takes less', () => {
    const pacer = (): Pacer => new IntervalBatches({ batchSize: 100, intervalMs: 1_000, shard: 0, shards: 1 })
    assert.deepEqual(drive(pacer(), 2_500, 1_000), [
      { at: 0, count: 100 },
      { at: 1_000, count: 100 },
      { at: 2_000, count: 100 },
    ])
    assert.equal(total(drive(pacer(), 2_500, 30)), 300)
  })

  test('keep to the grid of times, and leave out what a stall made impossible', () => {
    const pacer = new IntervalBatches({ batchSize: 5, intervalMs: 100, shard: 0, shards: 1 })
    pacer.start(0)
    assert.equal(pacer.grant(100, 0), 5)
    assert.equal(pacer.grant(100, 1_050), 5)
    assert.equal(pacer.grant(100, 1_050), 0)
    assert.equal(pacer.delay(1_050), 50)
  })

  test('the shards together give the batch, each its own positions of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 20 }), (shards, batchSize) => {
        const counts = Array.from({ length: shards }, (_, shard) =>
          total(drive(new IntervalBatches({ batchSize, intervalMs: 10, shard, shards }), 95, 1_000)),
        )
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          10 * batchSize,
        )
        const positions = Array.from({ length: 10 * batchSize }, (_, p) => p)
        counts.forEach((count, shard) => {
          assert.equal(count, positions.filter((p) => p % shards === shard).length)
        })
      }),
    )
  })
})

test('the unlimited pacer gives what is asked for', () => {
  const pacer = new Unlimited()
  assert.equal(pacer.grant(123), 123)
  assert.equal(pacer.delay(), 0)
})

test('the largest grant of a slow stream is small, so that its buffers are', () => {
  const shard = { connector: 'c', shard: 0, shards: 2 }
  const of = (rate: number | null): number => largestGrant(throughputOf({ rate, batchSize: 1_000 }), shard)
  assert.deepEqual([of(null), of(0.1), of(500), of(1e6)], [1_000, 1, 250, 1_000])
})

test('pacing is loaded for the throughput, the same as created', async (t) => {
  const folder = await folderWith(t, { 'recorded.csv': 'seconds,rate\n0,100\n10,300\n' })
  const shard = { connector: 'c', shard: 1, shards: 2 }
  const shape = { type: 'constant', speed: 1 } as const
  const bursts = { type: 'bursts', burstRate: 900, burstMs: 100, periodMs: 1_000, speed: 2 } as const
  const all: Partial<Throughput>[] = [
    {},
    { shape: { ...shape, speed: 2 } },
    { shape: { type: 'curve', file: join(folder, 'recorded.csv'), speed: 1 } },
    { rate: 100 },
    { rate: 100, shape: bursts },
    { intervalMs: 50 },
    { adaptive: { targetLatencyMs: 20 } },
    { adaptive: { targetLatencyMs: 20 }, rate: 100 },
  ]
  for (const given of all) {
    const throughput = throughputOf(given)
    const loaded = await loadPacing(throughput, shard)
    const created = createPacer(throughput, shard, 7, 100)
    const pacer = loaded.create(7, 100)
    assert.equal(loaded.largestGrant, largestGrant(throughput, shard), JSON.stringify(given))
    assert.equal(pacer.constructor, created.constructor, JSON.stringify(given))
    if (!(pacer instanceof Unlimited)) assert.deepEqual(drive(pacer, 300, 100), drive(created, 300, 100))
  }
})

test('the largest grant of a short stream is the whole stream', async () => {
  const shard = { connector: 'c', shard: 0, shards: 1 }
  for (const given of [{}, { rate: 1e6 }, { intervalMs: 50 }]) {
    const of = async (records?: number): Promise<number> =>
      (await loadPacing(throughputOf({ ...given, batchSize: 1_000 }), shard, records)).largestGrant
    assert.deepEqual([await of(0), await of(1), await of(20), await of(5_000), await of()], [1, 1, 20, 1_000, 1_000])
  }
})
