import { createHash } from 'node:crypto'
import { disturbKinds } from '../../config/disturb.js'
import type { DisturbConfig, DisturbKind } from '../../config/disturb.js'
import { blockRows, pitch } from '../random/block-words.js'
import { RowWords } from '../random/row-words.js'

const minSlots = 1024
const two32 = 0x100000000

/** The number of a fault's kind in a batch's `faults.kinds`. */
export function kindNumber(kind: DisturbKind): number {
  return disturbKinds.indexOf(kind) + 1
}

/** The maximum distance that a record moves, in records of its shard. */
export function maxDistance({ probabilities, lateBy, outOfOrderWithin }: DisturbConfig): number {
  return Math.max(probabilities.late > 0 ? lateBy : 0, probabilities.out_of_order > 0 ? outOfOrderWithin : 0)
}

/**
 * Which record is in which slot. A shard's stream is divided into blocks of `slots` records. A block has its own records, which move only
 * within it, and a fixed number of duplicates, so any block can be planned on its own. A record's fault depends only on (seed, position).
 * Hot: allocates nothing after the constructor.
 */
export class BlockPlan {
  readonly slots: number
  /** The planned block; -1: none yet. */
  block = -1
  /** The index, within the shard, of the block's first record. */
  first = 0
  /** By slot: its record, counted from `first`. */
  readonly sources: Int32Array
  /** By slot: the fault (see Faults). */
  readonly kinds: Uint8Array
  /** By slot: the fault's draw. */
  readonly draws: Float64Array
  readonly #config: DisturbConfig
  readonly #shard: number
  readonly #shards: number
  readonly #words: RowWords
  readonly #ends: Int32Array
  readonly #kindOf: Uint8Array
  readonly #drawOf: Float64Array
  readonly #targetOf: Int32Array

  constructor(config: DisturbConfig, shard: number, shards: number) {
    this.#config = config
    this.#shard = shard
    this.#shards = shards
    this.slots = Math.max(minSlots, 2 ** Math.ceil(Math.log2(16 * maxDistance(config))))
    // A separate key, because the model draws from the stream's seed at the same positions.
    const digest = createHash('sha256').update(`disturb ${config.seed}`).digest()
    this.#words = new RowWords(digest.readUIntBE(0, 6), 2)
    const { slots } = this
    this.sources = new Int32Array(slots)
    this.kinds = new Uint8Array(slots)
    this.draws = new Float64Array(slots)
    this.#ends = new Int32Array(slots + 1)
    this.#kindOf = new Uint8Array(slots)
    this.#drawOf = new Float64Array(slots)
    this.#targetOf = new Int32Array(slots)
  }

  /** Plans a block. */
  load(block: number): void {
    if (block === this.block) return
    this.first = this.#recordsBefore(block)
    const count = this.#recordsBefore(block + 1) - this.first
    this.#choose(count)
    this.#place(count)
    this.block = block
  }

  /** The number of records in the blocks before this one, not counting copies. */
  #recordsBefore(block: number): number {
    return Math.floor((block * this.slots) / (1 + this.#config.probabilities.duplicate))
  }

  /** Draws each record's fault. */
  #choose(count: number): void {
    const { probabilities, lateBy, outOfOrderWithin } = this.#config
    const share = 1 / (1 - probabilities.duplicate)
    // Records near the end of a block cannot move, so the others are chosen correspondingly more often.
    const late = (probabilities.late * share * count) / (count - lateBy)
    const outOfOrder = (probabilities.out_of_order * share * count) / (count - outOfOrderWithin)
    let copies = this.slots - count
    for (let from = 0; from < count; from += blockRows) {
      const rows = Math.min(blockRows, count - from)
      this.#words.fill((this.first + from) * this.#shards + this.#shard, this.#shards, rows)
      const { words } = this.#words
      for (let i = 0; i < rows; i++) {
        const m = from + i
        let u = (words[i] >>> 0) / two32
        const draw = (words[pitch + i] >>> 0) / two32
        let kind = 0
        let target = m
        // Knuth's selection sampling (TAOCP 2, algorithm S): exactly `copies` of the records.
        const copied = copies / (count - m)
        if (u < copied) {
          kind = duplicate
          copies--
        } else {
          u = (u - copied) / (1 - copied)
          if (m < count - lateBy && (u -= late) < 0) {
            kind = 1
            target = m + lateBy
          } else if (m < count - outOfOrderWithin && (u -= outOfOrder) < 0) {
            kind = 2
            target = m + 1 + Math.floor(draw * outOfOrderWithin)
          } else {
            for (let k = duplicate + 1; k <= disturbKinds.length; k++) {
              if ((u -= probabilities[disturbKinds[k - 1]] * share) >= 0) continue
              kind = k
              break
            }
          }
        }
        this.#kindOf[m] = kind
        this.#drawOf[m] = draw
        this.#targetOf[m] = target
      }
    }
  }

  /** Sorts the records by target slot; a record moved to a slot follows the one that was there. */
  #place(count: number): void {
    const ends = this.#ends.fill(0)
    for (let m = 0; m < count; m++) ends[this.#targetOf[m] + 1] += this.#kindOf[m] === duplicate ? 2 : 1
    for (let m = 0; m < count; m++) ends[m + 1] += ends[m]
    for (let m = 0; m < count; m++) {
      if (this.#targetOf[m] !== m) continue
      const kind = this.#kindOf[m]
      this.#put(ends[m]++, m, kind === duplicate ? 0 : kind)
      if (kind === duplicate) this.#put(ends[m]++, m, kind)
    }
    for (let m = 0; m < count; m++) {
      if (this.#targetOf[m] !== m) this.#put(ends[this.#targetOf[m]]++, m, this.#kindOf[m])
    }
  }

  #put(slot: number, m: number, kind: number): void {
    this.sources[slot] = m
    this.kinds[slot] = kind
    this.draws[slot] = this.#drawOf[m]
  }
}

const duplicate = kindNumber('duplicate')
