/**
 * xoshiro128**: Blackman & Vigna, "Scrambled linear pseudorandom number generators" (2021). Hot: written for the machine.
 */

/**
 * Writes `draws` words for each of `count` generators: draw d of generator i goes to words[d · pitch + i]. Generator i is seeded by the
 * four words seeds[4i .. 4i + 3], which must not all be 0 (Philox outputs that for only one of 2^128 counters).
 */
export function xoshiro(words: Int32Array, pitch: number, draws: number, seeds: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const from = i << 2
    let s0 = seeds[from]
    let s1 = seeds[from + 1]
    let s2 = seeds[from + 2]
    let s3 = seeds[from + 3]
    let at = i
    for (let draw = 0; draw < draws; draw++) {
      const five = Math.imul(s1, 5)
      words[at] = Math.imul((five << 7) | (five >>> 25), 9)
      at += pitch
      const t = s1 << 9
      s2 ^= s0
      s3 ^= s1
      s1 ^= s2
      s0 ^= s3
      s2 ^= t
      s3 = (s3 << 11) | (s3 >>> 21)
    }
  }
}
