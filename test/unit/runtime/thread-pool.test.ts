import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { RawConfig } from '#src/config/raw-connector.js'
import type { Counters } from '#src/delivery/counters.js'
import type { RunningTask, TaskListener } from '#src/runtime/task-executor.js'
import type { TaskEnd } from '#src/runtime/task-events.js'
import { ThreadPool, threadCount, type ThreadOptions } from '#src/runtime/thread-pool.js'
import { tasksOf, workerOf } from '../../support/connectors.js'

const entry = new URL('../../support/scripted-thread.js', import.meta.url)

class Heard implements TaskListener {
  readonly states: string[] = []
  counters: Counters | null = null
  readonly running: Promise<void>
  readonly end: Promise<TaskEnd>
  #running!: () => void
  #end!: (end: TaskEnd) => void

  constructor() {
    this.running = new Promise((resolve) => (this.#running = resolve))
    this.end = new Promise((resolve) => (this.#end = resolve))
  }

  state(state: string): void {
    this.states.push(state)
    this.#running()
  }

  progress(counters: Counters): void {
    this.counters = counters
  }

  ended(end: TaskEnd): void {
    this.#end(end)
  }
}

async function pool(t: TestContext, size: number, options: ThreadOptions = {}) {
  const threads = new ThreadPool(await workerOf(), size, { entry, heapMb: 48, ...options })
  t.after(() => threads.close())
  const start = (name: string): { heard: Heard; task: RunningTask } => {
    const heard = new Heard()
    const [task] = tasksOf({})
    return { heard, task: threads.start({ ...task, connector: { ...task.connector, name } }, heard) }
  }
  return { threads, start }
}

describe('threads', () => {
  test('tell states, progress and the end of their tasks', async (t) => {
    const { start } = await pool(t, 1)
    const { heard } = start('completes')
    assert.deepEqual(await heard.end, { end: 'complete' })
    assert.deepEqual(heard.states, ['RUNNING'])
    assert.equal(heard.counters?.records, 7)
  })

  test('a thread that was prepared for a sink gets the first task', async (t) => {
    const { threads, start } = await pool(t, 2)
    threads.prepare('kafka')
    const { heard } = start('completes')
    await heard.end
    assert.equal(heard.counters?.records, 7 + 1)
  })

  test('say whether a connector can run; one that is lost does not', async (t) => {
    const { threads } = await pool(t, 1)
    const fits = ['fit', 'unfit', 'exits', 'fit'].map((name) => threads.isFit({ name, config: {}, file: null }))
    assert.deepEqual(await Promise.all(fits), [true, false, false, false])
    assert.equal(await threads.isFit({ name: 'fit', config: {}, file: null }), true)
  })

  test('find a connector fit by its model, its conditions and its worker', async (t) => {
    const threads = new ThreadPool(await workerOf(), 1)
    t.after(() => threads.close())
    const model = fileURLToPath(new URL('../../../../models/customers.json', import.meta.url))
    const isFit = (keys: RawConfig): Promise<boolean> => {
      const config = { name: 'c', model, sink: { type: 'file', path: '/tmp/none' }, ...keys }
      return threads.isFit({ name: 'c', config, file: '/connector.yaml' })
    }
    assert.equal(await isFit({}), true)
    assert.equal(await isFit({ model: 'missing.json' }), false)
    assert.equal(await isFit({ conditions: { nonsense: 1 } }), false)
    assert.equal(await isFit({ sink: { type: 'kafka' }, topic: 't' }), false)
    assert.equal(await isFit({ nonsense: 1 }), false)
  })

  for (const [name, reason] of [
    ['throws', /as scripted/],
    ['exits', /exit status 3/],
    ['fills the heap', /out of memory|memory limit/],
  ] as const) {
    test(`one that ${name} takes its own tasks with it and no others, and is replaced`, async (t) => {
      const { start } = await pool(t, 2)
      const culprit = start('runs')
      const neighbour = start('runs')
      await Promise.all([culprit.heard.running, neighbour.heard.running])
      // Both threads have one task: the third goes to the first of them.
      const bad = start(name)
      for (const { heard } of [culprit, bad]) {
        const end = await heard.end
        assert.ok(end.end === 'failed')
        assert.equal(end.failure.code, 'THREAD_LOST')
        assert.ok(end.failure.retriable)
        assert.match(end.failure.message, reason)
      }
      const next = start('runs')
      await next.heard.running
      for (const { task, heard } of [neighbour, next]) {
        task.stop()
        assert.deepEqual(await heard.end, { end: 'stopped' })
      }
    })
  }

  test('one whose loop is stuck is ended, as one that has crashed', async (t) => {
    const { start } = await pool(t, 1, { pingMs: 20 })
    const { heard } = start('hangs')
    const end = await heard.end
    assert.ok(end.end === 'failed')
    assert.equal(end.failure.code, 'THREAD_LOST')
    assert.match(end.failure.message, /its event loop has been stuck for 0\.24 s/)
  })

  test('are as many as the cores, or as the configuration says', () => {
    assert.equal(threadCount(3), 3)
    assert.equal(threadCount(0), 0)
    assert.ok(threadCount('auto') >= 1)
  })
})
