import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { codecs } from '#src/kafka/codec.js'
import { crc32c } from '#src/kafka/wire/crc32c.js'
import { advanceSequence, headerBytes } from '#src/kafka/wire/record-batch.js'
import { openRecordBatch, readHeader } from '#src/kafka/wire/record-batch-read.js'
import { recordOverhead, singleRecordBatchBytes, writeHeader } from '#src/kafka/wire/record-batch-write.js'
import { SequenceNumbers } from '#src/kafka/wire/sequences.js'
import { RecordStage } from '#src/kafka/wire/record-stage.js'
import { StageMemory } from '#src/kafka/wire/stage-memory.js'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from '#src/kafka/wire/varint.js'
import { encodedBatch } from '../../../support/encoded-batch.js'
import type { TestRecord } from '../../../support/encoded-batch.js'

describe('CRC-32C', () => {
  test('gives the vectors of RFC 3720 B.4', () => {
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa)
    assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43)
    assert.equal(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i))), 0x46dd794e)
    assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  })
})

describe('variable-length integers', () => {
  test('are the zig-zag of the protocol', () => {
    const bytes = (value: number): string => {
      const out = Buffer.alloc(10)
      return out.toString('hex', 0, writeVarlong(out, 0, value))
    }
    assert.deepEqual([0, -1, 1, -2, 63, -64, 64, 300].map(bytes), ['00', '01', '02', '03', '7e', '7f', '8001', 'd804'])
    assert.equal(bytes(2 ** 31), '8080808010')
    assert.equal(bytes(-(2 ** 31) - 1), '8180808010')
  })

  test('are what BigInt arithmetic makes of any timestamp, and as long as their size says', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const out = Buffer.alloc(10)
        const end = writeVarlong(out, 0, value)
        assert.equal(end, sizeOfVarlong(value))
        let rest = value < 0 ? BigInt(value) * -2n - 1n : BigInt(value) * 2n
        for (let i = 0; i < end; i++, rest >>= 7n) assert.equal(out[i], Number(rest & 0x7fn) | (i < end - 1 ? 0x80 : 0))
        assert.equal(rest, 0n)
      }),
    )
  })

  test('of 32 bits are the same bytes as those of 64', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const [short, long] = [Buffer.alloc(10), Buffer.alloc(10)]
        assert.equal(writeVarint(short, 0, value), sizeOfVarint(value))
        writeVarlong(long, 0, value)
        assert.deepEqual(short, long)
      }),
    )
  })
})

test('sequence numbers wrap modulo 2^31', () => {
  assert.equal(advanceSequence(0, 5), 5)
  assert.equal(advanceSequence(2 ** 31 - 2, 1), 2 ** 31 - 1)
  assert.equal(advanceSequence(2 ** 31 - 1, 1), 0)
  assert.equal(advanceSequence(2 ** 31 - 3, 10), 7)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }), (sequence, by) => {
      assert.equal(advanceSequence(sequence, by), (sequence + by) % 2 ** 31)
    }),
  )
})

test('sequences count on for each partition, and from 0 for a new identity', () => {
  const sequences = new SequenceNumbers()
  assert.equal(sequences.take('a', 0, 10), 0)
  assert.equal(sequences.take('a', 0, 2 ** 31 - 20), 10)
  assert.equal(sequences.take('a', 0, 20), 2 ** 31 - 10)
  assert.equal(sequences.take('a', 0, 1), 10)
  assert.equal(sequences.take('a', 1, 1), 0)
  assert.equal(sequences.take('b', 0, 1), 0)
  sequences.reset()
  assert.equal(sequences.take('a', 0, 1), 0)
})

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
const header = fc.tuple(fc.string({ maxLength: 10 }), bytes)
const record: fc.Arbitrary<TestRecord> = fc.record(
  {
    key: fc.option(bytes, { nil: null }),
    value: fc.option(bytes, { nil: null }),
    timestamp: fc.integer({ min: 0, max: 2 ** 42 }),
    partition: fc.nat(3),
    headers: fc.array(header, { minLength: 1, maxLength: 2 }),
  },
  { noNullPrototype: true, requiredKeys: ['key', 'value', 'timestamp', 'partition'] },
)

const producer = { id: 4711n, epoch: 3 }
const none = codecs.none

interface Read {
  partition: number
  records: TestRecord[]
}

async function stageAndRead(records: TestRecord[], batchBytes: number, stageBytes: number): Promise<Read[][]> {
  const stage = new RecordStage({ partitions: 4, batchBytes, bytes: stageBytes })
  const { batch, partitions } = encodedBatch(records)
  const rounds: Read[][] = []
  const flush = async (): Promise<void> => {
    const round: Read[] = []
    for (const framed of stage.frame()) {
      writeHeader(framed.bytes, none.id, { ...framed, producer, transactional: true, baseSequence: 9 })
      assert.ok(framed.bytes.length <= batchBytes, `${framed.bytes.length} bytes`)
      const header = readHeader(framed.bytes, 0)
      assert.ok(header)
      assert.equal(header.length, framed.bytes.length)
      assert.equal(header.count, framed.count)
      assert.equal(header.lastOffset, framed.count - 1)
      const cursor = await openRecordBatch(framed.bytes, 0, header)
      const read: TestRecord[] = []
      while (cursor.next()) {
        assert.equal(cursor.offset, read.length)
        const part = (start: number, length: number): Buffer | null =>
          length < 0 ? null : Buffer.from(cursor.bytes.subarray(start, start + length))
        read.push({
          key: part(cursor.keyStart, cursor.keyLength),
          value: part(cursor.valueStart, cursor.valueLength),
          timestamp: cursor.timestamp,
          partition: framed.partition,
          ...(cursor.headerCount === 0
            ? {}
            : { headers: cursor.headers().map(([name, value]) => [name, Buffer.from(value ?? [])] as const) }),
        })
      }
      assert.equal(header.maxTimestamp, Math.max(...read.map(({ timestamp }) => timestamp)))
      round.push({ partition: framed.partition, records: read })
    }
    rounds.push(round)
  }
  for (let i = 0; i < batch.length;) {
    const next = stage.add(batch, partitions, i, 0)
    if (next === i) {
      assert.ok(stage.count > 0, 'the record alone does not fit')
      await flush()
    }
    i = next
  }
  await flush()
  return rounds
}

describe('a framed record batch', () => {
  test('is read back as it was staged: keys, values, nulls, timestamps, headers, in order within its partition', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 60 }), async (records) => {
        const rounds = await stageAndRead(records, 1 << 20, 1 << 20)
        assert.equal(rounds.length, 1)
        for (let partition = 0; partition < 4; partition++) {
          const read = rounds[0].find((batch) => batch.partition === partition)?.records ?? []
          assert.deepEqual(
            read,
            records.filter((record) => record.partition === partition),
          )
        }
      }),
    )
  })

  test('is one for each partition and no larger than the limit; split records keep their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1200, max: 6000 }),
        fc.integer({ min: 1, max: 4000 }),
        async (records, batchBytes, stageBytes) => {
          const rounds = await stageAndRead(records, batchBytes, stageBytes)
          for (const round of rounds) assert.equal(new Set(round.map(({ partition }) => partition)).size, round.length)
          for (let partition = 0; partition < 4; partition++)
            assert.deepEqual(
              rounds.flatMap((round) =>
                round.filter((read) => read.partition === partition).flatMap((read) => read.records),
              ),
              records.filter((record) => record.partition === partition),
            )
        },
      ),
    )
  })

  test('is the same in memory that others have used, with or without headers', () => {
    const record = (i: number, hasHeaders: boolean): TestRecord => ({
      key: null,
      value: Buffer.alloc(i % 50, i),
      timestamp: i,
      partition: i % 4,
      ...(hasHeaders ? { headers: [['n', Buffer.from(String(i))]] as const } : {}),
    })
    const frames = (stage: RecordStage, records: readonly TestRecord[], split: number): string[] => {
      for (const part of [records.slice(0, split), records.slice(split)]) {
        const { batch, partitions } = encodedBatch(part)
        assert.equal(stage.add(batch, partitions, 0, 0), part.length)
      }
      const framed = stage.frame().map(({ bytes }) => bytes.toString('hex', headerBytes))
      stage.release()
      return framed
    }
    const limits = { partitions: 4, batchBytes: 1 << 20, bytes: 1 << 20 }
    const borrower = new RecordStage(limits)
    for (const [count, headersFrom] of [
      [200, 0],
      [300, 300],
      [300, 150],
      [40, 20],
    ]) {
      const records = Array.from({ length: count }, (_, i) => record(i, i >= headersFrom))
      const own = frames(new RecordStage(limits, new StageMemory()), records, 20)
      assert.deepEqual(frames(borrower, records, 20), own)
    }
  })

  test('keeps its memory while records are staged', () => {
    const [a, b] = [1, 2].map(() => new RecordStage({ partitions: 1, batchBytes: 1 << 20, bytes: 1 << 20 }))
    const { batch, partitions } = encodedBatch([{ key: null, value: Buffer.from('first'), timestamp: 0, partition: 0 }])
    a.add(batch, partitions, 0, 0)
    a.release()
    const other = encodedBatch([{ key: null, value: Buffer.from('other'), timestamp: 0, partition: 0 }])
    b.add(other.batch, partitions, 0, 0)
    assert.match(a.frame()[0].bytes.toString('latin1'), /first/)
    assert.match(b.frame()[0].bytes.toString('latin1'), /other/)
    a.release()
    b.release()
  })

  test('keeps what is staged when its memory grows', async () => {
    const records = Array.from({ length: 3000 }, (_, i) => ({
      key: Buffer.from(`k${i}`),
      value: Buffer.alloc(i % 700, i),
      timestamp: i,
      partition: i % 2,
      // The first ones come before the stage knows of any.
      ...(i >= 150 && i % 3 > 0 ? { headers: [['n', String(i)]] as const } : {}),
    }))
    const stage = new RecordStage({ partitions: 2, batchBytes: 1 << 24, bytes: 1 << 24 })
    for (let from = 0; from < records.length; from += 100) {
      const { batch, partitions } = encodedBatch(records.slice(from, from + 100))
      assert.equal(stage.add(batch, partitions, 0, 0), 100)
    }
    const framed = stage.frame()
    for (const { bytes, partition, ...facts } of framed) {
      writeHeader(bytes, none.id, { ...facts, producer, transactional: false, baseSequence: 0 })
      const header = readHeader(bytes, 0)
      assert.ok(header)
      const cursor = await openRecordBatch(bytes, 0, header)
      for (let i = partition; i < records.length; i += 2) {
        assert.ok(cursor.next())
        assert.equal(cursor.timestamp, i)
        assert.ok(
          cursor.bytes.subarray(cursor.valueStart, cursor.valueStart + cursor.valueLength).equals(records[i].value),
        )
        assert.deepEqual(
          cursor.headers().map(([name, value]) => [name, value?.toString()]),
          records[i].headers ?? [],
        )
      }
      assert.equal(cursor.next(), false)
    }
  })

  test('of a single record that is exactly as large as the limit is taken, and one byte more is not', () => {
    const value = Buffer.alloc(1000)
    const limit = singleRecordBatchBytes(-1, value.length, 0)
    const { batch, partitions } = encodedBatch([{ key: null, value, timestamp: 0, partition: 0 }])
    const fits = new RecordStage({ partitions: 1, batchBytes: limit, bytes: 10 })
    assert.equal(fits.add(batch, partitions, 0, 0), 1)
    assert.equal(fits.frame()[0].bytes.length, limit)
    const small = new RecordStage({ partitions: 1, batchBytes: limit - 1, bytes: 10 })
    assert.equal(small.add(batch, partitions, 0, 0), 0)
    assert.equal(small.count, 0)
  })

  test('never takes more than the overhead that is booked for it', () => {
    const { batch, partitions } = encodedBatch([
      { key: null, value: null, timestamp: 0, partition: 0 },
      { key: Buffer.alloc(0), value: Buffer.alloc(3), timestamp: 2 ** 42, partition: 0 },
    ])
    const stage = new RecordStage({ partitions: 1, batchBytes: 1 << 20, bytes: 1 << 20 })
    stage.add(batch, partitions, 0, 0)
    assert.ok(stage.frame()[0].bytes.length <= headerBytes + 2 * recordOverhead + 3)
  })

  test('is refused for a partition that the topic does not have', () => {
    const { batch, partitions } = encodedBatch([{ key: null, value: Buffer.alloc(1), timestamp: 0, partition: 1 }])
    const stage = new RecordStage({ partitions: 1, batchBytes: 1 << 20, bytes: 1 << 20 })
    assert.throws(() => stage.add(batch, partitions, 0, 0), /partition 1 of 1/)
  })

  test('that is damaged or cut off is not read', async () => {
    const { batch, partitions } = encodedBatch([{ key: null, value: Buffer.from('x'), timestamp: 5, partition: 0 }])
    const stage = new RecordStage({ partitions: 1, batchBytes: 1 << 20, bytes: 1 << 20 })
    stage.add(batch, partitions, 0, 0)
    const [framed] = stage.frame()
    writeHeader(framed.bytes, none.id, { ...framed, producer, transactional: false, baseSequence: 0 })
    assert.equal(readHeader(framed.bytes.subarray(0, -1), 0), null)
    assert.equal(readHeader(framed.bytes.subarray(0, 40), 0), null)
    const header = readHeader(framed.bytes, 0)
    assert.ok(header)
    framed.bytes[framed.bytes.length - 2] ^= 1
    await assert.rejects(openRecordBatch(framed.bytes, 0, header), /wrong checksum/)
    framed.bytes[16] = 1
    assert.throws(() => readHeader(framed.bytes, 0), /magic 1, expected 2/)
  })
})
