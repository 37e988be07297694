import { nearest } from '../../../config/nearest.js'
import type { GenesisError } from '../../../errors.js'
import { parseTemplate } from '../../outside/template-parts.js'
import type { Table } from '../table/table.js'
import { complainAt } from './contradictions.js'
import type { ColumnsFile } from './settings.js'

/** The name that was meant, if only the beginning or a part of it was written, too. */
export function likely(name: string, names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase()
  return nearest(name, names) ?? names.find((other) => other.toLowerCase().includes(wanted))
}

/** Templates over columns that are not there. A hidden part such as name.first is there with what it is a part of. */
export function wrongTemplates(table: Table, file: ColumnsFile): GenesisError[] {
  const isDropped = (name: string): boolean => file.columns.get(name)?.drop === true
  const all = new Set([...table.columns.map(({ name }) => name), ...file.columns.keys()])
  const names = [...all].filter((name) => !isDropped(name))
  const isPart = (name: string): boolean => names.some((whole) => name.startsWith(`${whole}.`))
  const errors: GenesisError[] = []
  for (const [name, { derive, drop }] of file.columns) {
    const parts = derive === undefined || drop === true ? [] : parseTemplate(derive)
    if (typeof parts === 'string') continue
    for (const part of parts) {
      if (part.kind !== 'column') continue
      const { column } = part
      const complain = (what: string, details: object): void => {
        errors.push(complainAt(file, name)('derive', what, { found: `{${column}}`, ...details }))
      }
      if (isDropped(column))
        complain('a template over a column that is dropped', { remedy: 'Set hide: true on it in place of drop' })
      else if (!names.includes(column) && !isPart(column))
        complain('a template over no column', {
          expected: likely(column, names) ?? `one of ${names.join(', ')}`,
        })
    }
  }
  return errors
}
