import type { Clock } from '../delivery/clock.js'

/** A wait that can be cut short; one at a time. */
export class Sleep {
  readonly #clock: Clock
  #wake: () => void = () => undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves after `ms`, or when it is woken. */
  for(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  /** Ends the wait now, if there is one. */
  wake(): void {
    this.#wake()
  }
}
