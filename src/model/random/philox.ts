/**
 * Philox4x32-10, a counter-based generator: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3"
 * (SC 2011). Hot: written for the machine; allocates and calls nothing.
 */

/**
 * Writes 4 words for each of `count` counters: out[4i .. 4i + 3] = Philox(counter i, key). A counter is four 32-bit words, least
 * significant first: low[i], high[i], word2, word3.
 */
export function philox(
  out: Int32Array,
  count: number,
  low: Int32Array,
  high: Int32Array,
  word2: number,
  word3: number,
  key0: number,
  key1: number,
): void {
  for (let i = 0, at = 0; i < count; i++, at += 4) {
    let c0 = low[i]
    let c1 = high[i]
    let c2 = word2 | 0
    let c3 = word3 | 0
    let k0 = key0 | 0
    let k1 = key1 | 0
    for (let round = 0; round < 10; round++) {
      // The upper halves of c0 · D2511F53 and c2 · CD9E8D57, from products of 16-bit halves.
      const a = c0 & 0xffff
      const b = c0 >>> 16
      const ab = (Math.imul(b, 0x1f53) + (Math.imul(a, 0x1f53) >>> 16)) >>> 0
      const ba = Math.imul(a, 0xd251) + (ab & 0xffff)
      const high0 = (Math.imul(b, 0xd251) + (ab >>> 16) + (ba >>> 16)) | 0
      const c = c2 & 0xffff
      const d = c2 >>> 16
      const cd = (Math.imul(d, 0x8d57) + (Math.imul(c, 0x8d57) >>> 16)) >>> 0
      const dc = Math.imul(c, 0xcd9e) + (cd & 0xffff)
      const high1 = (Math.imul(d, 0xcd9e) + (cd >>> 16) + (dc >>> 16)) | 0
      const low0 = Math.imul(c0, 0xd2511f53)
      const low1 = Math.imul(c2, 0xcd9e8d57)
      c0 = high1 ^ c1 ^ k0
      c1 = low1
      c2 = high0 ^ c3 ^ k1
      c3 = low0
      k0 = (k0 + 0x9e3779b9) | 0
      k1 = (k1 + 0xbb67ae85) | 0
    }
    out[at] = c0
    out[at + 1] = c1
    out[at + 2] = c2
    out[at + 3] = c3
  }
}
