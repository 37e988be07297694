/** Time for the task loop; tests supply their own. */
export interface Clock {
  /** Milliseconds on a monotonic clock. */
  now(): number
  /** Calls back after `ms` (at least 1, rounded up; capped at the maximum timer delay), unless the returned function cancelled it. */
  after(ms: number, call: () => void): () => void
  /** Lets everything else on the thread take a turn: timers, sockets, other tasks. */
  turn(): Promise<void>
}

const maxTimerMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(maxTimerMs, Math.max(1, Math.ceil(ms))))
    return () => clearTimeout(timer)
  },
  turn: () => new Promise((resolve) => setImmediate(resolve)),
}

/** A clock for code that only watches: its timers do not keep the process alive. */
export const backgroundClock: Pick<Clock, 'now' | 'after'> = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms).unref()
    return () => clearTimeout(timer)
  },
}
