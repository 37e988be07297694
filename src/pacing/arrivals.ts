/** How records are spread over the time a rate gives them. Time here is in expected records: a rate of 1. */
export interface Arrivals {
  /** Number of records arrived by `time`, since the start. `time` never decreases. */
  by(time: number): number
  /** The time at which `count` records have arrived; `count` exceeds the last result of `by`. */
  when(count: number): number
}

/** One after each unit of time, the first at once; all shifted by `phase`, 0 to 1. */
export class EvenArrivals implements Arrivals {
  readonly #lead: number

  constructor(phase = 0) {
    this.#lead = 1 - phase
  }

  by(time: number): number {
    return Math.floor(time + this.#lead)
  }

  when(count: number): number {
    return count - this.#lead
  }
}

/**
 * A Poisson process: the gaps between arrivals are exponential and independent, and reproducible from the seed. With a varying
 * rate it is an inhomogeneous one (by change of time; Çinlar, "Introduction to Stochastic Processes", 1975).
 */
export class PoissonArrivals implements Arrivals {
  #state: number
  #arrived = 0
  /** Arrival times after the last one counted, as far as requested. */
  #next: number[] = []
  #last = 0

  constructor(seed: number, shard = 0) {
    this.#state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca77) ^ shard) | 0
  }

  by(time: number): number {
    while (this.#time(0) <= time) {
      this.#next.shift()
      this.#arrived++
    }
    return this.#arrived
  }

  when(count: number): number {
    return this.#time(count - this.#arrived - 1)
  }

  /** The time of the arrival at index `ahead` among those not counted yet. */
  #time(ahead: number): number {
    while (this.#next.length <= ahead) {
      this.#last -= Math.log(1 - this.#uniform())
      this.#next.push(this.#last)
    }
    return this.#next[ahead]
  }

  /** splitmix32: Steele, Lea & Flood, "Fast splittable pseudorandom number generators" (2014), in 32 bits. */
  #uniform(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let mixed = this.#state ^ (this.#state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
