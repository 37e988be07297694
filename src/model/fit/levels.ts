/** Alphabets made coarse, so that the dependence of two columns can be counted in a small table. */

/** The most levels a column is given when dependence is measured. */
export const maxLevels = 24

/** How often each code of an alphabet of `size` occurs. */
export function countCodes(codes: Uint16Array, size: number): Float64Array {
  const counts = new Float64Array(size)
  for (const code of codes) counts[code]++
  return counts
}

/** Code → level: the most frequent codes keep a level each, all others share the last. */
export function frequentLevels(counts: ArrayLike<number>, levels = maxLevels): Uint16Array {
  const order = Array.from(counts, (_, code) => code).sort((a, b) => counts[b] - counts[a] || a - b)
  const map = new Uint16Array(counts.length)
  order.forEach((code, rank) => (map[code] = Math.min(rank, levels - 1)))
  return map
}

/** Code → level for codes in the order of their values: runs of neighbours of about equal mass. */
export function adjacentLevels(counts: ArrayLike<number>, levels = maxLevels): Uint16Array {
  const map = new Uint16Array(counts.length)
  let left = 0
  for (let code = 0; code < counts.length; code++) left += counts[code]
  let level = 0
  let mass = 0
  for (let code = 0; code < counts.length; code++) {
    // The codes still to come share what is left of the mass and of the levels.
    const share = left / (levels - level)
    const overshoot = mass + counts[code] - share
    if (mass > 0 && overshoot > 0 && overshoot > share - mass && level < levels - 1) {
      left -= mass
      level++
      mass = 0
    }
    mass += counts[code]
    map[code] = level
    if (mass >= left / (levels - level) && level < levels - 1) {
      left -= mass
      level++
      mass = 0
    }
  }
  return map
}
