import type { RawColumn } from '../table/table.js'
import type { Learned } from './learned.js'
import { isIdName } from './texts.js'

/** The first record's value, and the step between records. */
export interface Steps {
  readonly start: number
  readonly step: number
}

/** A column with at least this many distinct consecutive integers is a sequence, whatever its name; shorter ones may be years. */
const manyRows = 100

/** The sequence of a column with a distinct integer in each row: consecutive ones, or any if it is named like an identifier. Null: none. */
export function stepsOf(column: RawColumn, learned: Learned): Steps | null {
  const { kind, held } = learned
  const rows = column.codes.length
  if (kind !== 'integer' || held.length !== rows || rows < 2) return null
  if (held.includes(null) || new Set(held).size !== rows) return null
  const [low, high] = rangeOf(held)
  if (!isIdName(column.name) && (rows < manyRows || high - low !== rows - 1)) return null
  return startAndStep(column, learned)
}

/** The table's own sequence if the step between rows is constant; otherwise one that starts at the lowest integer. */
export function startAndStep(column: RawColumn, { held }: Learned): Steps {
  const step = held.length === column.codes.length ? rowStep(column, held as readonly number[]) : null
  if (step === null) return { start: rangeOf(held)[0], step: 1 }
  return { start: (held[0] as number) - step * (column.firstRows[0] - 1), step }
}

function rangeOf(held: Learned['held']): [low: number, high: number] {
  let low = Infinity
  let high = -Infinity
  for (const value of held) {
    if (typeof value !== 'number') continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return [low, high]
}

/** The difference between consecutive rows if it is constant; otherwise null. */
function rowStep({ firstRows }: RawColumn, values: readonly number[]): number | null {
  const step = (values[1] - values[0]) / (firstRows[1] - firstRows[0])
  if (!Number.isSafeInteger(step) || step === 0) return null
  return values.every((value, i) => value === values[0] + step * (firstRows[i] - firstRows[0])) ? step : null
}
