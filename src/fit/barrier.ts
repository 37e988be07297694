/** Coordinates the threads of one training run: a barrier, tickets for chunks, and a stop request. */

const arrived = 0
const round = 1
const ticket = 2
const stop = 3
const agreed = 4

export class Barrier {
  readonly #words: Int32Array
  readonly #threads: number

  constructor(words: SharedArrayBuffer, threads: number) {
    this.#words = new Int32Array(words)
    this.#threads = threads
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(5 * 4)
  }

  /** Waits until all threads have arrived. The last one to arrive runs `alone` while the others wait. */
  wait(alone?: () => void): void {
    const words = this.#words
    const now = Atomics.load(words, round)
    if (Atomics.add(words, arrived, 1) + 1 === this.#threads) {
      alone?.()
      Atomics.store(words, arrived, 0)
      Atomics.store(words, ticket, 0)
      // All threads must see the same answer, whenever the request comes.
      Atomics.store(words, agreed, Atomics.load(words, stop))
      Atomics.store(words, round, now + 1)
      Atomics.notify(words, round)
      return
    }
    // For short waits, spinning is cheaper than sleeping.
    for (let spin = 0; spin < 2000; spin++) if (Atomics.load(words, round) !== now) return
    while (Atomics.load(words, round) === now) Atomics.wait(words, round, now)
  }

  /** Takes the next piece of work not yet taken since the last `wait`: 0, 1, 2, … */
  take(): number {
    return Atomics.add(this.#words, ticket, 1)
  }

  /** Asks all threads to stop. Any thread can call it. */
  askToStop(): void {
    Atomics.store(this.#words, stop, 1)
  }

  /** Whether a stop was requested before the last `wait`: the same answer for every thread. */
  get stopping(): boolean {
    return Atomics.load(this.#words, agreed) === 1
  }
}
