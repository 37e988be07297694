/**
 * Which partition a record goes to: a pure function of its key (or, without one, its position) and the number of
 * partitions, so that anyone can recompute it. Hot code: no allocation.
 */
import type { EncodedBatch } from '../record.js'

/**
 * Records without a key go to partition ⌊position / 256⌋ mod partitions: blocks of consecutive positions keep record
 * batches large, and partitions differ by at most one block however long the stream.
 */
export const positionsPerBlock = 256

/** Sets `into[i]` to the partition of record i, from record `first` to before `end`. */
export function assignPartitions(
  batch: EncodedBatch,
  partitions: number,
  into: Int32Array,
  first = 0,
  end = batch.length,
): void {
  const { start, stride, bytes, offsets, hasKeys, nullKeys } = batch
  if (!hasKeys) {
    assignPositions(start, stride, partitions, into, first, end)
    return
  }
  for (let i = first; i < end; i++) {
    into[i] =
      nullKeys === undefined || nullKeys[i] === 0
        ? partitionOfKey(bytes, offsets[2 * i], offsets[2 * i + 1], partitions)
        : partitionOfPosition(start + i * stride, partitions)
  }
}

/** `partitionOfPosition` of start + i · stride, with one division for each block. */
function assignPositions(
  start: number,
  stride: number,
  partitions: number,
  into: Int32Array,
  first: number,
  end: number,
): void {
  for (let i = first; i < end;) {
    const position = start + i * stride
    const partition = partitionOfPosition(position, partitions)
    const left = positionsPerBlock - (position % positionsPerBlock)
    const next = Math.min(end, i + Math.ceil(left / stride))
    while (i < next) into[i++] = partition
  }
}

/** The partition of a record without a key. */
export function partitionOfPosition(position: number, partitions: number): number {
  return Math.floor(position / positionsPerBlock) % partitions
}

/** The partition of the key bytes[start .. end), as Java's client chooses it (BuiltInPartitioner.partitionForKey). */
export function partitionOfKey(bytes: Uint8Array, start: number, end: number, partitions: number): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitions
}

/** MurmurHash2, 32 bit, of bytes[start .. end) with the seed of Java's client (Utils.murmur2), as a signed integer. */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const m = 0x5bd1e995
  const length = end - start
  let h = 0x9747b28c ^ length
  const lastWord = start + (length & ~3)
  for (let i = start; i < lastWord; i += 4) {
    let k = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    k = Math.imul(k, m)
    h = Math.imul(h, m) ^ k
  }
  const rest = length & 3
  if (rest === 3) h ^= bytes[lastWord + 2] << 16
  if (rest >= 2) h ^= bytes[lastWord + 1] << 8
  if (rest >= 1) {
    h ^= bytes[lastWord]
    h = Math.imul(h, m)
  }
  h ^= h >>> 13
  h = Math.imul(h, m)
  h ^= h >>> 15
  return h
}
