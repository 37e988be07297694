import type { Clock } from '#src/delivery/clock.js'

/** A clock that jumps to the next timer whenever nothing else is left to do. */
export class SimulatedClock implements Clock {
  time = 0
  readonly #timers = new Set<{ at: number; call: () => void }>()
  #armed = false

  now(): number {
    return this.time
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.time + Math.max(1, Math.ceil(ms)), call }
    this.#timers.add(timer)
    this.#arm()
    return () => this.#timers.delete(timer)
  }

  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  #arm(): void {
    if (this.#armed || this.#timers.size === 0) return
    this.#armed = true
    // Two turns: whatever became possible by the last timer has had its effect, so that no timer overtakes it.
    setImmediate(() =>
      setImmediate(() => {
        this.#armed = false
        const next = [...this.#timers].reduce<{ at: number; call: () => void } | null>(
          (first, timer) => (first === null || timer.at < first.at ? timer : first),
          null,
        )
        if (next === null) return
        this.#timers.delete(next)
        this.time = Math.max(this.time, next.at)
        next.call()
        this.#arm()
      }),
    )
  }
}
