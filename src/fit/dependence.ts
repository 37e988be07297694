import type { CodedTable } from '../model/circuit.js'
import { adjacentLevels, countCodes, frequentLevels, maxLevels } from './levels.js'

/** Maximum rows × pairs to count. Beyond it, an even selection of rows is enough for 24 × 24 cells. */
const countLimit = 4e8

/**
 * Mutual information in nats of every pair of columns, less its bias df / 2n (G² has mean df under independence), as a symmetric matrix.
 * It is below 0 if two columns look independent. Columns with more than 24 codes are coarsened by merging neighbouring codes if they are
 * `ordered` (see TrainOptions), otherwise rare codes.
 */
export function mutualInformation(table: CodedTable, ordered: readonly number[] = []): Float64Array[] {
  const columns = table.sizes.length
  const pairs = (columns * (columns - 1)) / 2
  const step = Math.max(1, Math.ceil((table.rows * pairs) / countLimit))
  const rows = Math.ceil(table.rows / step)
  const coarse = table.codes.map((codes, j) => {
    const counts = countCodes(codes, table.sizes[j])
    const map = (ordered[j] ?? 0) > 0 ? adjacentLevels(counts) : frequentLevels(counts)
    const level = new Uint16Array(rows)
    for (let row = 0; row < rows; row++) level[row] = map[codes[row * step]]
    return level
  })
  const widths = coarse.map((level) => level.reduce((most, code) => Math.max(most, code + 1), 0))
  const counts = coarse.map((level, j) => countCodes(level, widths[j]))
  const matrix = Array.from({ length: columns }, () => new Float64Array(columns))
  const joint = new Float64Array(maxLevels * maxLevels)
  for (let i = 0; i < columns; i++) {
    for (let j = i + 1; j < columns; j++) {
      const width = widths[j]
      const cells = widths[i] * width > joint.length ? new Float64Array(widths[i] * width) : joint.fill(0)
      const a = coarse[i]
      const b = coarse[j]
      for (let row = 0; row < rows; row++) cells[a[row] * width + b[row]]++
      const information = informationOf(cells, counts[i], counts[j], rows)
      matrix[i][j] = matrix[j][i] = information
    }
  }
  return matrix
}

function informationOf(cells: Float64Array, a: Float64Array, b: Float64Array, rows: number): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      const n = cells[i * b.length + j]
      if (n > 0) sum += n * Math.log((n * rows) / (a[i] * b[j]))
    }
  }
  const freedom = (seen(a) - 1) * (seen(b) - 1)
  return rows === 0 ? 0 : sum / rows - freedom / (2 * rows)
}

function seen(counts: Float64Array): number {
  return counts.reduce((total, n) => total + (n > 0 ? 1 : 0), 0)
}
