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

  /** Waits until every thread of the team has arrived. The last to arrive runs `alone` while the others wait. */
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
    // Spinning is cheaper for a short wait.
    for (let spin = 0; spin < 2000; spin++) if (Atomics.load(words, round) !== now) return
    while (Atomics.load(words, round) === now) Atomics.wait(words, round, now)
  }

  /** The next piece of work nobody has taken since the last meeting: 0, 1, 2, … */
  take(): number {
    return Atomics.add(this.#words, ticket, 1)
  }

  /** Asks all threads to stop; may be called from outside the team. */
  askToStop(): void {
    Atomics.store(this.#words, stop, 1)
  }

  /** Whether the team had been asked to stop when it last met: the same for every thread. */
  get stopping(): boolean {
    return Atomics.load(this.#words, agreed) === 1
  }
}
