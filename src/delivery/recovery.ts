import type { Clock } from './clock.js'
import type { ExternalDependency } from './dependencies.js'

/** About how often any one of those waiting for a dependency tries. */
const turnMs = 1_000
/** Tasks waiting for the same dependency restart within this time, so that a thousand do not start at once. */
const spreadMs = 2

interface Waiter {
  /** May try when it is its turn; otherwise only when its own wait is over or another succeeded. */
  readonly takesTurns: boolean
  readonly wake: () => void
}

/**
 * Waits shared by the tasks of a thread. However many wait for one dependency, one of them tries each second, in turn,
 * and when it succeeds, all others continue: the end of an outage is noticed within seconds, and costs the dependency no more than
 * one attempt a second plus each waiter's own at its longest backoff.
 */
export class Recovery {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #waiting = new Map<ExternalDependency, Set<Waiter>>()
  readonly #turns = new Map<ExternalDependency, () => void>()

  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock
    this.#random = random
  }

  /**
   * Calls back once, after `ms` or earlier: when another has reached the dependency, or, with `takesTurns`, when it is this
   * one's turn to try. Not after the returned function was called.
   */
  wait(dependency: ExternalDependency, ms: number, takesTurns: boolean, call: () => void): () => void {
    const waiters = this.#waiting.get(dependency) ?? new Set()
    this.#waiting.set(dependency, waiters)
    const cancel = this.#clock.after(ms, () => waiter.wake())
    const leave = (): void => {
      cancel()
      waiters.delete(waiter)
      if (waiters.size === 0) this.#endTurns(dependency)
    }
    const waiter: Waiter = {
      takesTurns,
      wake: () => {
        leave()
        call()
      },
    }
    waiters.add(waiter)
    this.#nextTurn(dependency)
    return leave
  }

  /** A waiter succeeded: all others try soon. */
  recovered(dependency: ExternalDependency): void {
    const waiters = [...(this.#waiting.get(dependency) ?? [])]
    const withinMs = waiters.length * spreadMs
    for (const waiter of waiters) {
      this.#clock.after(this.#random() * withinMs, () => {
        if (this.#waiting.get(dependency)?.has(waiter)) waiter.wake()
      })
    }
  }

  #nextTurn(dependency: ExternalDependency): void {
    if (this.#turns.has(dependency)) return
    const cancel = this.#clock.after(turnMs * (0.75 + this.#random() / 2), () => {
      this.#turns.delete(dependency)
      // First come, first served: a failed attempt goes to the back of the queue.
      for (const waiter of this.#waiting.get(dependency) ?? []) {
        if (!waiter.takesTurns) continue
        waiter.wake()
        break
      }
      if ((this.#waiting.get(dependency)?.size ?? 0) > 0) this.#nextTurn(dependency)
    })
    this.#turns.set(dependency, cancel)
  }

  #endTurns(dependency: ExternalDependency): void {
    this.#turns.get(dependency)?.()
    this.#turns.delete(dependency)
  }
}
