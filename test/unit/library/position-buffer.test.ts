import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { GenesisError } from '#src/errors.js'
import { PositionBuffer, type FeedOptions, type Span } from '#src/library/position-buffer.js'
import { FixedRate } from '../../support/fixed-rate.js'
import { IntervalBatches } from '#src/pacing/interval-batches.js'
import { Unlimited } from '#src/pacing/unlimited.js'
import { SimulatedClock } from '../../support/simulated-clock.js'

function make(options: Partial<FeedOptions> = {}) {
  const clock = new SimulatedClock()
  const dropped: number[] = []
  const seen = { buffered: 0, most: 0 }
  const feed = new PositionBuffer({
    pacer: new FixedRate({ ratePerSecond: 1000 }),
    clock,
    from: 0,
    end: Infinity,
    batchSize: 100,
    bufferSize: 250,
    onFull: 'block',
    dropOldest: false,
    lingerMs: 200,
    dropped: (from, to) => dropped.push(...positionsOf({ start: from, length: to - from })),
    buffered: (records) => {
      seen.buffered = records
      seen.most = Math.max(seen.most, records)
    },
    ...options,
  })
  feed.start()
  const pass = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve))
  return { clock, feed, dropped, seen, pass }
}

function positionsOf({ start, length }: Pick<Span, 'start' | 'length'>): number[] {
  return Array.from({ length }, (_, i) => start + i)
}

async function take(feed: PositionBuffer, batches: number): Promise<number[]> {
  const positions: number[] = []
  for (let i = 0; i < batches; i++) {
    const span = await feed.next()
    if (span === null) break
    positions.push(...positionsOf(span))
  }
  return positions
}

const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, i) => from + i)

describe('the buffer of a stream whose sink is blocked', () => {
  test('holds exactly bufferSize records ahead of the batch that the sink has, with block', async () => {
    for (const pacer of [new FixedRate({ ratePerSecond: 1000 }), new Unlimited()]) {
      const { feed, seen, pass } = make({ pacer })
      const inTheSink = await take(feed, 1)
      await pass(60_000)
      assert.equal(inTheSink.length, 100)
      assert.equal(seen.buffered, 250)
      assert.equal(seen.most, 250)
      assert.deepEqual(await take(feed, 2), upTo(300, 100))
      feed.close()
    }
  })

  test('leaves out exactly the newest, with drop: their positions are skipped and never given to others', async () => {
    const { feed, dropped, seen, pass, clock } = make({ onFull: 'drop' })
    const inTheSink = await take(feed, 1)
    const due = (): number => Math.floor(clock.now()) + 1
    await pass(10_000)
    assert.equal(seen.buffered, 250)
    assert.deepEqual(dropped, upTo(350 + dropped.length, 350))
    assert.ok(Math.abs(350 + dropped.length - due()) <= 10, 'all that was due is in the sink, in the buffer or dropped')
    const next = 350 + dropped.length
    assert.deepEqual([...inTheSink, ...(await take(feed, 3))], upTo(350))
    assert.equal((await feed.next())?.start, next)
    feed.close()
  })

  test('leaves out exactly the oldest, with dropOldest', async () => {
    const { feed, dropped, seen, pass } = make({ onFull: 'drop', dropOldest: true })
    await take(feed, 1)
    await pass(10_000)
    assert.equal(seen.buffered, 250)
    const next = 100 + dropped.length
    assert.deepEqual(dropped, upTo(next, 100))
    assert.deepEqual(await take(feed, 2), upTo(next + 200, next))
    feed.close()
  })

  test('is an error as soon as one record more is due, with error, and says at which position', async () => {
    const { feed, clock } = make({ onFull: 'error' })
    await take(feed, 1)
    await assert.rejects(feed.failed, (error: GenesisError) => {
      assert.equal(error.code, 'BUFFER_FULL')
      assert.equal(error.details.place, 'position 350')
      return true
    })
    assert.ok(clock.now() <= 360, `${clock.now()} ms`)
    await assert.rejects(feed.next(), { code: 'BUFFER_FULL' })
  })
})

test('every position is taken or dropped, once and in order, whatever the buffer and the sink', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        batchSize: fc.integer({ min: 1, max: 40 }),
        bufferSize: fc.integer({ min: 1, max: 60 }),
        onFull: fc.constantFrom('block' as const, 'drop' as const),
        dropOldest: fc.boolean(),
        rate: fc.constantFrom(50, 777, 20_000, null),
        from: fc.nat(1000),
        length: fc.integer({ min: 1, max: 300 }),
      }),
      fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 8 }),
      async ({ rate, from, length, ...rest }, delays) => {
        const pacer = rate === null ? new Unlimited() : new FixedRate({ ratePerSecond: rate })
        const { feed, dropped, pass, seen } = make({ ...rest, pacer, from, end: from + length })
        const taken: number[] = []
        for (let span = await feed.next(), i = 0; span !== null; span = await feed.next(), i++) {
          assert.ok(span.length <= rest.batchSize)
          taken.push(...positionsOf(span))
          const delay = delays[i % delays.length]
          if (delay > 0) await pass(delay)
        }
        assert.deepEqual(
          [...taken, ...dropped].sort((a, b) => a - b),
          upTo(from + length, from),
        )
        assert.deepEqual(
          taken,
          [...taken].sort((a, b) => a - b),
        )
        assert.ok(seen.most <= rest.bufferSize + (rest.onFull === 'block' ? 0 : rest.batchSize))
        if (rest.onFull === 'block') assert.deepEqual(dropped, [])
      },
    ),
    { numRuns: 60 },
  )
})

describe('batches', () => {
  test('are full where the rate fills them within the linger time, and small where it does not', async () => {
    const sizes = async (ratePerSecond: number, lingerMs: number): Promise<number[]> => {
      const { feed } = make({ pacer: new FixedRate({ ratePerSecond }), lingerMs, bufferSize: 1000 })
      const spans = [await feed.next(), await feed.next(), await feed.next()]
      feed.close()
      return spans.map((span) => span?.length ?? 0)
    }
    assert.deepEqual(await sizes(1000, 200), [100, 100, 100])
    assert.deepEqual(
      (await sizes(100, 200)).map((size) => size >= 19 && size <= 22),
      [true, true, true],
    )
    assert.deepEqual(await sizes(100, Infinity), [100, 100, 100])
  })

  test('of an interval come on its grid', async () => {
    const pacer = new IntervalBatches({ batchSize: 100, intervalMs: 500, shard: 0, shards: 1 })
    const { feed, clock } = make({ pacer, lingerMs: Infinity })
    const times: number[] = []
    for (let i = 0; i < 4; i++) {
      assert.equal((await feed.next())?.length, 100)
      times.push(clock.now())
    }
    feed.close()
    assert.deepEqual(times, [0, 500, 1000, 1500])
  })

  test('end with what there is, and then with null', async () => {
    const { feed } = make({ end: 150 })
    assert.deepEqual(await take(feed, 5), upTo(150))
    assert.equal(await feed.next(), null)
  })

  test('a closed feed gives nothing more, also to who was waiting', async () => {
    const { feed } = make({ pacer: new FixedRate({ ratePerSecond: 0.001 }), lingerMs: Infinity })
    const waiting = feed.next()
    feed.close()
    assert.equal(await waiting, null)
    assert.equal(await feed.next(), null)
  })
})
