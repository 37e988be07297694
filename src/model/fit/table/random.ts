/** Uniform numbers in [0, 1) with 32 bits from a seed, the same on every machine. */
export type Random = () => number

/** SFC32 (Chris Doty-Humphrey, PractRand): 128 bits of state, integer operations only. */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9 | 0
  let b = seed | 0
  let c = Math.floor(seed / 0x100000000) | 0
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 0x100000000
  }
  for (let i = 0; i < 15; i++) next()
  return next
}

/** Shuffles in place (Fisher-Yates). */
export function shuffle(items: Uint32Array, random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = items[i]
    items[i] = items[j]
    items[j] = held
  }
}
