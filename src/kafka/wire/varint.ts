/**
 * Kafka's variable-length integers: zig-zag (keeps small negative numbers short), seven bits per byte, least significant
 * first (KIP-98, as in Protocol Buffers). Hot: no allocation.
 */

/** Encoded length of a signed 32-bit integer. */
export function sizeOfVarint(value: number): number {
  return sizeOfUnsigned(((value << 1) ^ (value >> 31)) >>> 0)
}

function sizeOfUnsigned(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5
}

/** Encoded length of a signed integer of up to 53 bits. */
export function sizeOfVarlong(value: number): number {
  if (value === value >> 0) return sizeOfVarint(value)
  let size = 1
  // Zig-zag in plain arithmetic: twice a number above 2^52 is not exact, so the first seven bits go first.
  for (let rest = afterFirst(value); rest > 0; rest = Math.floor(rest / 128)) size++
  return size
}

/** Writes a signed 32-bit integer at `at`; returns the index after it. */
export function writeVarint(out: Uint8Array, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  while (rest > 0x7f) {
    out[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  out[at++] = rest
  return at
}

/** Writes a signed integer of up to 53 bits at `at`; returns the index after it. */
export function writeVarlong(out: Uint8Array, at: number, value: number): number {
  if (value === value >> 0) return writeVarint(out, at, value)
  out[at++] = firstSeven(value) | 0x80
  let rest = afterFirst(value)
  while (rest > 0x7f) {
    out[at++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  out[at++] = rest
  return at
}

// The zig-zag of v is 2v, or -2v - 1 = 2(-v - 1) + 1 for negative v; split into its low seven bits and the rest.
function firstSeven(value: number): number {
  return value < 0 ? ((-1 - value) % 64) * 2 + 1 : (value % 64) * 2
}

function afterFirst(value: number): number {
  return Math.floor((value < 0 ? -1 - value : value) / 64)
}
