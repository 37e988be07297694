import type { RawColumn } from '../table/table.js'
import type { Learned } from './learned.js'
import { isIdName } from './texts.js'

/** The value of the first record, and what leads from record to record. */
export interface Steps {
  readonly start: number
  readonly step: number
}

/** A column of as many distinct consecutive integers is a sequence, whatever its name; a shorter one may be of years. */
const manyRows = 100

/** An integer for each record, none twice: consecutive ones, or whatever the column's name calls an identifier. */
export function stepsOf(column: RawColumn, learned: Learned): Steps | null {
  const { kind, held } = learned
  const rows = column.codes.length
  if (kind !== 'integer' || held.length !== rows || rows < 2) return null
  if (held.includes(null) || new Set(held).size !== rows) return null
  const [low, high] = rangeOf(held)
  if (!isIdName(column.name) && (rows < manyRows || high - low !== rows - 1)) return null
  return startAndStep(column, learned)
}

/** The table's own, where the same step leads from row to row; else from its lowest integer on. */
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

/** The difference from row to row of the source, where it is always the same. */
function rowStep({ firstRows }: RawColumn, values: readonly number[]): number | null {
  const step = (values[1] - values[0]) / (firstRows[1] - firstRows[0])
  if (!Number.isSafeInteger(step) || step === 0) return null
  return values.every((value, i) => value === values[0] + step * (firstRows[i] - firstRows[0])) ? step : null
}
