import { GenesisError } from '../errors.js'
import type { ColumnBatch, Field } from '../record.js'

/** Default for `GeneratorOptions.capacity`. */
export const defaultCapacity = 4096

/**
 * Generates the records of one shard. Record p depends only on (model, conditions, seed, p): the same position gives the same bytes on
 * every machine and thread, whatever was generated before.
 */
export interface Generator {
  /** The record layout. */
  readonly fields: readonly Field[]
  /** Hash of model, conditions, seed and layout, hexadecimal. */
  readonly fingerprint: string
  /** The next position. Set by `start`, advanced by `generate`. */
  readonly position: number
  /** Moves to a position of this shard (congruent to the shard), in constant time. */
  start(position: number): void
  /** Generates the next `count` records (1 to `capacity`). The batch is valid until the next call. Synchronous, no I/O. */
  generate(count: number): ColumnBatch
  /** Maximum number of records per call. */
  readonly capacity: number
}

/** Throws INTERNAL if a position does not belong to the shard. */
export function checkPosition(position: number, shard: number, shards: number): void {
  if (Number.isSafeInteger(position) && position >= 0 && position % shards === shard) return
  throw new GenesisError('INTERNAL', 'not a position of this shard', {
    found: String(position),
    expected: `a position p with p mod ${shards} = ${shard}`,
  })
}

/** Throws INTERNAL unless count is from 1 to the capacity of a generator. */
export function checkBatchSize(count: number, capacity: number): void {
  if (count >= 1 && count <= capacity) return
  throw new GenesisError('INTERNAL', 'not a valid batch size', { found: String(count), expected: `1 to ${capacity}` })
}
