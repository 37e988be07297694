import type { LearnedColumn } from './plan.js'

/** Minimum number of rows; fewer prove nothing. */
const minRows = 50
/** Maximum share of steps between rows that go back, for rows that arrived late. */
const maxBackSteps = 0.01
/** Minimum share of the rows with a distinct time. */
const minDistinct = 0.5

/**
 * A note that a column of times increases from row to row, and how to generate records that do; null: it does not. `counting`: the name
 * of a column that counts the records.
 */
export function risingNote(
  { name, raw, learned: { type, held } }: LearnedColumn,
  counting: string | undefined,
): string | null {
  const rows = raw.codes.length
  if (type.kind !== 'timestamp' || rows < minRows || held.length < minDistinct * rows || held.includes(null))
    return null
  const at = (row: number): number => held[raw.codes[row]] as number
  let back = 0
  for (let row = 1; row < rows; row++) if (at(row) < at(row - 1)) back++
  const [first, last] = [at(0), at(rows - 1)]
  if (back > maxBackSteps * rows || last <= first) return null
  const start = new Date(first).toISOString().replace('.000Z', 'Z')
  const step = durationText((last - first) / (rows - 1))
  const ordered = counting === undefined ? '' : `, so a later ${counting} may have an earlier ${name}`
  return (
    `column ${name}: its times increase from row to row, but records are drawn independently of each other${ordered}; ` +
    `for increasing times, set { kind: event_time, start: ${start}, step: ${step} } in a columns file: dates tied to it follow`
  )
}

function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(1, Math.round(ms))}ms`
  const seconds = Math.round(ms / 1000)
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}
