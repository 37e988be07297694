import type { EncodedBatch } from '../../record.js'

/**
 * A 64-bit hash of a record in its place: partition, key, value and, if compared, timestamp. Hot code: one instance, no allocation per record.
 *
 * Two 32-bit lanes of xxHash's rounds (Collet, XXH32) with different primes, two words at a time, finalised as in MurmurHash3 (Appleby).
 * Both words of a pair go into both lanes: two different records collide with a probability of about 2^-64 per pair.
 */
export class RecordHash {
  low = 0
  high = 0
  #bytes: Uint8Array = new Uint8Array(0)
  #view = new DataView(this.#bytes.buffer)

  /** Sets `low` and `high`. A length of -1 stands for null, which differs from empty; a timestamp of -1 for none. */
  set(
    partition: number,
    bytes: Uint8Array,
    keyStart: number,
    keyLength: number,
    valueStart: number,
    valueLength: number,
    timestamp = -1,
  ): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    this.low = 0x2f0b4c47 ^ partition
    this.high = (0x6a09e667 + Math.imul(partition, 0x9e3779b1)) | 0
    this.#part(keyStart, keyLength)
    this.#part(valueStart, valueLength)
    if (timestamp >= 0) this.#time(timestamp)
    const low = finish(this.low)
    const high = finish(this.high ^ low)
    this.low = (low + high) | 0
    this.high = high
  }

  #time(timestamp: number): void {
    const upper = Math.floor(timestamp / 2 ** 32)
    this.low = roundA(roundA(this.low, timestamp | 0), upper)
    this.high = roundB(roundB(this.high, timestamp | 0), upper)
  }

  #part(start: number, length: number): void {
    const view = this.#view
    const bytes = this.#bytes
    const end = start + length
    let a = this.low
    let b = this.high
    let i = start
    for (const last = end - 7; i < last; i += 8) {
      const second = view.getInt32(i + 4, true)
      a = roundA(a, (view.getInt32(i, true) + Math.imul(second, 0x165667b1)) | 0)
      b = roundB(b, (second + a) | 0)
    }
    if (i < end - 3) {
      a = roundA(a, view.getInt32(i, true))
      b = roundB(b, a)
      i += 4
    }
    let rest = 0
    for (; i < end; i++) rest = (rest << 8) | bytes[i]
    a = roundA(roundA(a, rest), length)
    b = roundB(roundB(b, (rest + a) | 0), length)
    this.low = a
    this.high = b
  }
}

function roundA(lane: number, word: number): number {
  const sum = (lane + Math.imul(word, 0x85ebca77)) | 0
  return Math.imul((sum << 13) | (sum >>> 19), 0x9e3779b1)
}

function roundB(lane: number, word: number): number {
  const sum = (lane + Math.imul(word, 0xc2b2ae3d)) | 0
  return Math.imul((sum << 17) | (sum >>> 15), 0x27d4eb2f)
}

/** The expected hash of record i of an encoded batch in a partition. */
export function hashExpected(hash: RecordHash, partition: number, records: EncodedBatch, i: number): void {
  const { bytes, offsets, hasKeys, nullKeys, nullValues, timestamps } = records
  const key = offsets[2 * i]
  const value = offsets[2 * i + 1]
  const keyLength = hasKeys && nullKeys?.[i] !== 1 ? value - key : -1
  const valueLength = nullValues?.[i] === 1 ? -1 : offsets[2 * i + 2] - value
  hash.set(partition, bytes, key, keyLength, value, valueLength, timestamps === undefined ? -1 : timestamps[i])
}

function finish(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
