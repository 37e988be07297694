/** Entry point of a worker thread: runs tasks as told by the main thread's messages. */
import { parentPort, workerData } from 'node:worker_threads'
import { GenesisError } from '../errors.js'
import { preloadSink } from '../sink/sinks.js'
import type { Counters } from '../delivery/counters.js'
import { InlineExecutor } from './inline-executor.js'
import type { RunningTask } from './task-executor.js'
import type { FromThread, ThreadData, ToThread } from './thread-messages.js'

/** Progress is reported for all tasks together, at most this often. */
const progressMs = 200

if (parentPort === null) throw new GenesisError('INTERNAL', 'thread.js runs in a worker thread only')
const port = parentPort
const tasks = new InlineExecutor((workerData as ThreadData).worker)
const running = new Map<number, RunningTask>()
const changed = new Map<number, Counters>()
let timer: NodeJS.Timeout | null = null

const say = (message: FromThread): void => port.postMessage(message)

function tellProgress(): void {
  if (timer !== null) clearTimeout(timer)
  timer = null
  if (changed.size === 0) return
  say({ say: 'progress', tasks: [...changed].map(([id, counters]) => ({ id, counters })) })
  changed.clear()
}

port.on('message', (message: ToThread) => {
  if (message.call === 'ping') return say({ say: 'pong' })
  if (message.call === 'prepare') return preloadSink(message.sink)
  const { id } = message
  if (message.call === 'check') {
    void tasks.isFit(message.connector).then((isFit) => say({ say: 'checked', id, isFit }))
    return
  }
  if (message.call !== 'start') {
    running.get(id)?.[message.call]()
    return
  }
  const task = tasks.start(message.spec, {
    state: (state, failure, retryInMs) => say({ say: 'state', id, state, failure, retryInMs }),
    progress(counters) {
      changed.set(id, counters)
      timer ??= setTimeout(tellProgress, progressMs)
    },
    span: (span) => say({ say: 'span', id, span }),
    ended(end) {
      running.delete(id)
      tellProgress()
      say({ say: 'ended', id, end })
    },
  })
  running.set(id, task)
})
