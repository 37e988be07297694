import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { GenesisError, type ErrorCode } from '#src/errors.js'
import { Task, type TaskOptions } from '#src/runtime/task.js'
import { OutageLog } from '#src/runtime/outage-log.js'
import { Turns, type Turn } from '#src/runtime/turns.js'
import type { TaskEvents } from '#src/runtime/task-events.js'
import { TaskTrace } from '#src/runtime/task-trace.js'
import type { Span } from '#src/telemetry/span.js'
import { Tracer } from '#src/telemetry/tracer.js'
import { Recovery } from '#src/delivery/recovery.js'
import type { Counters } from '#src/delivery/counters.js'
import { FixedRate } from '../../support/fixed-rate.js'
import type { Pacer } from '#src/pacing/pacer.js'
import { Unlimited } from '#src/pacing/unlimited.js'
import type { Encoder } from '#src/encode/encoder.js'
import { DownstreamClosed, type Sink } from '#src/sink/sink.js'
import {
  fingerprint,
  MemorySink,
  MemoryStore,
  PositionEncoder,
  PositionGenerator,
  type Script,
} from '../../support/fake-task.js'
import { SimulatedClock } from '../../support/simulated-clock.js'

const retry: TaskOptions['errors'] = {
  policy: 'retry',
  maxRetries: 3,
  retryTimeoutMs: Infinity,
  backoffFactor: 2,
  initialBackoffMs: 100,
  maxBackoffMs: 1000,
}

/** The defaults of a connector file. */
const unlimited = { maxRetries: Infinity, maxBackoffMs: 60_000 }

interface Setup {
  clock?: SimulatedClock
  recovery?: Recovery
  store?: MemoryStore
  script?: Script
  to?: number | null
  from?: number
  shard?: number
  shards?: number
  batch?: number
  boundary?: 'batch' | 'interval'
  intervalMs?: number
  errors?: Partial<TaskOptions['errors']>
  pacer?: Pacer
  sink?: Sink
  encoder?: Encoder
  turn?: Turn
  /** Hears of every state. */
  state?: TaskEvents['state']
  trace?: TaskTrace
}

function make(setup: Setup) {
  const { shard = 0, shards = 1, store = new MemoryStore() } = setup
  const clock = setup.clock ?? new SimulatedClock()
  const states: string[] = []
  const waits: number[] = []
  const seen: { counters: Counters | null } = { counters: null }
  const sink = new MemorySink(store, setup.script)
  const task = new Task(
    {
      shard: { connector: 'c', shard, shards },
      from: setup.from ?? 0,
      to: setup.to === undefined ? 100 : setup.to,
      transaction: { boundary: setup.boundary ?? 'batch', intervalMs: setup.intervalMs ?? 100 },
      errors: { ...retry, ...setup.errors },
    },
    {
      generator: new PositionGenerator(setup.batch ?? 10, shards),
      encoder: setup.encoder ?? new PositionEncoder(),
      sink: setup.sink ?? sink,
      pacer: setup.pacer ?? new Unlimited(),
      trace: setup.trace,
      turn: setup.turn,
    },
    {
      state(state, failure, retryInMs) {
        setup.state?.(state, failure, retryInMs)
        states.push(state)
        if (state === 'RESTARTING') waits.push(retryInMs)
      },
      progress: (counters) => (seen.counters = counters),
    },
    clock,
    () => 0.5,
    setup.recovery,
  )
  const counters = (): Counters => {
    assert.ok(seen.counters)
    return seen.counters
  }
  return { task, store, clock, states, waits, counters, sink }
}

const range = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step)

const failing = (code: ErrorCode, applied = false) => ({ error: new GenesisError(code, 'as scripted'), applied })

/** Fails the n-th call of a kind (counted from 0), once. */
function once(kind: 'open' | 'write' | 'commit', nth: number, code: ErrorCode, applied = false): Script {
  let calls = 0
  return (call) => (call === kind && calls++ === nth ? failing(code, applied) : null)
}

describe('a task', () => {
  test('writes in turns with others, a transaction each, and passes its turn on when it fails', async () => {
    const clock = new SimulatedClock()
    const turns = new Turns({ after: () => () => undefined })
    const written: number[] = []
    const shards = 3
    const failsOnce = once('write', 2, 'KAFKA_RETRIABLE')
    const tasks = range(0, shards).map((shard) =>
      make({
        clock,
        shard,
        shards,
        to: 90,
        boundary: 'interval',
        turn: turns.turn(),
        script: (call, positions) => {
          if (call === 'write') {
            written.push(shard)
            // A turn is ten batches long.
            clock.time += 10
          }
          return shard === 1 ? failsOnce(call, positions) : null
        },
      }),
    )
    // A shard has 30 records in three batches: one transaction.
    const ends = await Promise.all(tasks.map(({ task }) => task.run()))
    assert.deepEqual(ends, Array(shards).fill({ end: 'complete' }))
    assert.deepEqual(written, [0, 0, 0, 1, 1, 1, 2, 2, 2, 1, 1, 1])
    for (const [shard, { store }] of tasks.entries()) assert.deepEqual(store.records, range(shard, 90, shards))
  })

  test('that waits for its turn ends when it is stopped', async () => {
    const turns = new Turns({ after: () => () => undefined })
    await turns.turn().take()
    const { task, store } = make({
      to: null,
      turn: turns.turn(),
      state: (state) => {
        if (state === 'RUNNING') setImmediate(() => task.stop())
      },
    })
    assert.deepEqual(await task.run(), { end: 'stopped' })
    assert.deepEqual(store.records, [])
  })

  test('delivers the positions below the bound, a transaction per batch, and is complete', async () => {
    const { task, store, counters, states } = make({ to: 25 })
    assert.deepEqual(await task.run(), { end: 'complete' })
    assert.deepEqual(store.records, range(0, 25))
    assert.deepEqual(store.commits, [10, 10, 5])
    assert.deepEqual(store.checkpoint, { position: 25, fingerprint, shards: 1 })
    assert.deepEqual(states, ['RUNNING'])
    const { records, bytes, batches, commits, errors, position } = counters()
    assert.deepEqual(
      { records, bytes, batches, commits, errors, position },
      { records: 25, bytes: 200, batches: 3, commits: 3, errors: 0, position: 25 },
    )
    assert.equal(
      counters().transactions.counts.reduce((sum, count) => sum + count),
      3,
    )
  })

  test('delivers only the positions of its shard', async () => {
    const { task, store } = make({ shard: 2, shards: 3, to: 20, batch: 4 })
    assert.deepEqual(await task.run(), { end: 'complete' })
    assert.deepEqual(store.records, range(2, 20, 3))
    assert.equal(store.checkpoint?.position, 20)
  })

  test('begins at the first position of its shard that is not below the start of the range', async () => {
    const { task, store } = make({ shard: 1, shards: 4, from: 10, to: 30 })
    await task.run()
    assert.deepEqual(store.records, range(13, 30, 4))
  })

  test('goes on from a checkpoint and is complete at once when nothing is left', async () => {
    const store = new MemoryStore()
    store.checkpoint = { position: 40, fingerprint, shards: 1 }
    await make({ store, to: 50 }).task.run()
    assert.deepEqual(store.records, range(40, 50))
    const again = make({ store, to: 50 })
    assert.deepEqual(await again.task.run(), { end: 'complete' })
    assert.equal(store.records.length, 10)
    assert.equal(again.counters().records, 0)
  })

  test('commits by interval, and never leaves a transaction open while it waits for its pacer', async () => {
    const { task, store, clock } = make({
      boundary: 'interval',
      pacer: new FixedRate({ ratePerSecond: 1 }),
      to: 5,
    })
    await task.run()
    assert.deepEqual(store.commits, [1, 1, 1, 1, 1])
    assert.ok(clock.time >= 4000)
    const dense = make({ boundary: 'interval', pacer: new FixedRate({ ratePerSecond: 100 }), to: 100 })
    await dense.task.run()
    assert.deepEqual(dense.store.records, range(0, 100))
    assert.ok(Math.max(...dense.store.commits) <= 11, `commits of ${dense.store.commits.join(' ')}`)
    assert.ok(dense.store.commits.length <= 13)
  })

  test('does not hold records for others that come when their transaction should end', async () => {
    // The pacer's groups are ten milliseconds apart, and a tenth more or less late.
    const { task, store } = make({
      boundary: 'interval',
      intervalMs: 10,
      pacer: new FixedRate({ ratePerSecond: 9_990 }),
      batch: 1000,
      to: 2000,
    })
    await task.run()
    assert.deepEqual(store.records, range(0, 2000))
    assert.ok(Math.max(...store.commits) <= 110, `commits of ${store.commits.join(' ')}`)
  })

  test('waits longer after each failure in a row, and from the start again after progress', async () => {
    let fail = 3
    const script: Script = (call, [first]) =>
      call === 'open' && fail-- > 0
        ? failing('KAFKA_UNREACHABLE')
        : call === 'write' && first === 50 && fail-- > -4
          ? failing('KAFKA_TIMEOUT')
          : null
    const { task, store, waits, counters } = make({ script })
    assert.deepEqual(await task.run(), { end: 'complete' })
    assert.deepEqual(store.records, range(0, 100))
    assert.deepEqual(waits.slice(0, 4), [75, 150, 300, 75])
    assert.equal(counters().retries, waits.length)
  })

  test('fails with code and trace when the attempts are used up', async () => {
    const { task, waits, store } = make({ script: (call) => (call === 'commit' ? failing('KAFKA_TIMEOUT') : null) })
    const end = await task.run()
    assert.equal(end.end, 'failed')
    assert.equal(end.failure.code, 'KAFKA_TIMEOUT')
    assert.match(end.failure.trace, /as scripted/)
    assert.equal(waits.length, 3)
    assert.deepEqual(store.records, [])
  })

  test('what passes is waited for without end, and noticed within two seconds when it is over', async () => {
    const hourMs = 3_600_000
    const clock = new SimulatedClock()
    const away: Script = (call) => (call === 'open' && clock.time < hourMs ? failing('KAFKA_UNREACHABLE') : null)
    const { task, store, counters } = make({ clock, script: away, errors: unlimited })
    assert.deepEqual(await task.run(), { end: 'complete' })
    assert.deepEqual(store.records, range(0, 100))
    assert.ok(clock.time < hourMs + 2_000, `noticed after ${clock.time - hourMs} ms`)
    assert.equal(counters().errors, 0)
    assert.ok(counters().retries > 3_000 && counters().retries < 5_000, `${counters().retries} attempts in an hour`)
  })

  test('an hour without Kafka in mid-stream is a line when it begins, one a minute and one when it is over, and all tasks go on within seconds', async () => {
    const hourMs = 3_600_000
    const clock = new SimulatedClock()
    const recovery = new Recovery(clock, () => 0.5)
    const lines: string[] = []
    const log = new OutageLog((_level, line) => lines.push(line), clock)
    const [beginsAt, endsAt] = [2_000, 2_000 + hourMs]
    const script: Script = () => (clock.time >= beginsAt && clock.time < endsAt ? failing('KAFKA_UNREACHABLE') : null)
    const lastStart = new Map<string, number>()
    const tasks = ['customers', 'flights', 'orders'].flatMap((name) =>
      [0, 1].map((shard) =>
        make({
          ...{
            clock,
            recovery,
            script,
            errors: unlimited,
            shard,
            shards: 2,
            to: 100,
            pacer: new FixedRate({ ratePerSecond: 10 }),
          },
          state(state, failure) {
            log.task({ name, sinkName: null }, shard, state, failure)
            if (state === 'RUNNING') lastStart.set(`${name}#${shard}`, clock.time)
          },
        }),
      ),
    )
    const ends = await Promise.all(tasks.map(({ task }) => task.run()))
    assert.ok(ends.every(({ end }) => end === 'complete'))
    for (const [i, { store, counters }] of tasks.entries()) {
      assert.deepEqual(store.records, range(i % 2, 100, 2))
      assert.equal(counters().errors, 0)
    }
    const noticedMs = Math.max(...lastStart.values()) - endsAt
    assert.ok(lastStart.size === 6 && noticedMs >= 0 && noticedMs < 3_000, `the last goes on after ${noticedMs} ms`)
    await new Promise<void>((resolve) => clock.after(120_000, resolve))
    assert.equal(lines.length, 62)
    assert.match(lines[0], /^waiting for Kafka: as scripted \(KAFKA_UNREACHABLE\)\. Tasks will resume automatically$/)
    for (let minute = 1; minute < 60; minute++)
      assert.ok(lines[minute].startsWith(`still waiting for Kafka after ${minute} min 0 s: 3 connectors (6 tasks): `))
    assert.match(lines[60], /^still waiting for Kafka after 1 h 0 min: 3 connectors \(6 tasks\)/)
    assert.match(lines[61], /^Kafka is back after 1 h 0 min: 3 connectors \(6 tasks\) resumed$/)
  })

  test('an error that is not known to pass ends it after ten retries in a row', async () => {
    const { task, waits } = make({
      script: (call) => (call === 'write' ? failing('SINK_FAILED') : null),
      errors: unlimited,
    })
    const end = await task.run()
    assert.ok(end.end === 'failed' && end.failure.code === 'SINK_FAILED')
    assert.equal(waits.length, 10)
  })

  test('the retry timeout ends it, counted from the first failure in a row', async () => {
    const clock = new SimulatedClock()
    const { task } = make({
      clock,
      script: (call) => (call === 'open' ? failing('KAFKA_UNREACHABLE') : null),
      errors: { ...unlimited, retryTimeoutMs: 60_000 },
    })
    const end = await task.run()
    assert.ok(end.end === 'failed' && end.failure.code === 'KAFKA_UNREACHABLE')
    assert.ok(clock.time >= 60_000 && clock.time < 62_000, `failed after ${clock.time} ms`)
  })

  test('a hundred tasks cost a broker that is away a few attempts a second, and all go on soon', async () => {
    const minutesMs = 300_000
    const clock = new SimulatedClock()
    const recovery = new Recovery(clock, () => 0.5)
    let attempts = 0
    const script: Script = (call) => {
      if (call !== 'open' || clock.time >= minutesMs) return null
      if (clock.time > 60_000) attempts++
      return failing('KAFKA_UNREACHABLE')
    }
    const all = Array.from({ length: 100 }, () => make({ clock, script, errors: unlimited, recovery, to: 1 }))
    const ends = await Promise.all(all.map(({ task }) => task.run()))
    assert.ok(ends.every(({ end }) => end === 'complete'))
    const perSecond = attempts / ((minutesMs - 60_000) / 1000)
    assert.ok(perSecond < 4, `${perSecond} attempts a second`)
    assert.ok(clock.time < minutesMs + 5_000, `all resumed after ${clock.time - minutesMs} ms`)
  })

  test('a fenced task stops for good: it does not take the shard back', async () => {
    const { task, states } = make({ script: once('commit', 2, 'KAFKA_FENCED') })
    const end = await task.run()
    assert.ok(end.end === 'failed' && end.failure.code === 'KAFKA_FENCED')
    assert.deepEqual(states, ['RUNNING'])
  })

  test('the policy stop makes the first failure the last', async () => {
    const { task, store } = make({ errors: { policy: 'stop' }, script: once('write', 2, 'KAFKA_TIMEOUT') })
    const end = await task.run()
    assert.ok(end.end === 'failed' && end.failure.code === 'KAFKA_TIMEOUT')
    assert.deepEqual(store.records, range(0, 20))
  })

  test('a lost answer of a commit that was applied is settled by the checkpoint, and counted once', async () => {
    const { task, store, counters } = make({ script: once('commit', 3, 'KAFKA_TIMEOUT', true) })
    assert.deepEqual(await task.run(), { end: 'complete' })
    assert.deepEqual(store.records, range(0, 100))
    assert.deepEqual([counters().records, counters().bytes, counters().errors, counters().retries], [100, 800, 0, 1])
  })

  test('refuses a checkpoint of another stream, another number of shards, or another shard', async () => {
    for (const [checkpoint, message] of [
      [{ position: 0, fingerprint: 'beef', shards: 1 }, /another model.*found fingerprint beef; expected f00d/],
      [{ position: 0, fingerprint, shards: 2 }, /tasks\.max.*found 2; expected 1/],
      [{ position: 0.5, fingerprint, shards: 1 }, /not a position/],
    ] as const) {
      const store = new MemoryStore()
      store.checkpoint = checkpoint
      const end = await make({ store }).task.run()
      assert.ok(end.end === 'failed' && end.failure.code === 'CHECKPOINT_INVALID')
      assert.match(end.failure.message, message)
      assert.deepEqual(store.records, [])
    }
  })

  test('refuses to go on when the checkpoint moved backwards behind what it committed', async () => {
    const store = new MemoryStore()
    const script: Script = (call, positions) => {
      if (call !== 'write' || positions[0] !== 50) return null
      store.checkpoint = null
      return failing('KAFKA_TIMEOUT')
    }
    const end = await make({ store, script }).task.run()
    assert.ok(end.end === 'failed' && end.failure.code === 'CHECKPOINT_INVALID')
    assert.match(end.failure.message, /moved backwards/)
    assert.deepEqual(store.records, range(0, 50))
  })

  test('a thrown thing that is none of ours is a defect: it fails at once', async () => {
    const { task } = make({
      script: (call) => (call === 'write' ? { error: new TypeError('x'), applied: false } : null),
    })
    const end = await task.run()
    assert.ok(end.end === 'failed' && end.failure.code === 'INTERNAL' && !end.failure.retriable)
  })

  test('ends quietly when the reader has gone', async () => {
    const script: Script = (call, [first]) =>
      call === 'write' && first === 30 ? { error: new DownstreamClosed(), applied: false } : null
    const { task, counters } = make({ script })
    assert.deepEqual(await task.run(), { end: 'stopped' })
    assert.equal(counters().errors, 0)
  })

  test('a stop finishes the open transaction and makes no more', async () => {
    const setup = make({
      to: null,
      boundary: 'interval',
      script: (call, [first]) => {
        if (call === 'write' && first === 70) setup.task.stop()
        return null
      },
    })
    assert.deepEqual(await setup.task.run(), { end: 'stopped' })
    assert.deepEqual(setup.store.records, range(0, 80))
    assert.equal(setup.store.checkpoint?.position, 80)
  })

  test('a stop does not wait for a sink that opens, or for a registry that does not answer', async () => {
    class Stuck extends MemorySink {
      #refuse: (error: Error) => void = () => undefined
      override open(): Promise<never> {
        setImmediate(() => slow.task.stop())
        return new Promise((_, reject) => (this.#refuse = reject))
      }
      override close(): Promise<void> {
        this.#refuse(new GenesisError('INTERNAL', 'the sink is closed'))
        return Promise.resolve()
      }
    }
    const slow = make({ sink: new Stuck(new MemoryStore()) })
    assert.deepEqual(await slow.task.run(), { end: 'stopped' })
    assert.deepEqual(slow.states, [], 'that is no failure')
    class Waiting extends PositionEncoder {
      override prepare(): Promise<void> {
        setImmediate(() => mute.task.stop())
        return new Promise(() => undefined)
      }
    }
    const mute = make({ encoder: new Waiting() })
    assert.deepEqual(await mute.task.run(), { end: 'stopped' })
  })

  test('a stop ends a wait for the pacer and a wait for the next attempt', async () => {
    const slow = make({ to: null, pacer: new FixedRate({ ratePerSecond: 1e-6 }) })
    const running = slow.task.run()
    slow.task.stop()
    assert.deepEqual(await running, { end: 'stopped' })
    const broken = make({
      script: () => {
        setImmediate(() => broken.task.stop())
        return failing('KAFKA_UNREACHABLE')
      },
    })
    assert.deepEqual(await broken.task.run(), { end: 'stopped' })
  })

  test('the policy skip gives up exactly the records that cannot be delivered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(99), { maxLength: 5 }),
        fc.constantFrom('write', 'commit'),
        fc.constantFrom('batch' as const, 'interval' as const),
        fc.integer({ min: 1, max: 40 }),
        async (bad, kind, boundary, batch) => {
          const { task, store, counters } = make({
            boundary,
            batch,
            errors: { policy: 'skip' },
            script: (call, positions) =>
              call === kind && positions.some((p) => bad.includes(p)) ? failing('RECORD_TOO_LARGE') : null,
          })
          assert.deepEqual(await task.run(), { end: 'complete' })
          assert.deepEqual(
            store.records,
            range(0, 100).filter((p) => !bad.includes(p)),
          )
          assert.equal(counters().dropped, bad.length)
          assert.equal(counters().records, 100 - bad.length)
          assert.equal(store.checkpoint?.position, 100)
        },
      ),
      { numRuns: 40 },
    )
  })
})

test('the policy skip gives up no record for what rejects the opening', async () => {
  let opened = 0
  const { task, store } = make({
    errors: { policy: 'skip' },
    script: (call) => {
      if (call === 'open' && opened++ > 0) return failing('KAFKA_REJECTED')
      return call === 'commit' ? failing('KAFKA_TIMEOUT') : null
    },
  })
  const end = await task.run()
  assert.equal(end.end, 'failed')
  assert.deepEqual([opened, store.records], [2, []])
})

test('whatever fails, the delivered records are the prefix of the stream, each once', async () => {
  const outcome = fc.record({
    skip: fc.nat(6),
    code: fc.constantFrom<ErrorCode>(
      'KAFKA_TIMEOUT',
      'KAFKA_TRANSACTION_ABORTED',
      'SINK_FAILED',
      'KAFKA_REJECTED',
      'KAFKA_FENCED',
    ),
    applied: fc.boolean(),
    /** The process is killed here: the task is left where it is and another one takes over. */
    crash: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(outcome, { maxLength: 12 }),
      fc.constantFrom('batch' as const, 'interval' as const),
      fc.integer({ min: 1, max: 30 }),
      fc.record({ shards: fc.integer({ min: 1, max: 3 }), to: fc.integer({ min: 0, max: 120 }) }),
      async (outcomes, boundary, batch, { shards, to }) => {
        const store = new MemoryStore()
        const shard = shards - 1
        const expected = range(shard, to, shards)
        const left = [...outcomes]
        let countdown = left[0]?.skip ?? 0
        const zombies: Promise<unknown>[] = []
        for (let life = 0; life <= outcomes.length; life++) {
          let crashed!: () => void
          const crash = new Promise<'crashed'>((resolve) => (crashed = () => resolve('crashed')))
          const script: Script = () => {
            if (left.length === 0 || countdown-- > 0) return null
            const { code, applied, crash } = left.shift() ?? assert.fail()
            countdown = left[0]?.skip ?? 0
            if (crash) crashed()
            return failing(code, applied)
          }
          const { task } = make({ store, shard, shards, to, batch, boundary, script })
          const running = task.run()
          zombies.push(running)
          const end = await Promise.race([running, crash])
          assert.deepEqual(store.records, expected.slice(0, store.records.length))
          if (end !== 'crashed' && end.end === 'complete') break
        }
        // One left behind may have taken the shard back before: the last one starts when they are gone.
        await Promise.all(zombies)
        const last = make({ store, shard, shards, to, batch, boundary })
        assert.deepEqual(await last.task.run(), { end: 'complete' })
        assert.deepEqual(store.records, expected)
      },
    ),
    { numRuns: 150 },
  )
})

describe("a task's trace", () => {
  const traceOf = () => {
    const spans: Span[] = []
    const tracer = new Tracer({ ratio: 1, followsParent: true }, (span) => void spans.push(span))
    const start = tracer.begin('start task').context
    return { spans, start, trace: new TaskTrace(tracer, start, { 'genesis.shard': 0 }, 1) }
  }

  test('has a span for each recovery, with what failed, its steps, and how much is generated again', async () => {
    const { spans, start, trace } = traceOf()
    const { task } = make({ trace, boundary: 'interval', script: once('write', 2, 'KAFKA_TIMEOUT'), to: 50 })
    assert.deepEqual(await task.run(), { end: 'complete' })
    const [opened, opens, recovery] = spans
    assert.deepEqual([opened.name, opened.parent?.spanId], ['open sink', start.spanId])
    assert.deepEqual([recovery.name, recovery.parent, recovery.link?.spanId], ['recover task', null, start.spanId])
    assert.deepEqual([opens.name, opens.parent?.spanId], ['open sink', recovery.context.spanId])
    const { 'genesis.wait_ms': waitMs, ...attributes } = recovery.attributes
    assert.ok(Number(waitMs) > 0)
    assert.deepEqual(attributes, {
      'genesis.shard': 0,
      'genesis.failure': 'KAFKA_TIMEOUT',
      'genesis.written_position': 30,
      'genesis.position': 0,
      'genesis.regenerated_records': 30,
    })
    assert.equal(recovery.error, null)
  })

  test('of a failed attempt says why, and a failed commit is recorded whenever it happens', async () => {
    const { spans, trace } = traceOf()
    const { task } = make({ trace, script: once('commit', 3, 'KAFKA_TIMEOUT'), to: 100, batch: 10 })
    await task.run()
    const transactions = spans.filter(({ name }) => name === 'transaction')
    assert.deepEqual(
      transactions.map(({ attributes, error }) => [attributes['genesis.position'], error?.code ?? null]),
      [
        [10, null],
        [40, 'KAFKA_TIMEOUT'],
      ],
    )
    const commits = spans.filter(({ name }) => name === 'commit')
    assert.deepEqual(
      commits.map(({ parent }) => parent?.spanId),
      transactions.map(({ context }) => context.spanId),
    )
  })

  test('ends with the last attempt, whose error it has', async () => {
    const { spans, trace } = traceOf()
    const { task } = make({ trace, script: () => failing('KAFKA_TIMEOUT'), errors: { maxRetries: 2 } })
    assert.equal((await task.run()).end, 'failed')
    const recoveries = spans.filter(({ name }) => name === 'recover task')
    assert.deepEqual(
      recoveries.map(({ error }) => error?.code),
      ['KAFKA_TIMEOUT', 'KAFKA_TIMEOUT'],
    )
  })
})
