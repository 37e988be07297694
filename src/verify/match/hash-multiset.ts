/**
 * Numbers under 64-bit hashes, first in, first out per hash. Hot code: open addressing over typed arrays, linear
 * probing, deletion by backward shift (Knuth, TAOCP 6.4, algorithm R), one slot per hash with a list of its numbers,
 * so that equal hashes cost no more than different ones. Grows by doubling.
 */
export class HashMultiset {
  size = 0
  /** What the last successful `take` took. */
  taken = 0
  #mask: number
  #used = 0
  #lows: Int32Array
  #highs: Int32Array
  /** First and last node of a slot's list, plus 1; a head of 0 is a free slot. */
  #heads: Int32Array
  #tails: Int32Array
  #values: Float64Array
  #next: Int32Array
  #free = -1
  #nodes = 0

  constructor(slots = 1 << 12) {
    this.#mask = slots - 1
    this.#lows = new Int32Array(slots)
    this.#highs = new Int32Array(slots)
    this.#heads = new Int32Array(slots)
    this.#tails = new Int32Array(slots)
    this.#values = new Float64Array(slots)
    this.#next = new Int32Array(slots)
  }

  add(low: number, high: number, value: number): void {
    const node = this.#node(value)
    const slot = this.#find(low, high)
    if (this.#heads[slot] === 0) {
      this.#lows[slot] = low
      this.#highs[slot] = high
      this.#heads[slot] = node + 1
      this.#used++
    } else this.#next[this.#tails[slot] - 1] = node
    this.#tails[slot] = node + 1
    this.size++
    if (this.#used * 2 > this.#mask) this.#grow()
  }

  has(low: number, high: number): boolean {
    return this.#heads[this.#find(low, high)] !== 0
  }

  /** The oldest number with a hash; -1 if there is none. */
  peek(low: number, high: number): number {
    const node = this.#heads[this.#find(low, high)] - 1
    return node < 0 ? -1 : this.#values[node]
  }

  /** Removes the oldest number with a hash and leaves it in `taken`; false if there is none. */
  take(low: number, high: number): boolean {
    const slot = this.#find(low, high)
    const node = this.#heads[slot] - 1
    if (node < 0) return false
    this.taken = this.#values[node]
    this.#release(slot, node)
    return true
  }

  /** Every number, with its hash. In no order, except oldest first within a hash. */
  forEach(visit: (value: number, low: number, high: number) => void): void {
    for (let slot = 0; slot <= this.#mask; slot++) {
      for (let node = this.#heads[slot] - 1; node >= 0; node = this.#next[node]) {
        visit(this.#values[node], this.#lows[slot], this.#highs[slot])
      }
    }
  }

  /** Removes every number that satisfies the test. */
  removeIf(goes: (value: number) => boolean): void {
    const rest = new HashMultiset(this.#mask + 1)
    this.forEach((value, low, high) => {
      if (!goes(value)) rest.add(low, high, value)
    })
    this.size = rest.size
    this.#mask = rest.#mask
    this.#used = rest.#used
    this.#lows = rest.#lows
    this.#highs = rest.#highs
    this.#heads = rest.#heads
    this.#tails = rest.#tails
    this.#values = rest.#values
    this.#next = rest.#next
    this.#free = rest.#free
    this.#nodes = rest.#nodes
  }

  /** The slot of a hash, or the free one where it would go. */
  #find(low: number, high: number): number {
    let slot = low & this.#mask
    while (this.#heads[slot] !== 0 && (this.#lows[slot] !== low || this.#highs[slot] !== high)) {
      slot = (slot + 1) & this.#mask
    }
    return slot
  }

  #node(value: number): number {
    let node = this.#free
    if (node >= 0) this.#free = this.#next[node]
    else {
      if (this.#nodes === this.#values.length) {
        const values = new Float64Array(this.#nodes * 2)
        values.set(this.#values)
        this.#values = values
        const next = new Int32Array(this.#nodes * 2)
        next.set(this.#next)
        this.#next = next
      }
      node = this.#nodes++
    }
    this.#values[node] = value
    this.#next[node] = -1
    return node
  }

  #release(slot: number, node: number): void {
    const after = this.#next[node]
    this.#next[node] = this.#free
    this.#free = node
    this.size--
    if (after >= 0) {
      this.#heads[slot] = after + 1
      return
    }
    this.#used--
    let hole = slot
    for (let at = (slot + 1) & this.#mask; this.#heads[at] !== 0; at = (at + 1) & this.#mask) {
      const home = this.#lows[at] & this.#mask
      if (((at - home) & this.#mask) >= ((at - hole) & this.#mask)) {
        this.#move(at, hole)
        hole = at
      }
    }
    this.#heads[hole] = 0
  }

  #move(from: number, to: number): void {
    this.#lows[to] = this.#lows[from]
    this.#highs[to] = this.#highs[from]
    this.#heads[to] = this.#heads[from]
    this.#tails[to] = this.#tails[from]
  }

  #grow(): void {
    const slots = (this.#mask + 1) * 2
    const [lows, highs, heads, tails] = [this.#lows, this.#highs, this.#heads, this.#tails]
    this.#mask = slots - 1
    this.#lows = new Int32Array(slots)
    this.#highs = new Int32Array(slots)
    this.#heads = new Int32Array(slots)
    this.#tails = new Int32Array(slots)
    for (let slot = 0; slot < heads.length; slot++) {
      if (heads[slot] === 0) continue
      const to = this.#find(lows[slot], highs[slot])
      this.#lows[to] = lows[slot]
      this.#highs[to] = highs[slot]
      this.#heads[to] = heads[slot]
      this.#tails[to] = tails[slot]
    }
  }
}
