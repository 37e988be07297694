import type { Sample } from './sample.js'

/**
 * Distance to the closest record: the share of synthetic rows whose nearest training row is nearer than their nearest held-out row, with
 * both sets of equal size; ties count half. 0.5: synthetic rows are no nearer to the rows that the model has seen. Uses Gower's distance:
 * per column |a − b| / range for numbers, and 0 or 1 for categories and missing values.
 */
export function closestShare(synthetic: Sample, train: Sample, heldOut: Sample, rows: number): number {
  const scales = Float64Array.from(synthetic.columns, (column, j) =>
    column.numeric ? 1 / rangeOf([train.columns[j].values, heldOut.columns[j].values]) : 0,
  )
  const size = Math.min(train.rows, heldOut.rows)
  const count = Math.min(rows, synthetic.rows)
  const [from, seen, unseen] = [byRows(synthetic, count), byRows(train, size), byRows(heldOut, size)]
  let nearer = 0
  for (let row = 0; row < count; row++) {
    const toTrain = nearest(from, row, seen, scales)
    const toHeldOut = nearest(from, row, unseen, scales)
    nearer += toTrain < toHeldOut ? 1 : toTrain === toHeldOut ? 0.5 : 0
  }
  return nearer / count
}

/** The first rows, each contiguous. */
function byRows({ columns }: Sample, rows: number): Float64Array {
  const width = columns.length
  const values = new Float64Array(rows * width)
  columns.forEach((column, j) => {
    for (let row = 0; row < rows; row++) values[row * width + j] = column.values[row]
  })
  return values
}

/** The share of `rows` that equal one of the hashed rows in every column. */
export function copyShare(rows: Sample, hashes: ReadonlySet<number>): number {
  let copies = 0
  for (const hash of rowHashes(rows)) if (hashes.has(hash)) copies++
  return copies / rows.rows
}

/** A 53-bit hash of each row. */
export function rowHashes({ rows, columns }: Sample): Float64Array {
  const high = new Int32Array(rows)
  const low = new Int32Array(rows)
  const words = new Uint32Array(2)
  const number = new Float64Array(words.buffer)
  for (const { values } of columns) {
    for (let row = 0; row < rows; row++) {
      number[0] = values[row]
      const word = words[0] ^ Math.imul(words[1], 0x85ebca6b)
      high[row] = mix(high[row], word)
      low[row] = mix(low[row] ^ 0x9e3779b9, word)
    }
  }
  return Float64Array.from(high, (word, row) => (word >>> 11) * 2 ** 32 + (low[row] >>> 0))
}

/** One round of MurmurHash3's 32-bit finalizer over state and word. */
function mix(state: number, word: number): number {
  let h = Math.imul(state ^ word, 0xcc9e2d51)
  h ^= h >>> 15
  h = Math.imul(h, 0x1b873593)
  return (h ^ (h >>> 13)) | 0
}

function rangeOf(sets: readonly Float64Array[]): number {
  let low = Infinity
  let high = -Infinity
  for (const values of sets) {
    for (const value of values) {
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  return high > low ? high - low : 1
}

/** The distance from a row to the nearest of other rows. `scales[j]`: 1 / range of column j; 0: categories. */
function nearest(from: Float64Array, row: number, to: Float64Array, scales: Float64Array): number {
  const width = scales.length
  const start = row * width
  let best = Infinity
  for (let other = 0; other < to.length; other += width) {
    let distance = 0
    for (let j = 0; j < width && distance < best; j++) {
      const a = from[start + j]
      const b = to[other + j]
      if (scales[j] === 0) distance += a === b ? 0 : 1
      else {
        const away = Math.abs(a - b) * scales[j]
        // NaN: one or both are missing.
        distance += away >= 0 ? Math.min(1, away) : a !== a && b !== b ? 0 : 1
      }
    }
    if (distance < best) best = distance
  }
  return best
}
