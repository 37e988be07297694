import type { ExpectedBatch, FoundBatch } from './expected-and-found.js'
import { ExpectedBlock, FoundView } from './expected-block.js'

/** Blocks kept for reuse. */
const maxSpares = 16

/** Generated records that wait as bytes: per shard and partition a queue, spread over the shard's blocks. */
export class ExpectedQueues {
  /** How many records wait. */
  size = 0
  /** Bytes held for those whose encoder has gone on. */
  held = 0
  #serial = 0
  readonly #found = new FoundView()
  readonly #partitions: number
  /** Per shard, in order. */
  readonly #blocks: readonly ExpectedBlock[][]
  readonly #spares: ExpectedBlock[] = []

  constructor(shards: number, partitions: number) {
    this.#partitions = partitions
    this.#blocks = Array.from({ length: shards }, () => [])
  }

  /** Called before a shard's encoder is called again. */
  keep(shard: number): void {
    const last = this.#blocks[shard].at(-1)
    if (last !== undefined) this.held += last.keep()
  }

  /** Adds the next records of a shard. Their memory is borrowed until `keep`. */
  add(shard: number, batch: ExpectedBatch): void {
    const block = this.#spares.pop() ?? new ExpectedBlock(this.#found)
    block.set(shard, this.#serial++, batch, this.#partitions)
    this.#blocks[shard].push(block)
    this.size += batch.records.length
  }

  /** The block with the next record of a shard in a partition; null: none waits. */
  at(shard: number, partition: number): ExpectedBlock | null {
    const blocks = this.#blocks[shard]
    for (let i = 0; i < blocks.length; i++) if (blocks[i].head(partition) >= 0) return blocks[i]
    return null
  }

  /** Whether the batch's current record is the next one of a shard. */
  isNext(shard: number, partition: number, batch: FoundBatch, timestamps: boolean): ExpectedBlock | null {
    const block = this.at(shard, partition)
    return block?.isNext(partition, batch, timestamps) === true ? block : null
  }

  /** Called after `count` records of a block were taken. */
  settle(block: ExpectedBlock, count: number): void {
    this.size -= count
    if (block.left > 0) return
    const blocks = this.#blocks[block.shard]
    blocks.splice(blocks.indexOf(block), 1)
    this.#release(block)
  }

  /** Visits every record that waits, in the order added, and removes them all. */
  drain(visit: (block: ExpectedBlock, i: number, partition: number) => void): void {
    if (this.size === 0) return
    const all = this.#blocks.flatMap((blocks) => blocks.splice(0)).sort((a, b) => a.serial - b.serial)
    for (const block of all) {
      block.drain((i, partition) => visit(block, i, partition))
      this.#release(block)
    }
    this.size = 0
  }

  #release(block: ExpectedBlock): void {
    this.held -= block.held
    if (this.#spares.length < maxSpares) this.#spares.push(block)
  }
}
