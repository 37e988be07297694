import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compare } from '#src/verify/match/compare.js'
import type { CompareOptions, ComparisonResult } from '#src/verify/match/compare.js'
import { shardsOf, topicOf } from './in-memory.js'
import type { TestStream, TextRecord } from './in-memory.js'

const clean = { missing: 0, doubled: 0, altered: 0, foreign: 0, uncovered: 0, out_of_order: 0 }
/** So small that the records of a test do not fit at once. */
const narrow: CompareOptions = { window: 16, patience: 24 }

const distinct: TestStream = {
  record: (position) => ({ key: `k${position}`, value: `value of ${position}` }),
  partition: () => 0,
}

function dealt(stream: TestStream, partitions: number): TestStream {
  return { ...stream, partition: (position) => Math.floor(position / 3) % partitions }
}

/** What a worker without faults writes: the shards' records in turn, `run` of each at a time. */
function written(
  stream: TestStream,
  ends: readonly number[],
  partitions: number,
  run = 1,
): (TextRecord & { position: number })[][] {
  const logs: (TextRecord & { position: number })[][] = Array.from({ length: partitions }, () => [])
  const next = ends.map((_, shard) => shard)
  while (next.some((position, shard) => position < ends[shard])) {
    for (let shard = 0; shard < ends.length; shard++) {
      for (let i = 0; i < run && next[shard] < ends[shard]; i++, next[shard] += ends.length) {
        const position = next[shard]
        logs[stream.partition(position)].push({ ...stream.record(position), position })
      }
    }
  }
  return logs
}

function check(
  stream: TestStream,
  ends: readonly number[],
  logs: readonly (readonly TextRecord[])[],
  options: CompareOptions = {},
  starts: readonly number[] = [],
): Promise<ComparisonResult> {
  return compare(shardsOf(stream, ends), topicOf(logs, 7, starts), { beyond: 100, ...options })
}

describe('compare', () => {
  it('finds nothing wrong with what was written without faults', async () => {
    const stream = dealt(distinct, 3)
    const result = await check(stream, [100, 99], written(stream, [100, 99], 3))
    assert.deepEqual(result, { expected: 99, found: 99, matched: 99, expired: 0, counts: clean, first: [] })
  })

  it('tells a dropped record from the rest, with its position', async () => {
    const [log] = written(distinct, [50], 1)
    const result = await check(distinct, [50], [log.toSpliced(20, 1)])
    assert.deepEqual(result.counts, { ...clean, missing: 1 })
    assert.deepEqual(result.first, [{ kind: 'missing', partition: 0, offset: null, position: 20 }])
  })

  it('counts what was never written after the last record', async () => {
    const [log] = written(distinct, [50], 1)
    assert.deepEqual((await check(distinct, [5000], [log])).counts, { ...clean, missing: 4950 })
    assert.deepEqual((await check(distinct, [50], [[]])).counts, { ...clean, missing: 50 })
  })

  it('tells a doubled record by its offset', async () => {
    const [log] = written(distinct, [50], 1)
    const result = await check(distinct, [50], [log.toSpliced(30, 0, log[10])])
    assert.deepEqual(result.counts, { ...clean, doubled: 1 })
    assert.deepEqual(result.first, [{ kind: 'doubled', partition: 0, offset: 30, position: 10 }])
  })

  it('tells an altered record by the place it stands in', async () => {
    const [log] = written(distinct, [50], 1)
    const result = await check(distinct, [50], [log.with(7, { key: 'other', value: 'other', position: -1 })])
    assert.deepEqual(result.counts, { ...clean, altered: 1 })
    assert.deepEqual(result.first, [{ kind: 'altered', partition: 0, offset: 7, position: 7 }])
  })

  it('tells an altered record by its key where it stands elsewhere', async () => {
    const [log] = written(distinct, [50], 1)
    const moved = log.toSpliced(7, 1).toSpliced(30, 0, { ...log[7], value: 'other' })
    const result = await check(distinct, [50], [moved])
    assert.deepEqual(result.counts, { ...clean, altered: 1 })
  })

  it('tells a value that has become null or empty', async () => {
    const [log] = written(distinct, [50], 1)
    for (const value of [null, '']) {
      assert.deepEqual((await check(distinct, [50], [log.with(7, { ...log[7], value })])).counts, {
        ...clean,
        altered: 1,
      })
    }
  })

  it('tells foreign records', async () => {
    const [log] = written(distinct, [50], 1)
    const foreign = { key: 'x', value: 'from elsewhere', position: -1 }
    const result = await check(distinct, [50], [[foreign, ...log, foreign]])
    assert.deepEqual(result.counts, { ...clean, foreign: 2 })
    assert.deepEqual(
      result.first.map(({ offset }) => offset),
      [0, 51],
    )
  })

  it('takes records for uncovered that the stream has beyond the checkpoint', async () => {
    const [log] = written(distinct, [50], 1)
    const result = await check(distinct, [45], [log])
    assert.deepEqual(result.counts, { ...clean, uncovered: 5 })
    assert.deepEqual(result.first[0], { kind: 'uncovered', partition: 0, offset: 45, position: 45 })
  })

  it('allows for records of a connector that goes on meanwhile', async () => {
    const [log] = written(distinct, [50], 1)
    const topic = topicOf([log])
    assert.deepEqual((await compare(shardsOf(distinct, [60], [45]), topic)).counts, clean)
    const holed = topicOf([log.toSpliced(44, 1)])
    assert.deepEqual((await compare(shardsOf(distinct, [60], [45]), holed)).counts, { ...clean, missing: 1 })
  })

  it('tells two neighbours that have changed places', async () => {
    const [log] = written(distinct, [50], 1)
    const result = await check(distinct, [50], [log.with(10, log[11]).with(11, log[10])])
    assert.deepEqual(result.counts, { ...clean, out_of_order: 1 })
    assert.deepEqual(result.first, [{ kind: 'out_of_order', partition: 0, offset: 11, position: 10 }])
  })

  it('does not ask for an order between shards, or between partitions', async () => {
    const stream = dealt(distinct, 2)
    const logs = written(stream, [300, 301], 2, 40)
    assert.deepEqual((await check(stream, [300, 301], logs, narrow)).counts, clean)
  })

  it('takes a record in the wrong partition for missing there and foreign here', async () => {
    const stream = dealt(distinct, 2)
    const [even, odd] = written(stream, [60], 2)
    const result = await check(stream, [60], [even.toSpliced(4, 1), [...odd, even[4]]])
    assert.deepEqual(result.counts, { ...clean, missing: 1, foreign: 1 })
  })

  it('lets identical records be', async () => {
    const few: TestStream = { record: (p) => ({ key: null, value: `${(p * 7) % 5}` }), partition: (p) => p % 2 }
    const logs = written(few, [500, 501, 502], 2, 10)
    assert.deepEqual((await check(few, [500, 501, 502], logs, narrow)).counts, clean)
    const result = await check(few, [500, 501, 502], [logs[0].toSpliced(100, 1), [...logs[1], logs[1][3]]], narrow)
    assert.deepEqual(result.counts, { ...clean, missing: 1, doubled: 1 })
  })

  it('goes on after a gap that is longer than its window', async () => {
    const [log] = written(distinct, [2000], 1)
    const result = await check(distinct, [2000], [log.toSpliced(300, 900)], narrow)
    assert.deepEqual(result.counts, { ...clean, missing: 900 })
  })

  it('goes on after more foreign records than it has patience for', async () => {
    const [log] = written(distinct, [500], 1)
    const foreign = Array.from({ length: 400 }, (_, i) => ({ key: null, value: `foreign ${i}`, position: -1 }))
    const result = await check(distinct, [500], [[...log.slice(0, 200), ...foreign, ...log.slice(200)]], narrow)
    assert.deepEqual(result.counts, { ...clean, foreign: 400 })
  })

  it('counts foreign records that it cannot keep', async () => {
    const [log] = written(distinct, [50], 1)
    const foreign = Array.from({ length: 40 }, (_, i) => ({ key: null, value: `foreign ${i}`, position: -1 }))
    const result = await check(distinct, [50], [[...log, ...foreign]], { ...narrow, strangers: 1 })
    assert.deepEqual(result.counts, { ...clean, foreign: 40 })
  })

  it('takes what retention has removed for expired, not for missing', async () => {
    const stream = dealt(distinct, 2)
    const [first, second] = written(stream, [600, 601], 2, 5)
    const logs = [first.slice(200), second.slice(50)]
    const result = await check(stream, [600, 601], logs, narrow, [200, 50])
    assert.deepEqual([result.counts, result.expired], [clean, 250])
    const wide = await check(stream, [600, 601], logs, {}, [200, 50])
    assert.deepEqual([wide.counts, wide.expired], [clean, 250])
    const holed = await check(stream, [600, 601], [logs[0].toSpliced(10, 1), logs[1]], narrow, [200, 50])
    assert.deepEqual([holed.counts, holed.expired], [{ ...clean, missing: 1 }, 250])
  })

  it('takes more than retention can have removed for missing', async () => {
    const [log] = written(distinct, [600], 1)
    // 20 offsets are gone, but 50 records.
    const result = await check(distinct, [600], [log.slice(50)], {}, [20])
    assert.deepEqual([result.counts, result.expired], [{ ...clean, missing: 30 }, 20])
    const empty = await check(distinct, [600], [[]], narrow, [20])
    assert.deepEqual([empty.counts, empty.expired], [{ ...clean, missing: 580 }, 20])
  })

  it('never takes what retention has left for wrong, wherever it has cut', async () => {
    const arbitrary = fc.record({
      cuts: fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 2, maxLength: 3 }),
      shards: fc.integer({ min: 1, max: 3 }),
      run: fc.integer({ min: 1, max: 8 }),
    })
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ cuts, shards, run }) => {
        const stream: TestStream = { ...distinct, partition: (p) => mix(p) % cuts.length }
        const ends = Array.from({ length: shards }, (_, shard) => 600 + shard)
        const whole = written(stream, ends, cuts.length, run)
        const logs = whole.map((log, partition) => log.slice(cuts[partition]))
        const expired = whole.reduce((sum, log, partition) => sum + log.length - logs[partition].length, 0)
        const result = await check(stream, ends, logs, { window: 64, patience: 100 }, cuts)
        assert.deepEqual([result.counts, result.expired], [clean, expired])
      }),
      // Partitions that begin late, and others that tell how far the stream has gone.
      {
        numRuns: 80,
        examples: [[{ cuts: [118, 146, 0], shards: 1, run: 1 }], [{ cuts: [0, 146, 0], shards: 1, run: 1 }]],
      },
    )
  })

  it('takes everything for expired where a partition is empty and was not', async () => {
    const [log] = written(distinct, [60], 1)
    const result = await check(distinct, [60], [[]], {}, [log.length])
    assert.deepEqual([result.counts, result.expired], [clean, 60])
  })

  it('stops when it is told to', async () => {
    const [log] = written(distinct, [60], 1)
    await assert.rejects(check(distinct, [60], [log], { signal: AbortSignal.abort(new Error('enough')) }), /enough/)
  })

  it('never raises an alarm about a topic without faults, whatever is identical and however small its window', async () => {
    const arbitrary = fc.record({
      values: fc.integer({ min: 1, max: 60 }),
      partitions: fc.integer({ min: 1, max: 4 }),
      ends: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 4 }),
      run: fc.integer({ min: 1, max: 12 }),
      wide: fc.boolean(),
      salt: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ values, partitions, ends, run, wide, salt }) => {
        const stream: TestStream = {
          record: (p) => ({ key: null, value: String(mix(p + salt) % values) }),
          partition: (p) => mix(p ^ salt) % partitions,
        }
        const logs = written(stream, ends, partitions, run)
        const result = await check(stream, ends, logs, wide ? {} : { ...narrow, window: 64, patience: 256 })
        assert.deepEqual(result.counts, clean)
      }),
      { numRuns: 80 },
    )
  })

  it('counts random faults as they were made', async () => {
    const fault = fc.constantFrom('missing', 'doubled', 'altered', 'foreign', 'out_of_order')
    const arbitrary = fc.record({
      partitions: fc.integer({ min: 1, max: 3 }),
      shards: fc.integer({ min: 1, max: 3 }),
      keyed: fc.boolean(),
      // One fault in each stretch of 40 records at most, so that none hides another.
      faults: fc.array(fc.option(fault), { minLength: 1, maxLength: 8 }),
      wide: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ partitions, shards, keyed, faults, wide }) => {
        const stream: TestStream = {
          record: (p) => ({ key: keyed ? `k${p}` : null, value: `value of ${p}` }),
          partition: (p) => Math.floor(p / shards) % partitions,
        }
        const ends = Array.from({ length: shards }, (_, shard) => 40 * faults.length * partitions * shards + shard)
        const logs = written(stream, ends, partitions)
        const counts: Record<string, number> = { ...clean }
        const log = [...logs[0]]
        // From the end, so that the places before stay what they are.
        for (let stretch = faults.length - 1; stretch >= 0; stretch--) {
          const kind = faults[stretch]
          if (kind === null) continue
          const at = stretch * 40 + 10
          counts[kind]++
          if (kind === 'missing') log.splice(at, 1)
          if (kind === 'doubled') log.splice(at + 9, 0, log[at])
          if (kind === 'altered') log[at] = { ...log[at], value: `altered ${at}` }
          if (kind === 'foreign') log.splice(at, 0, { key: null, value: `foreign ${at}`, position: -1 })
          if (kind === 'out_of_order') log.splice(at + shards, 0, ...log.splice(at, 1))
        }
        const options = wide ? {} : { window: 64, patience: 256 }
        const result = await check(stream, ends, [log, ...logs.slice(1)], options)
        assert.deepEqual(result.counts, counts)
      }),
      { numRuns: 80 },
    )
  })
})

function mix(value: number): number {
  const h = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (Math.imul(h ^ (h >>> 12), 0x297a2d39) ^ (h >>> 15)) >>> 0
}
