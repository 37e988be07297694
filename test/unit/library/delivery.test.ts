import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { errorTable, type ErrorCode } from '#src/errors.js'
import { openGenerator } from '#src/model/open.js'
import { makeBatch, snapshot, type AnyRow, type Batch } from '#src/library/batch.js'
import { DeadLetterFile } from '#src/library/dead-letters.js'
import { Delivery, type DeliveryOptions } from '#src/library/delivery.js'
import { StreamInfo } from '#src/library/publisher.js'
import { RetryPolicy } from '#src/library/retry-policy.js'
import { StreamingError } from '#src/library/streaming-error.js'
import { recorderOf, StreamingMetrics } from '#src/library/streaming-metrics.js'
import { modelOf, randomArtifact } from '../../support/models.js'
import { SimulatedClock } from '../../support/simulated-clock.js'

const generator = openGenerator(modelOf(randomArtifact(1)), { capacity: 100 })

function batchAt(position: number, length: number): Batch {
  generator.start(position)
  return makeBatch<AnyRow>(snapshot(generator.generate(length)))
}

/** A delivery whose publisher throws what `fails` says of a batch and an attempt, both counted from 0. */
function make(
  fails: (batch: Batch, attempt: number) => Error | null,
  options: Partial<DeliveryOptions<AnyRow>> = {},
  policy = new RetryPolicy(),
) {
  const clock = new SimulatedClock()
  const metrics = new StreamingMetrics()
  const delivered: number[] = []
  const attemptsAt: number[] = []
  const publisher = {
    publish(batch: Batch): Promise<void> {
      attemptsAt.push(clock.now())
      const failure = fails(batch, attemptsAt.length - 1)
      if (failure !== null) return Promise.reject(failure)
      for (let i = 0; i < batch.length; i++) delivered.push(batch.position + i)
      return Promise.resolve()
    },
  }
  const delivery = new Delivery<AnyRow>({
    publisher,
    retryPolicy: policy,
    onError: 'retry',
    deadLetters: null,
    recorder: recorderOf(metrics),
    clock,
    signal: undefined,
    acknowledged: () => undefined,
    random: () => 1 - Number.EPSILON,
    ...options,
  })
  return { delivery, metrics, delivered, attemptsAt, clock }
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'genesis-delivery-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

describe('a failed delivery', () => {
  test('is tried again after waits that grow by the factor up to the maximum', async () => {
    const policy = new RetryPolicy({ maxRetries: 6, backoffFactor: 3, initialBackoffSeconds: 1, maxBackoffSeconds: 20 })
    const { delivery, attemptsAt, metrics, delivered } = make(
      (_, attempt) => (attempt < 5 ? new Error('no') : null),
      {},
      policy,
    )
    await delivery.deliver(batchAt(0, 10), 0)
    const waits = attemptsAt.slice(1).map((at, i) => Math.round((at - attemptsAt[i]) / 1000))
    assert.deepEqual(waits, [1, 3, 9, 20, 20])
    assert.equal(delivered.length, 10)
    assert.deepEqual([metrics.errors, metrics.retries, metrics.totalRecords, metrics.batchesSent], [5, 5, 10, 1])
  })

  test('waits at least half of that, by chance', async () => {
    const policy = new RetryPolicy({ initialBackoffSeconds: 2 })
    const { delivery, attemptsAt } = make(
      (_, attempt) => (attempt < 1 ? new Error('no') : null),
      { random: () => 0 },
      policy,
    )
    await delivery.deliver(batchAt(0, 1), 0)
    assert.deepEqual(attemptsAt, [0, 1000])
  })

  test('ends the stream with the error once the retries are used up; what is not an error of ours is SINK_FAILED', async () => {
    const { delivery, attemptsAt, metrics } = make(() => new Error('socket closed'))
    await assert.rejects(delivery.deliver(batchAt(0, 10), 0), (error: StreamingError) => {
      assert.equal(error.code, 'SINK_FAILED')
      assert.match(error.message, /socket closed/)
      return true
    })
    assert.equal(attemptsAt.length, 4)
    assert.equal(metrics.totalRecords, 0)
  })

  test('is tried again exactly if its row in the error table is retriable', async () => {
    for (const code of Object.keys(errorTable) as ErrorCode[]) {
      const { delivery, attemptsAt } = make(() => new StreamingError(code, 'no'))
      await assert.rejects(delivery.deliver(batchAt(0, 1), 0), { code })
      assert.equal(attemptsAt.length, errorTable[code].retriable ? 4 : 1, code)
    }
  })

  test('is not tried again with stop', async () => {
    const { delivery, attemptsAt } = make(() => new Error('no'), { onError: 'stop' })
    await assert.rejects(delivery.deliver(batchAt(0, 1), 0), { code: 'SINK_FAILED' })
    assert.equal(attemptsAt.length, 1)
  })

  test('is given up in the middle of a wait when the stream is stopped', async () => {
    const stop = new AbortController()
    const policy = new RetryPolicy({ maxRetries: Infinity, initialBackoffSeconds: 60 })
    const { delivery, attemptsAt } = make(
      () => {
        setImmediate(() => stop.abort())
        return new Error('no')
      },
      { signal: stop.signal },
      policy,
    )
    await delivery.deliver(batchAt(0, 1), 0)
    assert.equal(attemptsAt.length, 1)
  })
})

describe('with skip', () => {
  test('a batch that fails after all retries is left out, and its positions are said', async () => {
    const bad = (batch: Batch): Error | null => (batch.position === 10 ? new Error('no') : null)
    const { delivery, metrics, delivered } = make(bad, { onError: 'skip' })
    for (const position of [0, 10, 20]) await delivery.deliver(batchAt(position, 10), 0)
    assert.deepEqual(metrics.gaps, [{ from: 10, to: 20, reason: 'SINK_FAILED' }])
    assert.deepEqual([metrics.dropped, metrics.retries, delivered.length], [10, 3, 20])
  })

  test('only the record that is itself at fault is left out', async () => {
    const bad = ({ position, length }: Batch): Error | null =>
      position <= 37 && 37 < position + length ? new StreamingError('RECORD_TOO_LARGE', 'no') : null
    const { delivery, metrics, delivered } = make(bad, { onError: 'skip' })
    await delivery.deliver(batchAt(0, 100), 0)
    assert.deepEqual(metrics.gaps, [{ from: 37, to: 38, reason: 'RECORD_TOO_LARGE' }])
    assert.deepEqual(
      delivered,
      Array.from({ length: 100 }, (_, p) => p).filter((p) => p !== 37),
    )
  })

  test('an error that is not of the records ends the stream all the same', async () => {
    const { delivery, metrics } = make(() => new StreamingError('KAFKA_AUTHORIZATION', 'no'), { onError: 'skip' })
    await assert.rejects(delivery.deliver(batchAt(0, 10), 0), { code: 'KAFKA_AUTHORIZATION' })
    assert.equal(metrics.dropped, 0)
  })

  test('the records that are left out go to the dead-letter file, with the headers of Kafka Connect', async (t) => {
    const file = join(await folder(t), 'dead.jsonl')
    const { delivery } = make(() => new Error('no'), { onError: 'skip', deadLetters: new DeadLetterFile(file) })
    const batch = batchAt(5, 2)
    await delivery.deliver(batch, 0)
    const lines = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    const headers = {
      '__connect.errors.stage': 'TASK_PUT',
      '__connect.errors.exception.class.name': 'SINK_FAILED',
      '__connect.errors.exception.message': 'the publisher failed; found no',
    }
    assert.deepEqual(
      lines,
      batch.toJSON().map((value, i) => ({ position: 5 + i, headers, value })),
    )
  })

  test('a dead-letter file that cannot be written ends the stream', async (t) => {
    const file = join(await folder(t), 'none', 'dead.jsonl')
    const { delivery } = make(() => new Error('no'), { onError: 'skip', deadLetters: new DeadLetterFile(file) })
    await assert.rejects(delivery.deliver(batchAt(0, 1), 0), /dead\.jsonl: skipped records cannot be written.*ENOENT/)
  })
})

test('a publisher is opened again as deliveries are, and says where the stream goes on', async () => {
  let attempts = 0
  const { delivery } = make(() => null, {
    publisher: {
      open: () => (attempts++ < 2 ? Promise.reject(new Error('not yet')) : 1234),
      publish: () => undefined,
    },
  })
  assert.equal(await delivery.open(new StreamInfo(generator.fields, generator.fingerprint, 7)), 1234)
  assert.equal(attempts, 3)
})
