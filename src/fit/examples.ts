import type { Model } from '../model/model.js'
import { openGenerator } from '../model/open.js'
import { toRows } from '../model/rows.js'
import { placeholderWords } from './columns/placeholders.js'
import type { UnlearnedColumn } from './columns/plan.js'
import { shownCell } from './columns/reading.js'
import type { Prepared } from './prepare.js'

/** Maximum number of records searched for a value. */
const sampleRecords = 50

/** What records contain instead of the table's values. */
const kinds: Partial<Record<UnlearnedColumn['kind'], string>> = {
  pattern: 'codes of the same forms',
  text: 'frequent texts and others of frequent words',
  ip: 'addresses that nobody has',
  phone: 'numbers of the same forms',
}

/**
 * One sentence for each column that is not learned, which says what replaces it, with an example from the table and one from a record.
 * Only for the screen: a model does not contain values of such columns.
 */
export function exampleNotes({ planned }: Prepared, model: Model, seed: number): string[] {
  const rows = toRows(openGenerator(model, { seed, capacity: sampleRecords }).generate(sampleRecords)) as Record<
    string,
    unknown
  >[]
  const madeOf = (name: string): unknown => rows.map((row) => row[name]).find((value) => value !== null)
  return planned.flatMap((column): string[] => {
    if (column.place === 'learned' || column.hidden || column.raw === null || column.found === null) return []
    const { name, kind, raw } = column
    const what = kind === 'text' && !hasOwnWords(column) ? 'placeholders' : kinds[kind]
    const real = raw.values.find((cell) => cell !== null && cell !== '')
    const made = madeOf(name)
    if (kind === 'sequence' && rows.length > 1)
      return [`column ${name}: counts with the records: ${String(rows[0][name])}, ${String(rows[1][name])} …`]
    if (what === undefined || real === undefined || typeof made !== 'string') return []
    return [
      `column ${name}: its values are not learned; records have ${what}: not ${shownCell(real)} but ${shownCell(made)}`,
    ]
  })
}

/** Whether the texts are made of the column's own words. */
function hasOwnWords({ found }: UnlearnedColumn): boolean {
  return found?.words !== undefined && found.words !== placeholderWords
}
