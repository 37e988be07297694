import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DeferredExecutor } from '#src/runtime/deferred-executor.js'
import type { TaskExecutor, TaskListener } from '#src/runtime/task-executor.js'
import type { TaskEnd } from '#src/runtime/task-events.js'
import { tasksOf } from '../../support/connectors.js'

const [spec] = tasksOf({})

/** An executor that writes down what it is asked; its tasks end when they are stopped. */
function noting(calls: string[]): TaskExecutor {
  return {
    start(_spec, listener) {
      calls.push('start')
      const end = (call: string) => (): void => {
        calls.push(call)
        listener.ended({ end: 'stopped' })
      }
      return { stop: end('stop'), abandon: end('abandon') }
    },
    close: () => {
      calls.push('close')
      return Promise.resolve()
    },
  }
}

function listening(): { listener: TaskListener; end: Promise<TaskEnd> } {
  let ended!: (end: TaskEnd) => void
  const end = new Promise<TaskEnd>((resolve) => (ended = resolve))
  return { listener: { state: () => undefined, progress: () => undefined, ended }, end }
}

describe('a deferred executor', () => {
  test('is created for its first task, once', async () => {
    const calls: string[] = []
    const executor = new DeferredExecutor(() => {
      calls.push('create')
      return Promise.resolve(noting(calls))
    })
    await executor.close()
    assert.deepEqual(calls, [])
    for (const call of ['stop', 'abandon'] as const) {
      const { listener, end } = listening()
      // Asked before the task could start.
      executor.start(spec, listener)[call]()
      assert.deepEqual(await end, { end: 'stopped' })
    }
    await executor.close()
    assert.deepEqual(calls, ['create', 'start', 'stop', 'start', 'abandon', 'close'])
  })

  test('ends its tasks with the reason if it cannot be created', async () => {
    const executor = new DeferredExecutor(() => Promise.reject(new Error('a module is missing')))
    const { listener, end } = listening()
    executor.start(spec, listener)
    const ended = await end
    assert.ok(ended.end === 'failed')
    assert.match(ended.failure.message, /a module is missing/)
    await executor.close()
  })
})
