import { GenesisError } from '../errors.js'
import type { ColumnBatch, Field } from '../record.js'

/**
 * Generates the records of one shard. Record p depends only on (model, conditions, seed, p): whatever was generated before,
 * on any machine and thread, the same position gives the same bytes.
 */
export interface Generator {
  /** The record layout. */
  readonly fields: readonly Field[]
  /** Hash of model, conditions, seed and layout, hexadecimal. */
  readonly fingerprint: string
  /** The next position. Set by `start`, advanced by `generate`. */
  readonly position: number
  /** Goes to a position of this shard (congruent to the shard), in constant time. */
  start(position: number): void
  /** The next `count` records (1 to `capacity`), as a batch that is valid until the next call. Synchronous, no I/O. */
  generate(count: number): ColumnBatch
  /** Maximum number of records per call. */
  readonly capacity: number
}

/** Throws INTERNAL if a position is not one of a shard. */
export function checkPosition(position: number, shard: number, shards: number): void {
  if (Number.isSafeInteger(position) && position >= 0 && position % shards === shard) return
  throw new GenesisError('INTERNAL', 'not a position of this shard', {
    found: String(position),
    expected: `a position p with p mod ${shards} = ${shard}`,
  })
}

/** Throws INTERNAL if a generator of this capacity cannot make this many records in one call. */
export function checkBatchSize(count: number, capacity: number): void {
  if (count >= 1 && count <= capacity) return
  throw new GenesisError('INTERNAL', 'not a valid batch size', { found: String(count), expected: `1 to ${capacity}` })
}
