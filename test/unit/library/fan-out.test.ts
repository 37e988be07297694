import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Batch } from '#src/library/batch.js'
import { RetryPolicy } from '#src/library/retry-policy.js'
import { StreamingError } from '#src/library/streaming-error.js'
import { StreamingGenerator } from '#src/library/streaming-generator.js'
import { StreamingMetrics } from '#src/library/streaming-metrics.js'
import { SyntheticGenerator } from '#src/library/synthetic-generator.js'
import { shipped } from '../../support/genesis.js'

const generator = await SyntheticGenerator.load(shipped('models/customers.json'))
const options = { batchSize: 10, maxRecords: 200 }

/** Keeps what it gets, each batch after `before` has let it. */
function collector(before: (batch: Batch) => Promise<void> | void = () => undefined) {
  const records: string[] = []
  const calls: string[] = []
  return {
    records,
    calls,
    async publish(batch: Batch): Promise<void> {
      await before(batch)
      records.push(...[...batch].map((row) => JSON.stringify(row)))
    },
    close: () => void calls.push('close'),
  }
}

async function errorOf(work: Promise<unknown>): Promise<StreamingError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof StreamingError, String(error))
  return error
}

describe('a stream to several publishers', () => {
  test('is the same records for each, with metrics of its own', async () => {
    const [a, b, alone] = [collector(), collector(), collector()]
    const streamer = new StreamingGenerator(generator, { seed: 3 })
    const metrics = await streamer.streamTo([a, b], options)
    await streamer.streamTo(alone, options)
    assert.equal(alone.records.length, 200)
    assert.deepEqual([a.records, b.records], [alone.records, alone.records])
    assert.deepEqual(
      metrics.map(({ totalRecords, batchesSent }) => [totalRecords, batchesSent]),
      [
        [200, 20],
        [200, 20],
      ],
    )
    assert.deepEqual([a.calls, b.calls], [['close'], ['close']])
  })

  test('goes on in the others while one takes nothing', async () => {
    let release!: () => void
    const gate = new Promise<void>((resolve) => (release = resolve))
    let others!: () => void
    const done = new Promise<void>((resolve) => (others = resolve))
    const blocked = collector(() => gate)
    const fast = collector()
    const metricsCollectors = [new StreamingMetrics(), new StreamingMetrics()]
    const streamer = new StreamingGenerator(generator, { bufferSize: 30 })
    const all = streamer.streamTo([blocked, { ...fast, close: others }], { ...options, metricsCollectors })
    await done
    assert.equal(fast.records.length, 200)
    assert.deepEqual([metricsCollectors[0].totalRecords, metricsCollectors[0].buffered], [0, 30])
    release()
    assert.deepEqual(await all, metricsCollectors)
    assert.deepEqual(blocked.records, fast.records)
  })

  test('goes on in the others when one fails, and then says which and why', async () => {
    const failing = (message: string, at: number) =>
      collector(({ position }) => {
        if (position >= at) throw new Error(message)
      })
    const retryPolicy = new RetryPolicy({ maxRetries: 0 })
    const streamer = new StreamingGenerator(generator, { retryPolicy })
    const [good, bad] = [collector(), failing('no more', 50)]
    const metricsCollectors = [new StreamingMetrics(), new StreamingMetrics()]
    const one = await errorOf(streamer.streamTo([good, bad], { ...options, metricsCollectors }))
    assert.equal(one.code, 'SINK_FAILED')
    assert.match(one.message, /^publishers\[1\]: the publisher failed; found no more/)
    assert.deepEqual([good.records.length, bad.records.length], [200, 50])
    assert.deepEqual(
      metricsCollectors.map(({ totalRecords, errors }) => [totalRecords, errors]),
      [
        [200, 0],
        [50, 1],
      ],
    )
    assert.deepEqual(bad.calls, ['close'])
    const two = await errorOf(streamer.streamTo([failing('x', 0), good, failing('y', 0)], options))
    assert.match(two.message, /^2 publishers failed, the first: publishers\[0\]: .*found x/)
    assert.deepEqual(
      two.details.all?.map(({ details }) => details.place),
      ['publishers[0]', 'publishers[2]'],
    )
  })

  test('goes on for each where its publisher has ended', async () => {
    const resumed = { ...collector(), open: () => 150 }
    const [first, second] = await new StreamingGenerator(generator).streamTo([collector(), resumed], options)
    assert.deepEqual([first.totalRecords, second.totalRecords], [200, 50])
  })

  test('is refused, before anything is opened, where the list or an option is wrong', async () => {
    const streamer = new StreamingGenerator(generator)
    const opened: string[] = []
    const a = { ...collector(), open: () => void opened.push('a') }
    const wrong = async (work: Promise<unknown>, message: RegExp): Promise<void> => {
      const error = await errorOf(work)
      assert.equal(error.code, 'OPTION_INVALID')
      assert.match(error.message, message)
    }
    await wrong(streamer.streamTo([], options), /no publishers/)
    await wrong(streamer.streamTo([a, a], options), /duplicate publisher/)
    await wrong(streamer.streamTo([a, {} as typeof a], options), /streamTo: publishers\[1\]: not a publisher/)
    const one = new StreamingMetrics()
    await wrong(
      streamer.streamTo([a, collector()], { metricsCollectors: [one, one] }),
      /metricsCollectors: wrong value.*expected 2 different StreamingMetrics/,
    )
    const single = { metricsCollector: one }
    await wrong(streamer.streamTo([a, collector()], single as object), /several publishers need one collector each/)
    const unknown = { batchSzie: 1 }
    await wrong(streamer.streamTo([a, collector()], unknown as object), /unknown option; found batchSzie/)
    assert.deepEqual(opened, [])
  })
})
