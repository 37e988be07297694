import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { pipeline } from 'node:stream/promises'
import type { AnyRow, Batch } from '#src/library/batch.js'
import { RetryPolicy } from '#src/library/retry-policy.js'
import { StreamingError } from '#src/library/streaming-error.js'
import { KafkaPublisher } from '#src/library/publishers/kafka-publisher.js'
import { StreamingGenerator, type StreamingGeneratorOptions } from '#src/library/streaming-generator.js'
import { StreamingMetrics } from '#src/library/streaming-metrics.js'
import { SyntheticGenerator } from '#src/library/synthetic-generator.js'
import { shipped } from '../../support/genesis.js'

interface Customer {
  readonly id: number
  readonly segment: 'basic' | 'standard' | 'premium'
  readonly status: 'active' | 'inactive' | 'churned'
  readonly lifetime_value: number
}

const generator = await SyntheticGenerator.load<Customer>(shipped('models/customers.json'))

/** What goes through a publisher, and where it came from. */
function collector() {
  const rows: Customer[] = []
  const positions: number[] = []
  const calls: string[] = []
  return {
    rows,
    positions,
    calls,
    open: (): void => void calls.push('open'),
    publish(batch: Batch<Customer>): void {
      calls.push('publish')
      rows.push(...batch)
      for (let i = 0; i < batch.length; i++) positions.push(batch.position + i)
    },
    close: (): void => void calls.push('close'),
  }
}

const code =
  (expected: string, message = /./) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof StreamingError, String(error))
    assert.equal(error.code, expected, error.message)
    assert.match(error.message, message)
    return true
  }

describe('a loaded model', () => {
  test('has a name and columns, and gives samples', () => {
    assert.equal(generator.columns[0].name, 'id')
    assert.deepEqual(generator.columns[8], {
      name: 'lifetime_value',
      type: { kind: 'decimal', scale: 2 },
      nullable: generator.columns[8].nullable,
    })
    const sample = generator.sample(5, { conditions: { segment: 'basic' }, seed: 3, from: 10 })
    assert.deepEqual([sample.length, sample.position], [5, 10])
    assert.ok([...sample].every(({ segment }) => segment === 'basic'))
    assert.ok(generator.probability({ segment: 'basic' }) > 0.1)
  })

  test('that is not there, or is none, is refused with its path', async () => {
    await assert.rejects(SyntheticGenerator.load('/none.json'), code('MODEL_UNREADABLE', /\/none\.json.*no such file/))
    await assert.rejects(SyntheticGenerator.load(shipped('tsconfig.json')), code('MODEL_INVALID', /tsconfig\.json/))
  })
})

describe('pull mode', () => {
  test('gives batches of rows, and the last one is what is left', async () => {
    const batches: Batch<Customer>[] = []
    for await (const batch of new StreamingGenerator(generator).stream({ batchSize: 10, maxRecords: 25 }))
      batches.push(batch)
    assert.deepEqual(
      batches.map(({ position, length }) => [position, length]),
      [
        [0, 10],
        [10, 10],
        [20, 5],
      ],
    )
    const [first] = batches
    assert.deepEqual(
      first.columns,
      generator.columns.map(({ name }) => name),
    )
    assert.deepEqual(JSON.parse(JSON.stringify(first)), [...first])
    assert.deepEqual(Object.keys([...first][0]), first.columns)
    // Batches stay as they are when the stream goes on.
    assert.deepEqual(
      batches.flatMap((batch) => [...batch]),
      [...generator.sample(25)],
    )
  })

  test('begins anywhere with the same records, and with a seed has others', async () => {
    const rows = async (options: StreamingGeneratorOptions, from: number): Promise<Customer[]> => {
      const found: Customer[] = []
      for await (const batch of new StreamingGenerator(generator, options).stream({ from, to: 40, batchSize: 7 })) {
        found.push(...batch)
      }
      return found
    }
    const whole = await rows({}, 0)
    assert.deepEqual(await rows({}, 13), whole.slice(13))
    assert.notDeepEqual(await rows({ seed: 1 }, 0), whole)
  })

  test('every record satisfies the conditions', async () => {
    const conditions = { segment: 'premium', lifetime_value: ['>', 10_000] }
    for await (const batch of new StreamingGenerator(generator).stream({ conditions, maxRecords: 500 })) {
      for (const row of batch) assert.ok(row.segment === 'premium' && row.lifetime_value > 10_000)
    }
  })

  test('refers to the records of another stream, and copies their columns', async () => {
    const orders = new StreamingGenerator(await SyntheticGenerator.load(shipped('models/orders.json')))
    const customers = { generator, conditions: { segment: 'premium' }, seed: 5, key: 'id', among: 50 }
    const copy = { region: 'region', born_with: 'name' }
    const references = [
      { ...customers, column: 'customer_id', skew: 'zipf', copy },
      { ...customers, column: 'referred_by' },
    ] as const
    const there = [...generator.sample(50, { seed: 5, conditions: { segment: 'premium' } })]
    let seen = 0
    for await (const batch of orders.stream({ references, maxRecords: 300 })) {
      assert.deepEqual(batch.columns.slice(-4), ['customer_id', 'region', 'born_with', 'referred_by'])
      for (const row of batch) {
        const customer = there.find(({ id }) => id === row.customer_id) as AnyRow | undefined
        assert.deepEqual([row.region, row.born_with], [customer?.region, customer?.name])
        assert.ok(there.some(({ id }) => id === row.referred_by))
        seen++
      }
    }
    assert.equal(seen, 300)
  })

  test('leaving the loop frees everything: nothing keeps the process waiting', async () => {
    const metrics = new StreamingMetrics()
    for await (const batch of new StreamingGenerator(generator).stream({
      intervalSeconds: 3600,
      metricsCollector: metrics,
    })) {
      assert.equal(batch.length, 100)
      break
    }
    assert.equal(process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length, 0)
    assert.equal(metrics.buffered, 0)
  })

  test('a signal ends the loop without an error', async () => {
    const stop = new AbortController()
    let batches = 0
    for await (const { length } of new StreamingGenerator(generator).stream({ signal: stop.signal })) {
      assert.equal(length, 100)
      if (++batches === 3) stop.abort()
    }
    assert.equal(batches, 3)
  })
})

describe('push mode', () => {
  test('opens, publishes every position once and in order, closes, and resolves to the metrics', async () => {
    const publisher = collector()
    const metrics = new StreamingMetrics()
    const result = await new StreamingGenerator(generator).streamTo(publisher, {
      batchSize: 100,
      maxRecords: 250,
      conditions: { status: 'active' },
      metricsCollector: metrics,
    })
    assert.equal(result, metrics)
    assert.deepEqual(publisher.calls, ['open', 'publish', 'publish', 'publish', 'close'])
    assert.deepEqual(
      publisher.positions,
      Array.from({ length: 250 }, (_, p) => p),
    )
    assert.ok(publisher.rows.every(({ status }) => status === 'active'))
    assert.deepEqual([metrics.totalRecords, metrics.batchesSent, metrics.errors, metrics.dropped], [250, 3, 0, 0])
  })

  test('ends after maxBatches full batches, at any rate', async () => {
    const publisher = collector()
    await new StreamingGenerator(generator).streamTo(publisher, { batchSize: 20, maxBatches: 3, rateLimit: 2000 })
    assert.equal(publisher.rows.length, 60)
    assert.equal(publisher.calls.filter((call) => call === 'publish').length, 3)
  })

  test('is stopped by a signal after the batch under way, and resolves', async () => {
    const publisher = collector()
    const stop = new AbortController()
    const publish = (batch: Batch<Customer>): void => {
      publisher.publish(batch)
      stop.abort()
    }
    const metrics = await new StreamingGenerator(generator).streamTo({ ...publisher, publish }, { signal: stop.signal })
    assert.equal(metrics.totalRecords, 100)
    assert.equal(publisher.calls.at(-1), 'close')
    const before = await new StreamingGenerator(generator).streamTo(publisher, { signal: AbortSignal.abort() })
    assert.equal(before.totalRecords, 0)
  })

  test('closes the publisher whose failure ends the stream', async () => {
    const publisher = collector()
    const failing = { ...publisher, publish: (): Promise<void> => Promise.reject(new Error('gone')) }
    const streamer = new StreamingGenerator(generator, { retryPolicy: new RetryPolicy({ maxRetries: 0 }) })
    await assert.rejects(streamer.streamTo(failing, {}), code('SINK_FAILED', /gone/))
    assert.deepEqual(publisher.calls, ['open', 'close'])
  })

  test('ends a stream whose buffer overflows, while the sink still blocks', async () => {
    const streamer = new StreamingGenerator(generator, { bufferSize: 50, onBufferFull: 'error' })
    const blocked = { publish: (): Promise<void> => new Promise(() => undefined) }
    await assert.rejects(
      streamer.streamTo(blocked, { batchSize: 10, rateLimit: 5000 }),
      code('BUFFER_FULL', /position/),
    )
  })

  test('goes on where the publisher says that it is', async () => {
    const publisher = collector()
    await new StreamingGenerator(generator).streamTo({ ...publisher, open: () => 40 }, { maxRecords: 60 })
    assert.deepEqual([publisher.positions[0], publisher.positions.length], [40, 20])
  })

  test('at an adaptive rate begins carefully', async () => {
    const publisher = collector()
    const metrics = await new StreamingGenerator(generator).streamTo(publisher, {
      adaptiveRate: true,
      targetLatencyMs: 50,
      maxRecords: 20,
    })
    assert.equal(metrics.totalRecords, 20)
  })
})

describe('as a stream', () => {
  test('of Node, rows go through a pipeline', async () => {
    const ids: number[] = []
    await pipeline(
      new StreamingGenerator(generator).readable({ maxRecords: 250 }),
      async (rows: AsyncIterable<Customer>) => {
        for await (const { id } of rows) ids.push(id)
      },
    )
    assert.deepEqual(
      ids,
      [...generator.sample(250)].map(({ id }) => id),
    )
  })

  test('of the Web, reading can end at any time', async () => {
    const reader = new StreamingGenerator(generator).webReadable({ intervalSeconds: 3600 }).getReader()
    const { value } = await reader.read()
    assert.deepEqual(value, [...generator.sample(1)][0])
    await reader.cancel()
    assert.equal(process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length, 0)
  })
})

describe('a mistake in the options', () => {
  const streamer = new StreamingGenerator(generator)
  const wrong: [what: string, call: () => unknown, message: RegExp][] = [
    ['an unknown name', () => streamer.stream({ batchsize: 3 } as object), /batchsize; expected batchSize/],
    ['a wrong type', () => streamer.stream({ batchSize: '3' } as object), /batchSize: wrong value; found "3"/],
    ['a value out of range', () => streamer.stream({ batchSize: 0 }), /from 1 to 65536/],
    ['two paces', () => streamer.stream({ rateLimit: 1, intervalSeconds: 1 }), /exclude each other/],
    ['what only push mode has', () => streamer.stream({ adaptiveRate: true } as object), /unknown option/],
    [
      'a reference without its generator',
      () => streamer.stream({ references: [{ column: 'c', key: 'id', among: 3 } as never] }),
      /references\[0\]: a reference is incomplete; expected generator/,
    ],
    ['event times without rate', () => streamer.stream({ eventTime: 'throughput' }), /a rate known in advance/],
    ['a shape without rate', () => streamer.stream({ shape: { type: 'sine', periodSeconds: 9 } }), /needs a rate/],
    [
      'an incomplete shape',
      () => streamer.stream({ rateLimit: 1, shape: { type: 'ramp', toRate: 9 } as never }),
      /shape ramp needs period; found none; expected shape\.periodSeconds/,
    ],
    ['an end before the beginning', () => streamer.stream({ from: 10, to: 5 }), /expected to of at least 10/],
    ['no generator', () => new StreamingGenerator({} as never), /generator: wrong value/],
    [
      'a policy',
      () => new StreamingGenerator(generator, { onBufferFull: 'wait' } as object),
      /one of block, drop, error/,
    ],
    ['dead letters without skip', () => new StreamingGenerator(generator, { deadLetterFile: 'x' }), /onError: 'skip'/],
    ['a retry policy', () => new RetryPolicy({ maxRetries: -1 }), /maxRetries/],
  ]
  for (const [what, call, message] of wrong) {
    test(`says what was found and expected: ${what}`, () => {
      assert.throws(call, code('OPTION_INVALID', message))
    })
  }

  test('of a KafkaPublisher goes by the names that its options have', () => {
    const to = (options: object) => () => new KafkaPublisher({ bootstrapServers: 'a:1', topic: 't', ...options })
    assert.throws(
      to({ bootstrapServers: 'nobody' }),
      code('CONFIG_INVALID', /^KafkaPublisher: bootstrapServers: wrong/),
    )
    assert.throws(to({ keyFormat: 'text' }), code('CONFIG_INVALID', /^KafkaPublisher: keyFormat: wrong value/))
    assert.throws(to({ sasl: { mechanism: 'PLAIN' } }), code('CONFIG_INVALID', /^KafkaPublisher: sasl\.mechanism: inc/))
    assert.throws(
      to({ tls: { serverNam: 'x' } }),
      code('CONFIG_INVALID', /^KafkaPublisher: tls\.server.*tls\.serverName/),
    )
  })

  test('in the conditions has the code of conditions', () => {
    assert.throws(() => streamer.stream({ conditions: { segmnt: 'premium' } }), code('CONDITION_INVALID', /segment/))
    assert.throws(
      () => streamer.stream({ conditions: { segment: 'premium', age: ['>', 999] } }),
      code('CONDITION_UNSATISFIABLE'),
    )
  })

  test('or a publisher that is none rejects', async () => {
    await assert.rejects(streamer.streamTo({} as never), code('OPTION_INVALID', /publish\(batch\)/))
    await assert.rejects(streamer.streamTo(null as never), code('OPTION_INVALID', /not a publisher/))
  })
})
