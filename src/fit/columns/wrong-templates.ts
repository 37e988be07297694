import { nearest } from '../../config/nearest.js'
import type { ErrorDetails, GenesisError } from '../../errors.js'
import { parseTemplate } from '../../model/generated/template-parts.js'
import type { Table } from '../table/table.js'
import { complainAt } from './contradictions.js'
import type { ColumnsFile } from './settings.js'

/** The name that was probably meant, even if only part of it was written. */
export function likely(name: string, names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase()
  return nearest(name, names) ?? names.find((other) => other.toLowerCase().includes(wanted))
}

/**
 * The errors of templates over columns that do not exist, or over themselves. A hidden part such as name.first exists if its column does.
 */
export function wrongTemplates(table: Table, file: ColumnsFile): GenesisError[] {
  const isDropped = (name: string): boolean => file.columns.get(name)?.drop === true
  const all = new Set([...table.columns.map(({ name }) => name), ...file.columns.keys()])
  const names = [...all].filter((name) => !isDropped(name))
  const isPart = (name: string): boolean => names.some((whole) => name.startsWith(`${whole}.`))
  const errors: GenesisError[] = []
  for (const name of file.columns.keys()) {
    const complain = (what: string, details: ErrorDetails): void => {
      errors.push(complainAt(file, name)('derive', what, details))
    }
    for (const column of columnsIn(file, name)) {
      const found = `{${column}}`
      if (isDropped(column))
        complain('a template over a column that is dropped', { found, remedy: 'Set hide: true on it instead of drop' })
      else if (!names.includes(column) && !isPart(column)) {
        const expected = likely(column, names) ?? `one of ${names.join(', ')}`
        complain('a template over an unknown column', { found, expected })
      }
    }
    const round = wayBack(file, name)
    if (round?.length === 1)
      complain('a template over its own column', {
        found: `{${name}}`,
        remedy: 'Give the derived column a new name, and set hide: true on this one',
      })
    // Reported only once, for the column that comes first in the file.
    else if (round !== null && isFirst(file, name, round))
      complain('templates that depend on each other', { found: [...round, name].join(' → ') })
  }
  return errors
}

/** The columns used in a column's template. */
function columnsIn(file: ColumnsFile, name: string): string[] {
  const { derive, drop } = file.columns.get(name) ?? {}
  const parts = derive === undefined || drop === true ? [] : parseTemplate(derive)
  if (typeof parts === 'string') return []
  return [...new Set(parts.flatMap((part) => (part.kind === 'column' ? [part.column] : [])))]
}

/** The columns on a cycle of templates that leads back to this one; null: there is none. */
function wayBack(file: ColumnsFile, name: string): string[] | null {
  const seen = new Set<string>()
  const visit = (column: string, way: readonly string[]): string[] | null => {
    for (const next of columnsIn(file, column)) {
      if (next === name) return [...way]
      if (seen.has(next)) continue
      seen.add(next)
      const found = visit(next, [...way, next])
      if (found !== null) return found
    }
    return null
  }
  return visit(name, [name])
}

function isFirst(file: ColumnsFile, name: string, round: readonly string[]): boolean {
  return [...file.columns.keys()].find((column) => round.includes(column)) === name
}
