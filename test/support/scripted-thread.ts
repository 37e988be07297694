/** A thread that does as the connector's name says, in place of src/runtime/thread.ts. */
import { parentPort } from 'node:worker_threads'
import { emptyCounters } from '#src/delivery/counters.js'
import type { FromThread, ToThread } from '#src/runtime/thread-messages.js'

const say = (message: FromThread): void => parentPort?.postMessage(message)
/** Sinks it was prepared for: counted as records of its tasks. */
let prepared = 0
let keptAlive: NodeJS.Timeout | null = null

parentPort?.on('message', (message: ToThread) => {
  if (message.call === 'ping') return say({ say: 'pong' })
  if (message.call === 'prepare') {
    prepared++
    return
  }
  const { id } = message
  if (message.call === 'check') {
    if (message.connector.name === 'exits') process.exit(3)
    return say({ say: 'checked', id, isFit: message.connector.name === 'fit' })
  }
  if (message.call !== 'start') return say({ say: 'ended', id, end: { end: 'stopped' } })
  const { name } = message.spec.connector
  say({ say: 'state', id, state: 'RUNNING', failure: null, retryInMs: 0 })
  say({ say: 'progress', tasks: [{ id, counters: { ...emptyCounters(7), records: 7 + prepared } }] })
  if (name === 'throws') setImmediate(() => fail())
  else if (name === 'exits') process.exit(3)
  else if (name === 'fills the heap') setImmediate(fill)
  else if (name === 'hangs') for (;;);
  else if (name === 'completes') say({ say: 'ended', id, end: { end: 'complete' } })
  else keptAlive ??= setInterval(() => undefined, 1 << 30)
})

function fail(): never {
  throw new Error('as scripted')
}

function fill(): void {
  const kept: unknown[] = []
  for (;;) kept.push(Array.from({ length: 10_000 }, () => ({})))
}
