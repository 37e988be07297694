import type { RawColumn } from '../table/table.js'
import type { Learned } from './learned.js'
import { isIdName } from './texts.js'

/** The value of the first record, and the step from record to record. */
export interface Steps {
  readonly start: number
  readonly step: number
}

/** A column with at least this many distinct consecutive integers is a sequence, whatever its name; a shorter one may hold years. */
const manyRows = 100

/** A distinct integer for each record: consecutive ones, or any if the column's name says that it is an identifier. */
export function stepsOf(column: RawColumn, learned: Learned): Steps | null {
  const { kind, held } = learned
  const rows = column.codes.length
  if (kind !== 'integer' || held.length !== rows || rows < 2) return null
  if (held.includes(null) || new Set(held).size !== rows) return null
  const [low, high] = rangeOf(held)
  if (!isIdName(column.name) && (rows < manyRows || high - low !== rows - 1)) return null
  return startAndStep(column, learned)
}

/** The table's own sequence, if the step between rows is constant; otherwise starting from its lowest integer. */
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

/** The difference between rows of the source, if it is constant. */
function rowStep({ firstRows }: RawColumn, values: readonly number[]): number | null {
  const step = (values[1] - values[0]) / (firstRows[1] - firstRows[0])
  if (!Number.isSafeInteger(step) || step === 0) return null
  return values.every((value, i) => value === values[0] + step * (firstRows[i] - firstRows[0])) ? step : null
}
