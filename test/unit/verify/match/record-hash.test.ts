import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordHash } from '#src/verify/match/record-hash.js'

const count = 200_000

/** How many of the records, all different, have the hash of another. */
function collisions(size: number, write: (record: Buffer, i: number) => void): number {
  const bytes = Buffer.alloc(size * count)
  const hash = new RecordHash()
  const seen = new Set<bigint>()
  for (let i = 0; i < count; i++) {
    write(bytes.subarray(i * size, (i + 1) * size), i)
    hash.set(0, bytes, i * size, 8, i * size + 8, size - 8)
    seen.add((BigInt(hash.high) << 32n) | BigInt(hash.low >>> 0))
  }
  return count - seen.size
}

const layouts: [string, number, (record: Buffer, i: number) => void][] = [
  [
    'in the second word of each number',
    16,
    (b, i) => (b.writeBigInt64BE(BigInt(i)), b.writeBigInt64BE(BigInt(i * 7), 8)),
  ],
  ['in the first word of each number', 16, (b, i) => (b.writeInt32LE(i), b.writeInt32LE(i * 7, 8))],
  [
    'in doubles that are integers',
    24,
    (b, i) => (b.writeDoubleLE(i % 500), b.writeDoubleLE(i), b.writeDoubleLE(i * 3, 16)),
  ],
  ['in one byte of many', 64, (b, i) => (b.fill(7), b.writeUInt32LE(i, 4 * (i % 15)))],
  ['in two words that change places', 24, (b, i) => (b.writeInt32LE(i, 8), b.writeInt32LE(count - i, 12))],
]

for (const [where, size, write] of layouts) {
  test(`records that differ ${where} have different hashes`, () => {
    assert.equal(collisions(size, write), 0)
  })
}
