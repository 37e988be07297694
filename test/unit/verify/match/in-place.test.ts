import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compare } from '#src/verify/match/compare.js'
import type { CompareOptions, ComparisonResult } from '#src/verify/match/compare.js'
import { shardsOf, topicOf } from './in-memory.js'
import type { TestStream, TextRecord } from './in-memory.js'

/** A change of one partition's log at a place between 0 and 1. */
type Fault = readonly [kind: (typeof kinds)[number], at: number, count: number]
const kinds = ['missing', 'doubled', 'altered', 'flipped', 'nulled', 'foreign', 'moved', 'swapped', 'reversed'] as const

interface Case {
  readonly shards: number
  readonly partitions: number
  readonly placed: 'by key' | 'in blocks' | 'own file'
  /** How many different records the stream has; 0: all are different. */
  readonly different: number
  readonly length: number
  /** Records of each shard in turn. */
  readonly run: number
  readonly batch: number
  readonly uncovered: number
  readonly expired: number
  readonly faults: readonly Fault[]
  readonly narrow: boolean
  readonly salt: number
}

function cases(shards: fc.Arbitrary<number>, different: fc.Arbitrary<number>): fc.Arbitrary<Case> {
  return fc.record({
    shards,
    partitions: fc.integer({ min: 1, max: 4 }),
    placed: fc.constantFrom('by key', 'in blocks', 'own file'),
    different,
    length: fc.integer({ min: 0, max: 200 }),
    run: fc.integer({ min: 1, max: 40 }),
    batch: fc.integer({ min: 1, max: 50 }),
    uncovered: fc.integer({ min: 0, max: 3 }),
    expired: fc.constantFrom(0, 0, 0, 7, 60),
    faults: fc.array(
      fc.tuple(fc.constantFrom(...kinds), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 30 })),
      { maxLength: 4 },
    ),
    narrow: fc.boolean(),
    salt: fc.nat(),
  })
}

function streamOf({ different, placed, partitions, shards, salt }: Case): TestStream {
  const number = (position: number): number => (different === 0 ? position : mix(position + salt) % different)
  return {
    record: (position) => {
      const n = number(position)
      // Keys and values of every length, so that every tail of the comparison is met.
      const value = n % 11 === 0 && n % 5 !== 0 ? null : 'v'.repeat(n % 19) + String(n)
      return { key: n % 5 === 0 ? null : `k${n}`, value }
    },
    partition: (position) => {
      if (placed === 'own file') return (position % shards) % partitions
      return (placed === 'by key' ? mix(number(position)) : Math.floor(position / 16)) % partitions
    },
  }
}

function logsOf(one: Case, stream: TestStream): TextRecord[][] {
  const { shards, partitions, length, run, uncovered, expired, faults } = one
  const logs: TextRecord[][] = Array.from({ length: partitions }, () => [])
  const end = (length + uncovered) * shards
  for (let from = 0; from < length + uncovered; from += run)
    for (let shard = 0; shard < shards; shard++)
      for (let i = from; i < Math.min(from + run, length + uncovered); i++) {
        const position = i * shards + shard
        assert.ok(position < end)
        logs[stream.partition(position)].push(stream.record(position))
      }
  const [log] = logs
  for (const [kind, place, count] of faults) {
    const at = Math.floor(place * log.length)
    const some = log.slice(at, at + count)
    if (kind === 'missing') log.splice(at, count)
    if (kind === 'doubled') log.splice(at + count, 0, ...some)
    if (kind === 'altered') log.splice(at, count, ...some.map(({ key }, i) => ({ key, value: `altered ${at + i}` })))
    if (kind === 'flipped') log.splice(at, count, ...some.map((record, i) => flipped(record, at + i)))
    if (kind === 'nulled') log.splice(at, count, ...some.map(({ key }) => ({ key, value: null })))
    if (kind === 'foreign') log.splice(at, 0, ...some.map((_, i) => ({ key: null, value: `foreign ${i}` })))
    if (kind === 'moved') log.splice(Math.max(0, at - 100), 0, ...log.splice(at, count))
    if (kind === 'swapped') log.splice(at, 2, ...log.slice(at, at + 2).reverse())
    if (kind === 'reversed') log.splice(at, count, ...some.reverse())
  }
  logs[0] = log.slice(expired)
  return logs
}

/** With another character at one place of key and value. */
function flipped({ key, value }: TextRecord, place: number): TextRecord {
  const text = (key ?? '') + (value ?? '')
  if (text === '') return { key, value }
  const at = place % text.length
  const other = `${text.slice(0, at)}~${text.slice(at + 1)}`
  const length = key?.length ?? 0
  return { key: key === null ? null : other.slice(0, length), value: value === null ? null : other.slice(length) }
}

function check(one: Case, options: CompareOptions): Promise<ComparisonResult> {
  const stream = streamOf(one)
  const ends = Array.from({ length: one.shards }, (_, shard) => one.length * one.shards + shard)
  const window = one.narrow ? { window: 64, patience: 100, maxHeldBytes: 1000 } : {}
  return compare(shardsOf(stream, ends), topicOf(logsOf(one, stream), one.batch, [one.expired]), {
    beyond: 100,
    ...window,
    ...options,
  })
}

function mix(value: number): number {
  const h = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (Math.imul(h ^ (h >>> 12), 0x297a2d39) ^ (h >>> 15)) >>> 0
}

const runs = 100

describe('records compared in place', () => {
  const any = fc.constantFrom(0, 0, 1, 3, 20, 200)

  it('give the report that hashing all of them gives: one shard, identical records too', async () => {
    await fc.assert(
      fc.asyncProperty(cases(fc.constant(1), any), async (one) => {
        assert.deepEqual(await check(one, {}), await check(one, { inPlace: false }))
      }),
      { numRuns: runs },
    )
  })

  it('give the same report of several shards', async () => {
    await fc.assert(
      fc.asyncProperty(cases(fc.integer({ min: 2, max: 4 }), fc.constant(0)), async (one) => {
        assert.deepEqual(await check(one, {}), await check(one, { inPlace: false }))
      }),
      { numRuns: runs },
    )
  })

  it('find as much of several shards with identical records', async () => {
    await fc.assert(
      fc.asyncProperty(cases(fc.integer({ min: 2, max: 4 }), any), async (one) => {
        const { found, matched, counts } = await check({ ...one, expired: 0 }, {})
        const plain = await check({ ...one, expired: 0 }, { inPlace: false })
        assert.deepEqual([found, matched], [plain.found, plain.matched])
        const isClean = (result: ComparisonResult['counts']): boolean => Object.values(result).every((n) => n === 0)
        assert.equal(isClean(counts), isClean(plain.counts))
      }),
      { numRuns: runs },
    )
  })
})
