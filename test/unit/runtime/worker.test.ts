import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GenesisError } from '#src/errors.js'
import { summarize } from '#src/runtime/status.js'
import { asFailure, type TaskEnd } from '#src/runtime/task-events.js'
import type { RunningTask, TaskListener, TaskExecutor, TaskSpec } from '#src/runtime/task-executor.js'
import { Worker } from '#src/runtime/worker.js'
import { emptyCounters } from '#src/delivery/counters.js'
import { tasksOf, workerOf } from '../../support/connectors.js'
import { SimulatedClock } from '../../support/simulated-clock.js'

interface Started {
  readonly spec: TaskSpec
  readonly listener: TaskListener
  stopped: boolean
  abandoned: boolean
}

/** Tasks that do nothing but what the test has them do. */
class PuppetRunner implements TaskExecutor {
  readonly started: Started[] = []
  closed = false
  /** Whether a stop is obeyed. */
  obedient = true

  start(spec: TaskSpec, listener: TaskListener): RunningTask {
    const started: Started = { spec, listener, stopped: false, abandoned: false }
    this.started.push(started)
    return {
      stop: () => {
        started.stopped = true
        if (this.obedient) setImmediate(() => listener.ended({ end: 'stopped' }))
      },
      abandon: () => {
        if (!started.abandoned) setImmediate(() => listener.ended({ end: 'stopped' }))
        started.abandoned = true
      },
    }
  }

  close(): Promise<void> {
    this.closed = true
    return Promise.resolve()
  }

  at(index: number): Started {
    return this.started.at(index) ?? assert.fail('not so many tasks were started')
  }
}

async function setUp() {
  const threads = new PuppetRunner()
  const here = new PuppetRunner()
  const clock = new SimulatedClock()
  const told: string[] = []
  const worker = new Worker(
    await workerOf(),
    {
      connector: (what, { name }) => told.push(`${name} ${what}`),
      task: ({ name: connector }, shard, state, failure) =>
        told.push(`${connector}/${shard} ${state} ${failure?.code ?? ''}`.trim()),
    },
    { here, threads },
    clock,
  )
  /** Starts every task of a connector. */
  const put = async (keys: Readonly<Record<string, unknown>>): Promise<void> => {
    await Promise.all(tasksOf(keys).map((task) => worker.startTask(task)))
  }
  return { worker, put, threads, here, clock, told }
}

const failed = (code: 'THREAD_LOST' | 'KAFKA_FENCED'): TaskEnd => ({
  end: 'failed',
  failure: asFailure(new GenesisError(code, 'as scripted')),
})
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a worker', () => {
  test('gives a connector a task per shard, and is at its end when all are complete', async () => {
    const { worker, put, threads, told } = await setUp()
    await put({ name: 'a', tasks: { max: 2 } })
    assert.deepEqual(
      threads.started.map(({ spec }) => spec.shard),
      [0, 1],
    )
    assert.equal(worker.status()[0].state, 'UNASSIGNED')
    threads.at(0).listener.state('RUNNING', null, 0)
    threads.at(0).listener.progress({ ...emptyCounters(20), records: 10, batches: 2 })
    threads.at(1).listener.progress({ ...emptyCounters(11), records: 5, batches: 1 })
    assert.equal(worker.status()[0].state, 'RUNNING')
    for (const { listener } of threads.started) listener.ended({ end: 'complete' })
    await worker.ended()
    const [status] = worker.status()
    assert.deepEqual([status.state, status.complete], ['STOPPED', true])
    const { records, batches, position, shard_positions } = summarize(status)
    assert.deepEqual(
      { records, batches, position, shard_positions },
      { records: 15, batches: 3, position: 11, shard_positions: [20, 11] },
    )
    assert.ok(told.includes('a complete'))
  })

  test('runs what writes to standard output on its own thread', async () => {
    const { put, threads, here } = await setUp()
    await put({ sink: { type: 'stdout' } })
    assert.deepEqual([here.started.length, threads.started.length], [1, 0])
  })

  test('keeps a failed task FAILED with its trace, and the neighbours running', async () => {
    const { worker, put, threads } = await setUp()
    await put({ name: 'a', tasks: { max: 2 } })
    await put({ name: 'b' })
    for (const { listener } of threads.started) listener.state('RUNNING', null, 0)
    threads.at(1).listener.ended(failed('KAFKA_FENCED'))
    const [a, b] = worker.status()
    assert.deepEqual(
      a.tasks.map(({ state }) => state),
      ['RUNNING', 'FAILED'],
    )
    assert.match(a.tasks[1].failure?.trace ?? '', /GenesisError: as scripted/)
    assert.equal(a.state, 'RUNNING')
    assert.equal(b.state, 'RUNNING')
    threads.at(0).listener.ended({ end: 'complete' })
    await turn()
    assert.equal(worker.status()[0].state, 'FAILED')
    assert.equal(summarize(worker.status()[0]).error, 'as scripted (KAFKA_FENCED)')
  })

  test('counts failures by their error, also of tasks that have been started again since', async () => {
    const { worker, put, threads } = await setUp()
    assert.deepEqual([...worker.failures], [])
    for (let times = 0; times < 2; times++) {
      await put({ name: 'a' })
      threads.at(times).listener.ended(failed('KAFKA_FENCED'))
    }
    assert.deepEqual([...worker.failures], [['KAFKA_FENCED', 2]])
  })

  test('starts the tasks of a lost thread again with backoff, and adds up what both have done', async () => {
    const { worker, put, threads, told } = await setUp()
    await put({ name: 'a' })
    threads.at(0).listener.progress({ ...emptyCounters(10), records: 10 })
    threads.at(0).listener.ended(failed('THREAD_LOST'))
    assert.deepEqual(told.at(-1), 'a/0 RESTARTING THREAD_LOST')
    while (threads.started.length < 2) await turn()
    threads.at(1).listener.state('RUNNING', null, 0)
    threads.at(1).listener.progress({ ...emptyCounters(15), records: 5 })
    const { records, errors, retries, position } = worker.status()[0].counters
    assert.deepEqual({ records, errors, retries, position }, { records: 15, errors: 1, retries: 1, position: 15 })
  })

  test('gives a task up when threads are lost again and again without progress', async () => {
    const { worker, put, threads } = await setUp()
    await put({ errors: { max_retries: 2 } })
    for (let lost = 0; lost < 3; lost++) {
      while (threads.started.length <= lost) await turn()
      threads.at(lost).listener.ended(failed('THREAD_LOST'))
    }
    await worker.ended()
    assert.equal(threads.started.length, 3)
    assert.equal(worker.status()[0].state, 'FAILED')
  })

  test('restarts only the task that is replaced, after its open transaction', async () => {
    const { put, threads, told } = await setUp()
    await put({ name: 'a' })
    await put({ name: 'b' })
    await put({ name: 'a', seed: 9 })
    assert.deepEqual(
      threads.started.map(({ spec, stopped }) => [spec.connector.name, spec.connector.config.seed ?? 0, stopped]),
      [
        ['a', 0, true],
        ['b', 0, false],
        ['a', 9, false],
      ],
    )
    assert.ok(told.indexOf('a stopping') < told.lastIndexOf('a started'))
  })

  test('carries out the changes of one task one after the other', async () => {
    const { worker, put, threads } = await setUp()
    await Promise.all([1, 2, 3].map((seed) => put({ name: 'a', seed })))
    for (const task of tasksOf({ name: 'a' })) await worker.forgetTask(task)
    assert.deepEqual(
      threads.started.map(({ spec, stopped }) => [spec.connector.config.seed, stopped]),
      [
        [1, true],
        [2, true],
        [3, true],
      ],
    )
    assert.deepEqual(worker.status(), [])
  })

  test('replaces and ends one task alone: its siblings do not notice', async () => {
    const { worker, put, threads } = await setUp()
    const keys = { name: 'a', tasks: { max: 3 } }
    await put(keys)
    for (const { listener } of threads.started) listener.state('RUNNING', null, 0)
    const [first, second] = tasksOf(keys)
    await worker.startTask(first)
    await worker.stopTask(second)
    assert.deepEqual(
      threads.started.map(({ spec, stopped }) => [spec.shard, stopped]),
      [
        [0, true],
        [1, true],
        [2, false],
        [0, false],
      ],
    )
    assert.deepEqual(
      worker.status()[0].tasks.map(({ state }) => state),
      ['UNASSIGNED', 'STOPPED', 'RUNNING'],
    )
    await worker.forgetTask(second)
    assert.deepEqual(
      worker.status()[0].tasks.map(({ shard }) => shard),
      [0, 2],
    )
  })

  test('abandons at the deadline what does not stop by itself, and says so', async () => {
    const { worker, put, threads, clock } = await setUp()
    await put({ name: 'a' })
    threads.obedient = false
    assert.equal(await worker.stop(), false)
    assert.ok(threads.at(0).abandoned)
    assert.ok(threads.closed)
    assert.ok(clock.time >= 30_000)
  })

  test('stops a task that waits for its restart', async () => {
    const { worker, put, threads } = await setUp()
    await put({ name: 'a' })
    threads.at(0).listener.ended(failed('THREAD_LOST'))
    assert.equal(await worker.stop(), true)
    assert.equal(threads.started.length, 1)
    assert.equal(worker.status()[0].state, 'STOPPED')
  })
})
