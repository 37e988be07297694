/**
 * Groups the rows of a chunk by their symbols in each subtree of the circuit. A subtree's messages depend only on these symbols, so they
 * are computed once per distinct pattern, not once per row: a leaf has no more patterns than symbols. Hot code: open addressing in reused
 * arrays, no allocation per chunk.
 */
import { topDown } from '../model/circuit.js'

/** Where a node's patterns are written, with room for a chunk's rows. */
export interface PatternArrays {
  /** By pattern: the node's symbol. */
  readonly symbols: Int32Array
  /** By pattern of the node's *parent*: the pattern of the node within it. */
  readonly above: Int32Array
}

export class Patterns {
  /** By node: the number of distinct patterns of its subtree in the chunk. Patterns are numbered in order of first occurrence. */
  readonly count: Int32Array
  /** symbols[j][u]: the symbol of node j in its pattern u. */
  readonly symbols: readonly Int32Array[]
  /** above[j][v]: the pattern of j within pattern v of j's *parent*. Empty for the root. */
  readonly above: readonly Int32Array[]
  /** By pattern of the root: number of rows. */
  readonly weight: Int32Array

  readonly #order: readonly number[]
  readonly #children: readonly (readonly number[])[]
  /** By node, then by row: the pattern. */
  readonly #ids: readonly Int32Array[]
  readonly #first: Int32Array
  readonly #mask: number
  readonly #keys: Float64Array
  readonly #slots: Int32Array
  readonly #stamps: Int32Array
  #stamp = 0

  constructor(parent: readonly number[], chunkRows: number, arrays?: readonly PatternArrays[]) {
    const rows = (): Int32Array => new Int32Array(chunkRows)
    this.#order = topDown(parent)
    this.#children = childrenOf(parent)
    this.count = new Int32Array(parent.length)
    this.symbols = arrays?.map(({ symbols }) => symbols) ?? parent.map(rows)
    this.above = arrays?.map(({ above }) => above) ?? parent.map(rows)
    this.weight = rows()
    this.#ids = parent.map(rows)
    this.#first = rows()
    let slots = 64
    while (slots < 4 * chunkRows) slots *= 2
    this.#mask = slots - 1
    this.#keys = new Float64Array(slots)
    this.#slots = new Int32Array(slots)
    this.#stamps = new Int32Array(slots)
  }

  /** Groups the rows `order[start] … order[end − 1]` of the table. */
  group(codes: readonly Uint16Array[], order: Int32Array, start: number, end: number): void {
    const rows = end - start
    for (let k = this.#order.length - 1; k >= 0; k--) {
      const node = this.#order[k]
      const ids = this.#ids[node]
      const column = codes[node]
      for (let row = 0; row < rows; row++) ids[row] = column[order[start + row]]
      let count = this.#number(ids, undefined, rows)
      for (const child of this.#children[node]) count = this.#number(ids, this.#ids[child], rows)
      this.count[node] = count
      const first = this.#first
      for (let row = rows - 1; row >= 0; row--) first[ids[row]] = row
      const symbols = this.symbols[node]
      for (let u = 0; u < count; u++) symbols[u] = column[order[start + first[u]]]
      for (const child of this.#children[node]) {
        const above = this.above[child]
        const below = this.#ids[child]
        for (let u = 0; u < count; u++) above[u] = below[first[u]]
      }
    }
    const root = this.#ids[this.#order[0]]
    this.weight.fill(0)
    for (let row = 0; row < rows; row++) this.weight[root[row]]++
  }

  /** Renumbers ids, or pairs of ids, in order of first occurrence; returns how many are distinct. */
  #number(ids: Int32Array, others: Int32Array | undefined, rows: number): number {
    const mask = this.#mask
    const keys = this.#keys
    const slots = this.#slots
    const stamps = this.#stamps
    const stamp = ++this.#stamp
    let count = 0
    for (let row = 0; row < rows; row++) {
      const low = ids[row]
      const high = others === undefined ? 0 : others[row]
      const key = high * 65536 + low
      let slot = (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> 7
      while (stamps[(slot &= mask)] === stamp && keys[slot] !== key) slot++
      if (stamps[slot] !== stamp) {
        stamps[slot] = stamp
        keys[slot] = key
        slots[slot] = count++
      }
      ids[row] = slots[slot]
    }
    return count
  }
}

export function childrenOf(parent: readonly number[]): number[][] {
  const children: number[][] = parent.map(() => [])
  parent.forEach((above, node) => {
    if (above >= 0) children[above].push(node)
  })
  return children
}
