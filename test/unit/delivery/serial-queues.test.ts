import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SerialQueues } from '#src/delivery/serial-queues.js'

describe('Sequences', () => {
  it('does the work of a key one after the other', async () => {
    const sequences = new SerialQueues()
    const done: string[] = []
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const first = sequences.run('a', () => gate.then(() => done.push('first')))
    const second = sequences.run('a', () => Promise.resolve(done.push('second')))
    await sequences.run('b', () => Promise.resolve(done.push('other key')))
    release()
    await Promise.all([first, second])
    assert.deepEqual(done, ['other key', 'first', 'second'])
  })

  it('continues after a failure, which only its own caller sees', async () => {
    const sequences = new SerialQueues()
    const failing = sequences.run('a', () => Promise.reject(new Error('broken')))
    const next = sequences.run('a', () => Promise.resolve(1))
    await assert.rejects(failing, /broken/)
    assert.equal(await next, 1)
  })

  it('is idle once the last work is done', async () => {
    const sequences = new SerialQueues()
    const work = sequences.run('a', () => Promise.resolve())
    assert.equal(sequences.isIdle, false)
    await work
    assert.equal(sequences.isIdle, true)
  })
})
