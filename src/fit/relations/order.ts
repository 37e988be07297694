import { unitOf } from '../../model/expression/formula.js'
import { someOf } from '../some-rows.js'
import { numbersOf, type NumberColumn } from './number-column.js'

/** low ≤ high in every row that has both. */
export interface Order {
  readonly low: NumberColumn
  readonly high: NumberColumn
}

const sampleRows = 2000
/** Minimum number of rows that would break an order if the columns were independent; fewer prove nothing. */
const evidence = 20
/** Minimum number of rows that have both columns. */
const minRows = 50
const maxColumns = 64

/**
 * The orders that every row keeps and that would not hold by chance, without those that follow from others. Times are compared with times, numbers
 * with numbers.
 */
export function findOrders(columns: readonly NumberColumn[]): Order[] {
  const looked = columns.slice(0, maxColumns)
  const rows = looked[0]?.column.raw.codes.length ?? 0
  const sample = someOf(rows, sampleRows)
  const samples = new Map(looked.map((each) => [each, valuesOf(each, sample)]))
  const known = new Map<NumberColumn, Float64Array>()
  const all = (column: NumberColumn): Float64Array => {
    let values = known.get(column)
    if (values === undefined) known.set(column, (values = valuesOf(column)))
    return values
  }
  const found: Order[] = []
  for (const low of looked) {
    for (const high of looked) {
      if (low === high || low.isTime !== high.isTime) continue
      if (!keeps(samples.get(low)!, samples.get(high)!)) continue
      const a = all(low)
      const b = all(high)
      if (keeps(a, b) && proves(a, b)) found.push({ low, high })
    }
  }
  return reduced(found)
}

/** The column's values: times in milliseconds, other numbers as they are. */
function valuesOf(column: NumberColumn, rows?: Uint32Array): Float64Array {
  const values = numbersOf(column, rows)
  const { factor, scale } = unitOf(column.type)
  // Divide, so that 1.10 and 1.1 are the same number.
  if (factor !== 1 || scale !== 0)
    for (let i = 0; i < values.length; i++) values[i] = (values[i] * factor) / 10 ** scale
  return values
}

function keeps(low: Float64Array, high: Float64Array): boolean {
  for (let i = 0; i < low.length; i++) if (low[i] > high[i]) return false
  return true
}

/** Whether randomly paired rows would break the order often enough, and not all values are equal. */
function proves(low: Float64Array, high: Float64Array): boolean {
  const both: number[] = []
  let unequal = 0
  for (let i = 0; i < low.length; i++) {
    if (Number.isNaN(low[i] - high[i])) continue
    both.push(i)
    if (low[i] !== high[i]) unequal++
  }
  if (both.length < minRows || unequal < evidence) return false
  let broken = 0
  const shift = Math.floor(both.length * 0.382) + 1
  for (let i = 0; i < both.length; i++) if (low[both[i]] > high[both[(i + shift) % both.length]]) broken++
  return broken >= evidence
}

/** Removes a ≤ c if a ≤ b ≤ c. Columns that are always equal are copies, and not among these. */
function reduced(orders: readonly Order[]): Order[] {
  const has = (low: NumberColumn, high: NumberColumn): boolean =>
    orders.some((order) => order.low === low && order.high === high)
  const columns = new Set(orders.flatMap(({ low, high }) => [low, high]))
  return orders.filter(
    ({ low, high }) =>
      ![...columns].some((middle) => middle !== low && middle !== high && has(low, middle) && has(middle, high)),
  )
}
