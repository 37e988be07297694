import type { CodedTable } from '../model/circuit.js'
import type { TrainingRandom } from './random.js'

const rounds = 3

/**
 * Clusters similar rows into `groups` groups: a mixture of products fitted by hard EM, each group starting from one row. Returns the
 * group of each row. `marginals[j]`: the distribution of column j's codes, which is added to each group as one extra row.
 */
export function groupRows(
  { rows, sizes, codes }: CodedTable,
  groups: number,
  marginals: readonly Float64Array[],
  random: TrainingRandom,
): Uint16Array {
  const group = new Uint16Array(rows)
  const order = random.order(rows)
  const counts = sizes.map((size) => new Float64Array(size * groups))
  const mass = new Float64Array(groups)
  const count = (row: number, to: number): void => {
    mass[to]++
    codes.forEach((column, j) => counts[j][column[row] * groups + to]++)
  }
  for (let to = 0; to < groups; to++) count(order[to % rows], to)

  const score = new Float64Array(groups)
  for (let round = 0; round < rounds; round++) {
    const logs = counts.map((cells, j) =>
      cells.map((cell, i) => Math.log((cell + marginals[j][Math.floor(i / groups)]) / (mass[i % groups] + 1))),
    )
    const prior = mass.map((rows) => Math.log(rows + 1))
    for (let row = 0; row < rows; row++) {
      score.set(prior)
      for (let j = 0; j < codes.length; j++) {
        const from = codes[j][row] * groups
        const log = logs[j]
        for (let to = 0; to < groups; to++) score[to] += log[from + to]
      }
      let best = 0
      for (let to = 1; to < groups; to++) if (score[to] > score[best]) best = to
      group[row] = best
    }
    mass.fill(0)
    counts.forEach((cells) => cells.fill(0))
    group.forEach((to, row) => count(row, to))
  }
  return group
}
