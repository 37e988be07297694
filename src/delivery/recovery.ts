import type { Clock } from './clock.js'
import type { ExternalDependency } from './passing.js'

/** Of all that wait for one dependency, one tries about this often. */
const turnMs = 1_000
/** What has waited for the same begins within this time for each of them, so that a thousand do not begin at once. */
const spreadMs = 2

interface Waiter {
  /** May try when it is its turn; otherwise only when its own wait is over or another got through. */
  readonly takesTurns: boolean
  readonly wake: () => void
}

/**
 * What the tasks of a thread wait for together. However many wait for one dependency, one of them tries a second, in turn,
 * and when it gets through, all others go on: an outage's end is noticed within seconds, and costs the dependency no more than
 * one attempt a second and each waiter's own at its longest backoff.
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
   * Calls back, once, after `ms`, or earlier: when another has got through to the dependency, or if `takesTurns` when it is this
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

  /** Somebody who had waited has got through: all others try soon. */
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
      // In the order in which they came: who tries in vain comes back last.
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
