/**
 * Whose turn it is to write, among the tasks of a thread that write as fast as they can. If all wrote at once, each would
 * have few records in each of its transactions and record batches, which the broker pays for one by one, and the thread's
 * caches would lose what they hold with every change of task.
 */
import type { Clock } from '../delivery/clock.js'

/** How long a turn lasts while others wait. */
const turnMs = 100
/** Where many tasks share a thread their turns are shorter: each gets one this often. */
const roundMs = 10_000
const minTurnMs = 10
/** A turn held up for this long by its sink counts no more. */
const stuckMs = 1_000

/** The turns of one thread: one task at a time, first come, first served. */
export class Turns {
  readonly #clock: Pick<Clock, 'after'>
  readonly #waiting = new Set<Turn>()
  #isTaken = false

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  /** For one task, which uses it again and again. */
  turn(): Turn {
    return new Turn(this)
  }

  /** How long a turn may last now, in ms; Infinity: nobody waits. */
  get lengthMs(): number {
    const { size } = this.#waiting
    return size === 0 ? Infinity : Math.max(minTurnMs, Math.min(turnMs, roundMs / size))
  }

  /** For `Turn`: calls its `begin` when it is its turn. */
  wait(turn: Turn): void {
    this.#waiting.add(turn)
    this.#next()
  }

  /** For `Turn`: it no longer waits. */
  leave(turn: Turn): void {
    this.#waiting.delete(turn)
  }

  #next(): void {
    const [turn] = this.#waiting
    if (this.#isTaken || turn === undefined) return
    this.#waiting.delete(turn)
    this.#isTaken = true
    let counts = true
    const end = (): void => {
      if (!counts) return
      counts = false
      cancel()
      this.#isTaken = false
      this.#next()
    }
    const cancel = this.#clock.after(stuckMs, end)
    turn.begin(end)
  }
}

/** A task's turn: the task waits for it, has it, or neither. */
export class Turn {
  readonly #turns: Turns
  #began: (() => void) | null = null
  #ended: (() => void) | null = null

  constructor(turns: Turns) {
    this.#turns = turns
  }

  get isMine(): boolean {
    return this.#ended !== null
  }

  /** How long it may last now, in ms; Infinity: nobody waits. */
  get lengthMs(): number {
    return this.#turns.lengthMs
  }

  /** Resolves when it begins, or when `end` is called before. */
  take(): Promise<void> {
    return new Promise((resolve) => {
      this.#began = resolve
      this.#turns.wait(this)
    })
  }

  /** Ends it, or the wait for it, if there is one. */
  end(): void {
    this.#turns.leave(this)
    const ended = this.#ended
    this.#ended = null
    ended?.()
    this.#began?.()
    this.#began = null
  }

  /** For `Turns`. */
  begin(ended: () => void): void {
    this.#ended = ended
    this.#began?.()
    this.#began = null
  }
}
