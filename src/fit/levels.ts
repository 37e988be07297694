/** Coarsens alphabets, so that the dependence of two columns can be counted in a small table. */

/** Maximum number of levels per column when measuring dependence. */
export const maxLevels = 24

/** How often each code of an alphabet of `size` occurs. */
export function countCodes(codes: Uint16Array, size: number): Float64Array {
  const counts = new Float64Array(size)
  for (const code of codes) counts[code]++
  return counts
}

/** Code → level: the most frequent codes get a level each, all others share the last. */
export function frequentLevels(counts: ArrayLike<number>, levels = maxLevels): Uint16Array {
  const order = Array.from(counts, (_, code) => code).sort((a, b) => counts[b] - counts[a] || a - b)
  const map = new Uint16Array(counts.length)
  order.forEach((code, rank) => (map[code] = Math.min(rank, levels - 1)))
  return map
}

/**
 * Code → level for codes in value order: a code with at least the mass of a level gets its own; the others share the remaining levels, as
 * runs of neighbours of about equal mass.
 */
export function adjacentLevels(counts: ArrayLike<number>, levels = maxLevels): Uint16Array {
  const all = Array.from(counts)
  if (all.length <= levels) return Uint16Array.from(all, (_, code) => code)
  const total = all.reduce((sum, count) => sum + count, 0)
  const isHeavy = (count: number): boolean => count * levels > total
  const runs = levels - all.filter(isHeavy).length
  const light = all.reduce((sum, count) => sum + (isHeavy(count) ? 0 : count), 0)
  let heavy = runs
  let before = 0
  return Uint16Array.from(all, (count) => {
    if (isHeavy(count)) return heavy++
    const middle = before + count / 2
    before += count
    return light === 0 ? 0 : Math.floor((middle / light) * runs)
  })
}
