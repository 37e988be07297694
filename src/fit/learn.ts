import type { ModelArtifact } from '../model/artifact.js'
import { assembleModel } from './assemble.js'
import type { PlannedColumn } from './columns/plan.js'
import type { ColumnsFile } from './columns/settings.js'
import { codedRows, likenessOf, prepareTable, type PrepareOptions } from './prepare.js'
import type { Table } from './table/table.js'
import { train } from './train.js'

export interface LearnOptions extends PrepareOptions {
  readonly name: string
  readonly seed: number
  readonly threads?: number
  readonly signal?: AbortSignal
}

/** A model of a small table from all of its rows, without a report, and notes about its columns. */
export async function learnTable(
  table: Table,
  file: ColumnsFile,
  planned: readonly PlannedColumn[],
  options: LearnOptions & { readonly states: number },
): Promise<{ artifact: ModelArtifact; notes: readonly string[] }> {
  const prepared = prepareTable(table, file, options, { planned, casts: [] })
  const { name, states, seed, threads, signal } = options
  const trained =
    prepared.nodes.length === 0
      ? null
      : await train(codedRows(prepared), { states, seed, threads, ...likenessOf(prepared), signal })
  const notes = prepared.planned.flatMap((column) =>
    column.place === 'learned' ? column.learned.notes : (column.found?.notes ?? []),
  )
  return { artifact: assembleModel(prepared, trained?.circuit ?? null, { name, seed, report: null }), notes }
}
