/** Time, as the task loop needs it: a test brings its own. */
export interface Clock {
  /** Milliseconds on a monotonic clock. */
  now(): number
  /** Calls back after `ms` (at least 1, rounded up; cut to the longest a timer can wait), unless the returned function was called before. */
  after(ms: number, call: () => void): () => void
  /** Lets everything else on the thread have its turn: timers, sockets, other tasks. */
  turn(): Promise<void>
}

const longestTimerMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(longestTimerMs, Math.max(1, Math.ceil(ms))))
    return () => clearTimeout(timer)
  },
  turn: () => new Promise((resolve) => setImmediate(resolve)),
}
