import type { Clock } from '../../delivery/clock.js'

/** Something that happens repeatedly. */
export interface Timed {
  /** When, in milliseconds of the wheel's clock. Changed only by `fire`, or before it is added. */
  due: number
  /** Called at or soon after `due`; sets the next `due`, or returns false to end. */
  fire(now: number): boolean
}

/** Timers this close together fire in one go. */
const tickMs = 5
/** A power of two; timers due beyond all slots go round again. */
const slotCount = 1024

/**
 * Thousands of repeating timers on a single platform timer (Varghese and Lauck, "Hashed and hierarchical timing wheels",
 * scheme 6): adding, firing and removing take constant time, and everything due in one tick shares its wake-up.
 */
export class TimerWheel {
  readonly #clock: Clock
  readonly #slots = Array.from({ length: slotCount }, () => new Set<Timed>())
  readonly #slotOf = new Map<Timed, Set<Timed>>()
  #tick: number
  #wakesAt = Infinity
  #cancel: () => void = () => undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#tick = this.#tickOf(clock.now())
  }

  add(timed: Timed): void {
    if (this.#slotOf.size === 0) this.#tick = this.#tickOf(this.#clock.now())
    this.#place(timed)
    this.#sleep()
  }

  remove(timed: Timed): void {
    this.#slotOf.get(timed)?.delete(timed)
    this.#slotOf.delete(timed)
    if (this.#slotOf.size === 0) this.#sleep()
  }

  #place(timed: Timed): void {
    const tick = Math.max(this.#tick + 1, Math.ceil(timed.due / tickMs))
    const slot = this.#slots[tick % slotCount]
    slot.add(timed)
    this.#slotOf.set(timed, slot)
  }

  /** Sets the platform's timer to the next non-empty slot. */
  #sleep(): void {
    let next = Infinity
    if (this.#slotOf.size > 0) {
      next = this.#tick + 1
      while (this.#slots[next % slotCount].size === 0) next++
    }
    if (next === this.#wakesAt) return
    this.#cancel()
    this.#wakesAt = next
    if (next !== Infinity) this.#cancel = this.#clock.after(next * tickMs - this.#clock.now(), () => this.#wake())
  }

  #wake(): void {
    this.#wakesAt = Infinity
    const now = this.#clock.now()
    // After a stall longer than a turn of the wheel, every slot is visited once.
    const until = this.#tickOf(now)
    const from = Math.max(this.#tick + 1, until - slotCount + 1)
    this.#tick = Math.max(this.#tick, until)
    for (let tick = from; tick <= until; tick++) {
      const slot = this.#slots[tick % slotCount]
      for (const timed of [...slot]) {
        if (timed.due > now || !slot.delete(timed)) continue
        this.#slotOf.delete(timed)
        if (timed.fire(now)) this.#place(timed)
      }
    }
    this.#sleep()
  }

  #tickOf(now: number): number {
    return Math.floor(now / tickMs)
  }
}
