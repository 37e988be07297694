import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TransferPace } from '#src/sink/kafka/transfer-pace.js'

/** After so many writes at this rate. */
function settled(bytesPerSecond: number, recordBytes: number, writes = 60): number {
  const pace = new TransferPace(60_000)
  for (let n = 0; n < writes; n++) {
    const bytes = pace.maxRecords * recordBytes
    pace.observe(pace.maxRecords, bytes, (bytes / bytesPerSecond) * 1_000)
  }
  return pace.maxRecords
}

test('a fast way soon limits nothing', () => assert.ok(settled(1e9, 100, 15) > 1e6))

test('on a slow way a write takes about an eighth of the transaction timeout', () => {
  const seconds = (settled(20_000, 200) * 200) / 20_000
  assert.ok(seconds > 3 && seconds <= 15, `${seconds} s`)
})

test('one record is always let go', () => assert.equal(settled(1, 100_000), 1))
