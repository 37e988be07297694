/**
 * How often people occur. A table of n rows has some people once whom another such table would have twice or never; drawing from the
 * table's own frequencies would lose many of those. The rates behind the counts are estimated by maximum likelihood: a mixture of Poisson
 * distributions on a grid, seen only where a person occurs (Norris & Pollock 1998), with as many unseen people as that implies.
 */

/** Some people, not necessarily a whole number, with the same expected number of rows. */
export interface Rate {
  readonly rows: number
  readonly people: number
}

/** Higher counts are rates of their own. */
const maxMixed = 30
/** The lowest rate: of people as rare as this, a quarter are seen. */
const lowest = 0.3
const grid: readonly number[] = Array.from({ length: 24 }, (_, i) => lowest * 1.25 ** i)
const rounds = 300

/** By number of rows: the rates of the people with so many, including their share of those who are not seen. `counts`: rows by person. */
export function ratesOf(counts: Int32Array): (rows: number) => readonly Rate[] {
  const seen = new Float64Array(maxMixed + 1)
  for (const count of counts) if (count <= maxMixed) seen[count]++
  const total = seen.reduce((sum, each) => sum + each, 0)
  const chances = seen.map((_, count) => count).reduce<Float64Array[]>((all, count) => [...all, chancesOf(count)], [])
  let shares = new Float64Array(grid.length).fill(1 / grid.length)
  for (let round = 0; round < rounds && total > 0; round++) {
    const next = new Float64Array(grid.length)
    for (let count = 1; count <= maxMixed; count++) {
      if (seen[count] === 0) continue
      posterior(chances[count], shares).forEach((share, i) => (next[i] += (share * seen[count]) / total))
    }
    shares = next
  }
  return (rows) => {
    if (rows > maxMixed) return [{ rows, people: 1 }]
    return [...posterior(chances[rows], shares)].map((share, i) => ({
      rows: grid[i],
      people: share / -Math.expm1(-grid[i]),
    }))
  }
}

/** By rate of the grid: the probability of so many rows, if there is any. */
function chancesOf(count: number): Float64Array {
  return Float64Array.from(grid, (rate) => {
    let chance = Math.exp(-rate) / -Math.expm1(-rate)
    for (let i = 1; i <= count; i++) chance *= rate / i
    return chance
  })
}

function posterior(chances: Float64Array, shares: Float64Array): Float64Array {
  const joint = shares.map((share, i) => share * chances[i])
  const sum = joint.reduce((all, each) => all + each, 0)
  return joint.map((each) => each / sum)
}

/** The expected number of rows of `size` people in place of those of these rates, the most frequent first. */
export function spreadOver(rates: readonly Rate[], size: number): number[] {
  const sorted = rates.filter(({ people }) => people > 0).sort((a, b) => b.rows - a.rows)
  const total = sorted.reduce((sum, { people }) => sum + people, 0)
  const spread: number[] = []
  let at = 0
  let below = sorted[0].people
  for (let i = 0; i < size; i++) {
    while (at < sorted.length - 1 && ((i + 0.5) * total) / size > below) below += sorted[++at].people
    spread.push(sorted[at].rows)
  }
  return spread
}
