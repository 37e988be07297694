import { planColumns, type LearnedColumn, type PlannedColumn } from './columns/plan.js'
import type { ColumnsFile } from './columns/settings.js'
import type { Cast } from './people/cast.js'
import { wrongRelations } from './relations/stated.js'
import type { Table } from './table/table.js'

/** What each column is, and the people that some of them describe. */
export interface Plan {
  readonly planned: readonly PlannedColumn[]
  readonly casts: readonly Cast[]
}

/** Decides what each column is. Throws CONFIG_INVALID. */
export function planTable(table: Table, file: ColumnsFile | undefined): PlannedColumn[] {
  return planColumns(table, file, (planned) => wrongRelations(planned.filter(isLearned), eventTimesIn(planned), file))
}

/** The columns, with those of people where the table has them. */
export function inOrder(columns: readonly PlannedColumn[], all: readonly PlannedColumn[]): PlannedColumn[] {
  const names = new Set(columns.map(({ name }) => name))
  let next = 0
  return [
    ...all.flatMap((column) => {
      if (!names.has(column.name)) return [column]
      const from = next
      while (columns[next].name !== column.name) next++
      return columns.slice(from, ++next)
    }),
    ...columns.slice(next),
  ]
}

export function isLearned(column: PlannedColumn): column is LearnedColumn {
  return column.place === 'learned'
}

/** The columns of times that are replaced by an event time, with the table's values. */
export function eventTimesIn(planned: readonly PlannedColumn[]): LearnedColumn[] {
  return planned.flatMap((column): LearnedColumn[] => {
    if (column.place === 'learned' || column.times === undefined || column.raw === null) return []
    const { name, raw, times: learned } = column
    return [{ place: 'learned', name, hidden: true, raw, learned }]
  })
}
