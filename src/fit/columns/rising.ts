import type { LearnedColumn } from './plan.js'

/** Fewer rows prove nothing. */
const evidence = 50
/** Share of the steps from row to row that may go back: rows that came late. */
const late = 0.01
/** Share of the rows that have a time of their own. */
const distinctShare = 0.5

/** Says that a column of times rises with the rows, and how to have records that do; null: it does not. */
export function risingNote({ name, raw, learned: { type, held } }: LearnedColumn): string | null {
  const rows = raw.codes.length
  if (type.kind !== 'timestamp' || rows < evidence || held.length < distinctShare * rows || held.includes(null))
    return null
  const at = (row: number): number => held[raw.codes[row]] as number
  let back = 0
  for (let row = 1; row < rows; row++) if (at(row) < at(row - 1)) back++
  const [first, last] = [at(0), at(rows - 1)]
  if (back > late * rows || last <= first) return null
  const start = new Date(first).toISOString().replace('.000Z', 'Z')
  const step = durationText((last - first) / (rows - 1))
  return (
    `column ${name}: its times rise with the rows, but records are drawn independently of each other; ` +
    `for times that rise, set { kind: event_time, start: ${start}, step: ${step} } in a columns file: dates tied to it follow`
  )
}

function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(1, Math.round(ms))}ms`
  const seconds = Math.round(ms / 1000)
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}
