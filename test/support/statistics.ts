/** Bounds that a true law passes but for one run in a hundred million. */

/** Whether counts could come from a distribution of these probabilities (Pearson's chi-square). Rare cells are put together. */
export function fitsDistribution(counts: readonly number[], probabilities: readonly number[]): boolean {
  const total = counts.reduce((sum, count) => sum + count, 0)
  let statistic = 0
  let cells = 0
  let rare = 0
  let rareExpected = 0
  const add = (count: number, expected: number): void => {
    if (expected === 0) {
      if (count > 0) statistic = Infinity
      return
    }
    statistic += (count - expected) ** 2 / expected
    cells++
  }
  counts.forEach((count, cell) => {
    const expected = total * probabilities[cell]
    if (probabilities[cell] > 0 && expected < 10) {
      rare += count
      rareExpected += expected
    } else add(count, expected)
  })
  // A handful expected in all says nothing by this statistic; that it is not many does.
  if (rareExpected >= 10) add(rare, rareExpected)
  else if (rare > rareExpected + 12 * Math.sqrt(rareExpected) + 12) return false
  return statistic <= bound(cells - 1)
}

/** Whether two tables of counts, by key, could come from one distribution (chi-square of homogeneity). */
export function sameDistribution(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  const sum = (table: ReadonlyMap<string, number>): number => [...table.values()].reduce((total, n) => total + n, 0)
  const [totalA, totalB] = [sum(a), sum(b)]
  const cells: [number, number][] = []
  const rare: [number, number] = [0, 0]
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const cell: [number, number] = [a.get(key) ?? 0, b.get(key) ?? 0]
    if (cell[0] + cell[1] >= 20) cells.push(cell)
    else {
      rare[0] += cell[0]
      rare[1] += cell[1]
    }
  }
  if (rare[0] + rare[1] >= 20) cells.push(rare)
  let statistic = 0
  for (const [x, y] of cells) {
    const share = (x + y) / (totalA + totalB)
    statistic += (x - totalA * share) ** 2 / (totalA * share) + (y - totalB * share) ** 2 / (totalB * share)
  }
  return statistic <= bound(cells.length - 1)
}

/** Above the 1 − 1e-8 quantile of chi-square (Laurent & Massart, 2000, lemma 1). */
function bound(degrees: number): number {
  const d = Math.max(0, degrees)
  const x = 18.5
  return d + 2 * Math.sqrt(d * x) + 2 * x
}
