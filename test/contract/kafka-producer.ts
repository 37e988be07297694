/**
 * The laws of src/kafka/producer.ts, on a real broker, for every implementation. Called with what makes a producer.
 */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { Compression, KafkaProducer, ProducerOptions, SideRecord } from '#src/kafka/producer.js'
import { encodedBatch, type TestRecord } from '../support/encoded-batch.js'
import { committedBatches, committedNow, committedRecords, createTopic, uniqueName } from '../support/kafka.js'

interface Place {
  readonly topic: string
  readonly sideTopic: string
  /** One more producer of the same transactional id; closed when the test ends. */
  producer(options?: Partial<ProducerOptions>): KafkaProducer
  side(value: string | null): SideRecord
  values(partition?: number): Promise<(string | null)[]>
  sideValues(): Promise<(string | null)[]>
}

function record(
  value: string | null,
  partition = 0,
  key: string | null = null,
  timestamp = 1_700_000_000_000,
): TestRecord {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    timestamp,
    partition,
  }
}

function numbered(from: number, to: number, partition: (n: number) => number = () => 0): TestRecord[] {
  return Array.from({ length: to - from }, (_, i) => record(`v${from + i}`, partition(from + i)))
}

function send(producer: KafkaProducer, records: readonly TestRecord[]): Promise<void> {
  const { batch, partitions } = encodedBatch(records)
  return producer.send(batch, partitions)
}

export function kafkaProducerContract(
  name: string,
  makeProducer: (options: ProducerOptions) => KafkaProducer,
  compressions: readonly Compression[],
): void {
  const makePlace = async (t: TestContext, partitions = 1, maxMessageBytes = 1_000_000): Promise<Place> => {
    const topic = await createTopic(t, { partitions, config: { 'max.message.bytes': String(maxMessageBytes) } })
    const sideTopic = await createTopic(t)
    const transactionalId = uniqueName('test-id')
    return {
      topic,
      sideTopic,
      producer(options = {}) {
        const producer = makeProducer({
          topic,
          partitions,
          transactionalId,
          transactionTimeoutMs: 30_000,
          compression: 'none',
          maxMessageBytes,
          ...options,
        })
        t.after(() => producer.close())
        return producer
      },
      side: (value) => ({
        topic: sideTopic,
        partition: 0,
        key: Buffer.from('checkpoint'),
        value: value === null ? null : Buffer.from(value),
      }),
      values: async (partition) =>
        (await committedRecords(topic))
          .filter((one) => partition === undefined || one.partition === partition)
          .map(({ value }) => value),
      sideValues: async () => (await committedRecords(sideTopic)).map(({ value }) => value),
    }
  }
  const values = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `v${from + i}`)

  describe(`${name} keeps the laws of a Kafka producer`, () => {
    test('records and side record are seen together, and only after the commit', async (t) => {
      const place = await makePlace(t, 2)
      const producer = place.producer()
      await producer.init()
      await send(
        producer,
        numbered(0, 10, (n) => n % 2),
      )
      assert.deepEqual([await committedNow(place.topic), await committedNow(place.sideTopic)], [[], []])
      await producer.commit([place.side('10')])
      assert.deepEqual((await place.values()).sort(), values(0, 10).sort())
      assert.deepEqual(await place.sideValues(), ['10'])
    })

    test('every partition gets what it was told, in order, over several sends', async (t) => {
      const place = await makePlace(t, 3)
      const producer = place.producer()
      await producer.init()
      for (const from of [0, 100, 200])
        await send(
          producer,
          numbered(from, from + 100, (n) => (n * 7) % 3),
        )
      await producer.commit([])
      for (const partition of [0, 1, 2])
        assert.deepEqual(
          await place.values(partition),
          values(0, 300).filter((_, n) => (n * 7) % 3 === partition),
        )
    })

    test('keys, values and timestamps arrive as they were given, null and empty ones too', async (t) => {
      const place = await makePlace(t)
      const producer = place.producer()
      await producer.init()
      await send(producer, [
        record('plain', 0, 'key', 1_000),
        record(null, 0, 'tombstone', 1_500_000_000_001),
        record('no key', 0, null, 1_500),
        record('', 0, '', 0),
        record('snow ☃', 0, 'ключ', 1_700_000_000_123),
      ])
      await producer.commit([place.side(null)])
      const read = (await committedRecords(place.topic)).map(({ key, value, timestamp }) => [key, value, timestamp])
      assert.deepEqual(read, [
        ['key', 'plain', 1_000],
        ['tombstone', null, 1_500_000_000_001],
        [null, 'no key', 1_500],
        ['', '', 0],
        ['ключ', 'snow ☃', 1_700_000_000_123],
      ])
      assert.deepEqual(await place.sideValues(), [null])
    })

    test('headers arrive byte for byte, in their order, and only on the records that have them', async (t) => {
      const place = await makePlace(t, 2)
      const producer = place.producer()
      await producer.init()
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
      const headers: TestRecord['headers'][] = [
        [
          ['genesis.kind', 'duplicate'],
          ['bytes', bytes],
          ['empty', ''],
        ],
        undefined,
        [
          ['twice', 'a'],
          ['twice', 'b'],
        ],
        undefined,
      ]
      await send(producer, numbered(0, 2))
      await send(
        producer,
        headers.map((headers, i) => ({ ...record(i === 2 ? null : `h${i}`, i % 2, `key${i}`), headers })),
      )
      await send(producer, numbered(2, 4))
      await producer.commit([])
      const read = (await committedRecords(place.topic)).map(({ value, headers }) => [value, headers])
      assert.deepEqual(read, [
        ['v0', []],
        ['v1', []],
        [
          'h0',
          [
            ['genesis.kind', 'duplicate'],
            ['bytes', bytes.toString('latin1')],
            ['empty', ''],
          ],
        ],
        [
          null,
          [
            ['twice', 'a'],
            ['twice', 'b'],
          ],
        ],
        ['v2', []],
        ['v3', []],
        ['h1', []],
        ['h3', []],
      ])
    })

    test('side records may have headers and no key', async (t) => {
      const place = await makePlace(t)
      const producer = place.producer()
      await producer.init()
      const headers = [
        ['__connect.errors.topic', place.topic],
        ['__connect.errors.offset', '-1'],
      ] as const
      await producer.commit([place.side('checkpoint'), { ...place.side('dead'), key: null, headers }])
      const read = (await committedRecords(place.sideTopic)).map(({ key, value, headers }) => [key, value, headers])
      assert.deepEqual(read, [
        ['checkpoint', 'checkpoint', []],
        [null, 'dead', headers],
      ])
    })

    test('side records that only together are too large for their topic arrive, in their order', async (t) => {
      const place = await makePlace(t)
      for (const transactionalId of [uniqueName('test-id'), null]) {
        const producer = place.producer({ transactionalId })
        await producer.init()
        await producer.commit(['a', 'b', 'c'].map((letter) => place.side(letter.repeat(600_000))))
      }
      const read = (await place.sideValues()).map((value) => `${value?.[0]}${value?.length}`)
      assert.deepEqual(read, ['a600000', 'b600000', 'c600000', 'a600000', 'b600000', 'c600000'])
    })

    test('without a transaction no side record is written behind one that is refused', async (t) => {
      const place = await makePlace(t)
      const small = await createTopic(t, { config: { 'max.message.bytes': '100' } })
      const producer = place.producer({ transactionalId: null, deadLetters: { topic: small, maxMessageBytes: 100 } })
      await producer.init()
      const refused = { ...place.side('x'.repeat(200)), topic: small }
      await assert.rejects(producer.commit([place.side('before'), refused, place.side('behind')]), {
        code: 'RECORD_TOO_LARGE',
        message: new RegExp(`topic ${small}, partition 0: a dead letter .* at most 100 bytes`),
      })
      assert.deepEqual(await place.sideValues(), ['before'])
    })

    test('headers count for the size of a batch', async (t) => {
      const place = await makePlace(t, 1, 10_000)
      const producer = place.producer()
      await producer.init()
      const records = Array.from({ length: 20 }, (_, n) => ({
        ...record(`v${n}`),
        headers: [['filler', noise(n, 1_500)]] as const,
      }))
      await send(producer, records)
      await producer.commit([])
      assert.deepEqual(await place.values(), values(0, 20))
    })

    test('records without a time of their own get the time of sending', async (t) => {
      const place = await makePlace(t)
      const producer = place.producer()
      await producer.init()
      const { batch, partitions } = encodedBatch(numbered(0, 2))
      const before = Date.now()
      await producer.send({ ...batch, timestamps: undefined }, partitions)
      await producer.commit([])
      const after = Date.now()
      for (const { timestamp } of await committedRecords(place.topic))
        assert.ok(timestamp >= before && timestamp <= after, `${before} <= ${timestamp} <= ${after}`)
    })

    test('the buffers of a batch are free once send has resolved', async (t) => {
      const place = await makePlace(t)
      const producer = place.producer()
      await producer.init()
      const { batch, partitions } = encodedBatch(numbered(0, 50))
      await producer.send(batch, partitions)
      batch.bytes.fill(0x2a)
      batch.offsets.fill(0)
      partitions.fill(7)
      await producer.commit([])
      assert.deepEqual(await place.values(), values(0, 50))
    })

    test('many transactions back to back are all there', async (t) => {
      const place = await makePlace(t, 2)
      const producer = place.producer()
      await producer.init()
      for (let n = 0; n < 15; n++) {
        await send(
          producer,
          numbered(2 * n, 2 * n + 2, (m) => m % 2),
        )
        await producer.commit([place.side(String(n))])
      }
      assert.deepEqual((await place.values()).length, 30)
      assert.deepEqual(
        await place.sideValues(),
        Array.from({ length: 15 }, (_, n) => String(n)),
      )
    })

    test('a side record alone can be committed, and so can nothing', async (t) => {
      const place = await makePlace(t)
      const producer = place.producer()
      await producer.init()
      await producer.commit([])
      await producer.commit([place.side('alone')])
      await producer.commit([])
      assert.deepEqual(await place.sideValues(), ['alone'])
      assert.deepEqual(await place.values(), [])
    })

    test('what was sent but not committed is gone after close, and blocks no reader', async (t) => {
      const place = await makePlace(t)
      const producer = place.producer()
      await producer.init()
      await send(producer, numbered(0, 5))
      await producer.commit([])
      await send(producer, numbered(5, 9))
      await producer.close()
      await producer.close()
      // An open transaction would keep this from reaching the end of the log.
      assert.deepEqual(await place.values(), values(0, 5))
    })

    test('a new producer of the same id aborts what the old one left open, and goes on', async (t) => {
      const place = await makePlace(t)
      const old = place.producer()
      await old.init()
      await send(old, numbered(0, 3))
      await old.commit([place.side('3')])
      await send(old, numbered(3, 6))
      const successor = place.producer()
      await successor.init()
      assert.deepEqual(await place.values(), values(0, 3))
      await send(successor, numbered(3, 5))
      await successor.commit([place.side('5')])
      assert.deepEqual(await place.values(), values(0, 5))
      assert.deepEqual(await place.sideValues(), ['3', '5'])
    })

    for (const call of ['send', 'commit'] as const)
      test(`a fenced producer's ${call} rejects with KAFKA_FENCED, and it delivers nothing more`, async (t) => {
        const place = await makePlace(t)
        const old = place.producer()
        await old.init()
        await send(old, numbered(0, 3))
        const successor = place.producer()
        await successor.init()
        // A send may resolve before its answer is there: then the commit says so.
        await assert.rejects(
          async () => {
            if (call === 'send') await send(old, numbered(3, 6))
            await old.commit([place.side('6')])
          },
          { code: 'KAFKA_FENCED' },
        )
        await old.close()
        await send(successor, numbered(0, 2))
        await successor.commit([place.side('2')])
        assert.deepEqual(await place.values(), values(0, 2))
        assert.deepEqual(await place.sideValues(), ['2'])
      })

    test('after a rejection nothing since the last commit is seen, and a new producer goes on', async (t) => {
      const place = await makePlace(t, 1, 10_000)
      // It believes that the topic takes more than it does: the broker rejects.
      const producer = place.producer({ maxMessageBytes: 1_000_000 })
      await producer.init()
      await send(producer, numbered(0, 2))
      await producer.commit([place.side('2')])
      await send(producer, numbered(2, 4))
      await assert.rejects(
        async () => {
          await send(producer, [record('x'.repeat(20_000))])
          await producer.commit([place.side('5')])
        },
        { code: 'RECORD_TOO_LARGE' },
      )
      await assert.rejects(producer.commit([place.side('5')]))
      await producer.close()
      const next = place.producer()
      await next.init()
      await send(next, numbered(2, 5))
      await next.commit([place.side('5')])
      assert.deepEqual(await place.values(), values(0, 5))
      assert.deepEqual(await place.sideValues(), ['2', '5'])
    })

    test('a record larger than the topic allows is RECORD_TOO_LARGE, naming topic and limit', async (t) => {
      const place = await makePlace(t, 1, 10_000)
      const producer = place.producer()
      await producer.init()
      await assert.rejects(
        async () => {
          await send(producer, [...numbered(0, 3), record('x'.repeat(10_000))])
          await producer.commit([place.side('4')])
        },
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'RECORD_TOO_LARGE')
          assert.match(error.message, new RegExp(`topic ${place.topic}, partition 0.*at most 10000 bytes`))
          return true
        },
      )
      await producer.close()
      assert.deepEqual([await place.values(), await place.sideValues()], [[], []])
    })

    for (const compression of compressions)
      test(`a batch larger than the topic's largest message is split (${compression})`, async (t) => {
        const place = await makePlace(t, 2, 10_000)
        const producer = place.producer({ compression })
        await producer.init()
        // Different from one another, so that they do not compress below the limit.
        const records = Array.from({ length: 200 }, (_, n) => record(`v${n} ${noise(n, 480)}`, n % 2))
        await send(producer, records)
        await producer.commit([place.side('200')])
        for (const partition of [0, 1])
          assert.deepEqual(
            await place.values(partition),
            records.filter((one) => one.partition === partition).map(({ value }) => value?.toString()),
          )
      })

    test('batches are kept below maxBatchBytes, and a larger record goes in one of its own', async (t) => {
      const place = await makePlace(t, 1, 10_000)
      const producer = place.producer({ maxBatchBytes: 2_000 })
      await producer.init()
      const sizes = [100, 900, 900, 5_000, 300, 300, 9_000, 1]
      await send(
        producer,
        sizes.map((size) => record('x'.repeat(size))),
      )
      await producer.commit([])
      const values = await place.values()
      assert.deepEqual(
        values.map((value) => value?.length),
        sizes,
      )
      for (const batch of await committedBatches(place.topic)) assert.ok(batch.records === 1 || batch.bytes <= 2_000)
    })

    test('without a transactional id records are there at the commit, and the side record after them', async (t) => {
      const place = await makePlace(t, 2)
      const producer = place.producer({ transactionalId: null })
      await producer.init()
      await send(
        producer,
        numbered(0, 20, (n) => n % 2),
      )
      await producer.commit([place.side('20')])
      await send(
        producer,
        numbered(20, 30, (n) => n % 2),
      )
      await producer.commit([place.side('30')])
      assert.deepEqual(
        await place.values(0),
        values(0, 30).filter((_, n) => n % 2 === 0),
      )
      assert.deepEqual(
        await place.values(1),
        values(0, 30).filter((_, n) => n % 2 === 1),
      )
      assert.deepEqual(await place.sideValues(), ['20', '30'])
    })
  })
}

/** Text that hardly compresses, the same for the same seed. */
function noise(seed: number, length: number): string {
  let state = seed + 1
  let text = ''
  while (text.length < length) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
    text += ((state >>> 0) % 78_364_164_096).toString(36)
  }
  return text.slice(0, length)
}
