import { setFlagsFromString } from 'node:v8'
import type { Worker } from 'node:worker_threads'

/**
 * Keeps the heaps of a worker's threads small. To be called early.
 *
 * The main thread's young generation stays about as large as it is now; threads have their own limit. It would double four times while a
 * worker starts and keep that size: 16 to 64 MB, of which its few objects a second need none.
 *
 * The old generations are collected whenever they have grown by half, or by 8 MB. In a thread that has just started, V8 would wait until
 * they are four times as large.
 */
export function keepHeapsSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`)
  keepFactor()
  process.on('worker', keepWhileStarting)
}

/** Of what survived the last collection of the old generation. */
const growthPercent = 50

/** How soon the factor is set again, in ms. */
const againMs = 2

// Node has no option for it: this is V8's factor, for the whole process.
function keepFactor(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

/** V8 sets factors below 2 back to 2 once in the start of each thread, before its first line runs. */
function keepWhileStarting(thread: Worker): void {
  const again = setInterval(keepFactor, againMs)
  const end = (): void => {
    clearInterval(again)
    keepFactor()
  }
  thread.once('online', end).once('exit', end)
}
