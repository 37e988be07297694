import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { HashMultiset } from '#src/verify/match/hash-multiset.js'
import { RecordHash } from '#src/verify/match/record-hash.js'

describe('a hash multiset', () => {
  it('does what a map of queues does', () => {
    // Few hashes in few slots, so that they collide and repeat.
    const hash = fc.record({ low: fc.integer({ min: -3, max: 20 }), high: fc.integer({ min: 0, max: 1 }) })
    const step = fc.record({ hash, adds: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const set = new HashMultiset(4)
        const model = new Map<string, number[]>()
        steps.forEach(({ hash: { low, high }, adds }, value) => {
          const queue = model.get(`${low} ${high}`) ?? []
          model.set(`${low} ${high}`, queue)
          if (adds) {
            set.add(low, high, value)
            queue.push(value)
          } else {
            assert.equal(set.peek(low, high), queue[0] ?? -1)
            const first = queue.shift()
            assert.equal(set.take(low, high), first !== undefined)
            if (first !== undefined) assert.equal(set.taken, first)
          }
        })
        const left = [...model.values()].flat().sort((a, b) => a - b)
        const found: number[] = []
        set.forEach((value) => found.push(value))
        assert.deepEqual(
          [...found].sort((a, b) => a - b),
          left,
        )
        assert.equal(set.size, left.length)
        set.removeIf((value) => value % 2 === 0)
        const odd: number[] = []
        set.forEach((value, low, high) => {
          odd.push(value)
          assert.ok(set.has(low, high))
        })
        assert.deepEqual(
          odd.sort((a, b) => a - b),
          left.filter((value) => value % 2 === 1),
        )
      }),
      { numRuns: 200 },
    )
  })

  it('takes a million equal hashes as quickly as different ones', () => {
    const set = new HashMultiset(4)
    for (let value = 0; value < 1_000_000; value++) set.add(7, 7, value)
    for (let value = 0; value < 1_000_000; value++) {
      if (!set.take(7, 7) || set.taken !== value) assert.fail(`${set.taken} instead of ${value}`)
    }
    assert.equal(set.size, 0)
  })
})

describe('a record hash', () => {
  function hashOf(partition: number, key: Buffer | null, value: Buffer | null): string {
    const bytes = Buffer.concat([Buffer.from('xyz'), key ?? Buffer.alloc(0), value ?? Buffer.alloc(0)])
    const start = 3 + (key?.length ?? 0)
    const hash = new RecordHash()
    hash.set(partition, bytes, 3, key?.length ?? -1, start, value?.length ?? -1)
    return `${hash.low} ${hash.high}`
  }

  it('differs for records that differ, however little, and for the same in other partitions', () => {
    const bytes = fc.option(fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array)))
    const record = fc.tuple(fc.nat(3), bytes, bytes)
    fc.assert(
      fc.property(record, record, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b)
        assert.equal(hashOf(...a) === hashOf(...b), same)
      }),
      { numRuns: 2000 },
    )
  })

  it('differs for timestamps that differ, and for one and none', () => {
    const timestamps = [-1, 0, 1, 1_700_000_000_000, 1_700_000_000_001, 1_700_000_000_000 + 2 ** 32]
    const hashes = timestamps.map((timestamp) => {
      const hash = new RecordHash()
      hash.set(0, Buffer.from('value'), 0, -1, 0, 5, timestamp)
      return `${hash.low} ${hash.high}`
    })
    assert.equal(new Set(hashes).size, timestamps.length)
  })

  it('has no two equal among many that differ in one bit or byte', () => {
    const seen = new Set<string>()
    for (let length = 0; length < 40; length++) {
      for (let byte = 0; byte < length; byte++) {
        for (let bit = 0; bit < 8; bit++) {
          const value = Buffer.alloc(length)
          value[byte] = 1 << bit
          seen.add(hashOf(0, null, value))
        }
      }
      seen.add(hashOf(0, null, Buffer.alloc(length)))
      seen.add(hashOf(0, Buffer.alloc(length), null))
    }
    const lengths = 40
    assert.equal(seen.size, (8 * lengths * (lengths - 1)) / 2 + 2 * lengths)
  })
})
