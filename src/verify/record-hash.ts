import type { EncodedBatch } from '../record.js'

/**
 * A 64-bit hash of a record in its place: partition, key and value. Hot code: one instance, no allocation per record.
 *
 * Two 32-bit lanes of MurmurHash3's x86 mixing with its finaliser (Appleby, public domain). A record that differs from
 * another anywhere passes for it with a probability of about 2^-64 for each pair.
 */
export class RecordHash {
  low = 0
  high = 0

  /** Sets `low` and `high`. A length of -1 stands for null, which differs from empty. */
  set(
    partition: number,
    bytes: Uint8Array,
    keyStart: number,
    keyLength: number,
    valueStart: number,
    valueLength: number,
  ): void {
    this.low = 0x2f0b4c47 ^ partition
    this.high = 0x6a09e667 + Math.imul(partition, 0x9e3779b1)
    this.#part(bytes, keyStart, keyLength)
    this.#part(bytes, valueStart, valueLength)
    const low = finish(this.low)
    const high = finish(this.high ^ low)
    this.low = (low + high) | 0
    this.high = high
  }

  #part(bytes: Uint8Array, start: number, length: number): void {
    const end = start + length
    let a = this.low
    let b = this.high
    let i = start
    for (const last = end - 3; i < last; i += 4) {
      const word = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24)
      a ^= scramble(word, 0xcc9e2d51, 0x1b873593)
      a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0
      b ^= scramble(word, 0x239b961b, 0xab0e9789)
      b = (Math.imul((b << 17) | (b >>> 15), 5) + 0x561ccd1b) | 0
    }
    let rest = length
    for (; i < end; i++) rest = (rest << 8) ^ bytes[i] ^ (rest >>> 24)
    a ^= scramble(rest, 0xcc9e2d51, 0x1b873593)
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0
    b ^= scramble(rest, 0x239b961b, 0xab0e9789) ^ length
    b = (Math.imul((b << 17) | (b >>> 15), 5) + 0x561ccd1b) | 0
    this.low = a
    this.high = b
  }
}

/** The hash of record i of an encoded batch as it is to be found in a partition. */
export function hashExpected(hash: RecordHash, partition: number, records: EncodedBatch, i: number): void {
  const { bytes, offsets, hasKeys, nullKeys, nullValues } = records
  const key = offsets[2 * i]
  const value = offsets[2 * i + 1]
  const keyLength = hasKeys && nullKeys?.[i] !== 1 ? value - key : -1
  const valueLength = nullValues?.[i] === 1 ? -1 : offsets[2 * i + 2] - value
  hash.set(partition, bytes, key, keyLength, value, valueLength)
}

function scramble(word: number, c1: number, c2: number): number {
  const k = Math.imul(word, c1)
  return Math.imul((k << 15) | (k >>> 17), c2)
}

function finish(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
