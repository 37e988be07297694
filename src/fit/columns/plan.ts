import { throwErrors } from '../../config/check.js'
import { GenesisError } from '../../errors.js'
import type { RawColumn, Table } from '../table/table.js'
import { complainAt, contradictions } from './contradictions.js'
import { detect, isLearnedKind, readAsKind, type Detected, type Outside } from './detect.js'
import { learnCategory, type Learned, type ReadAs } from './learned.js'
import { likely, wrongTemplates } from './wrong-templates.js'
import type { ColumnKind, ColumnSettings } from './column-settings.js'
import { noColumnsFile, type ColumnsFile } from './settings.js'

/** What happens to a column: it is learned by the circuit, or generated outside of it. */
export type PlannedColumn = LearnedColumn | UnlearnedColumn

export interface LearnedColumn {
  readonly place: 'learned'
  readonly name: string
  readonly hidden: boolean
  readonly raw: RawColumn
  readonly learned: Learned
}

export interface UnlearnedColumn {
  readonly place: 'outside'
  readonly name: string
  readonly hidden: boolean
  readonly kind: Exclude<ColumnKind, Learned['kind']>
  /** What was inferred from the column; null if the table does not have it. */
  readonly found: Outside | null
  /** Null if the table is not used. */
  readonly raw: RawColumn | null
  readonly settings: ColumnSettings
}

/** Numbers, dates and times; the other learned columns are categories. */
export function isNumeric({ learned: { type } }: LearnedColumn): boolean {
  return type.kind !== 'string' && type.kind !== 'uuid' && type.kind !== 'boolean'
}

/**
 * Decides what each column is: by the columns file, otherwise by the table. Columns that only the file has
 * follow those of the table. Throws CONFIG_INVALID with every mistake in the file, by itself or against the table.
 */
export function planColumns(table: Table, file: ColumnsFile = noColumnsFile): PlannedColumn[] {
  const errors = [...file.errors]
  const planned: PlannedColumn[] = []
  /** If some settings of a column are unknown, nothing more is reported about it. */
  const add = (name: string, plan: () => PlannedColumn): void => {
    if (file.faulty.has(name)) return
    try {
      const column = plan()
      const kind = column.place === 'learned' ? column.learned.kind : column.kind
      planned.push(column)
      const isMade = column.place === 'outside' && column.found === null
      errors.push(...contradictions(kind, isMade, file.columns.get(name) ?? {}, complainAt(file, name)))
    } catch (error) {
      if (!(error instanceof GenesisError)) throw error
      errors.push(error)
    }
  }
  for (const raw of table.columns) {
    const settings = file.columns.get(raw.name) ?? {}
    if (settings.drop !== true) add(raw.name, () => planTableColumn(raw, table, settings, file))
  }
  const inTable = new Set(table.columns.map(({ name }) => name))
  for (const [name, settings] of file.columns) {
    if (!inTable.has(name)) add(name, () => planAddedColumn(name, settings, table, file))
  }
  errors.push(...wrongTemplates(table, file))
  if (errors.length === 0 && planned.every(({ hidden }) => hidden))
    errors.push(
      new GenesisError('CONFIG_INVALID', 'no column is left: all are dropped or hidden', { place: table.place }),
    )
  throwErrors(errors.sort(byPlace))
  return planned
}

/** In the order of their lines. */
function byPlace(a: GenesisError, b: GenesisError): number {
  return (a.details.place ?? '').localeCompare(b.details.place ?? '', 'en', { numeric: true })
}

function planTableColumn(raw: RawColumn, table: Table, settings: ColumnSettings, file: ColumnsFile): PlannedColumn {
  const { name } = raw
  const hidden = settings.hide === true
  const kind = kindOf(settings)
  if (kind === 'pool' || kind === 'template' || kind === 'event_time' || kind === 'clock')
    return { place: 'outside', name, hidden, kind, found: null, raw: null, settings }
  const as: ReadAs = { ...settings, missing: new Set(settings.missing), semicolons: table.separator === ';' }
  const place = file.place(['columns', name, 'kind'])
  let detected: Detected = kind === undefined ? detect(raw, table, as) : readAsKind(raw, table, as, kind, place)
  if (settings.mask === 'pattern') detected = readAsKind(raw, table, as, 'pattern', place)
  if (settings.mask === 'label') detected = { place: 'learned', learned: labelled(raw, as) }
  if (detected.place === 'learned') return { place: 'learned', name, hidden, raw, learned: detected.learned }
  const { outside } = detected
  return { place: 'outside', name, hidden, kind: outside.kind, found: outside, raw, settings }
}

function planAddedColumn(name: string, settings: ColumnSettings, table: Table, file: ColumnsFile): PlannedColumn {
  const kind = kindOf(settings)
  const complain = complainAt(file, name)
  if (settings.drop === true || kind === undefined || isLearnedKind(kind)) {
    const names = table.columns.map((column) => column.name)
    throw complain(null, `the table has no column ${JSON.stringify(name)}`, {
      expected: likely(name, names) ?? `one of ${names.join(', ')}`,
      remedy: 'An added column needs a generated kind, derive, values or provider.',
    })
  }
  if (kind === 'pattern' && settings.pattern === undefined)
    throw complain(null, 'a column of kind pattern needs pattern')
  return { place: 'outside', name, hidden: settings.hide === true, kind, found: null, raw: null, settings }
}

function kindOf(settings: ColumnSettings): ColumnKind | undefined {
  if (settings.derive !== undefined) return 'template'
  if (settings.kind !== undefined) return settings.kind
  if (settings.values !== undefined || settings.provider !== undefined) return 'pool'
  if (settings.pattern !== undefined) return 'pattern'
  return undefined
}

/** Categories named column-1, column-2 …, the most frequent first, so that only their shares and dependence are kept. */
function labelled(raw: RawColumn, as: ReadAs): Learned {
  const learned = learnCategory(raw, as)
  const byCount = learned.held
    .map((held, code) => ({ held, code }))
    .filter(({ held }) => held !== null)
    .sort((a, b) => raw.counts[b.code] - raw.counts[a.code] || a.code - b.code)
  const labels = new Map(byCount.map(({ code }, rank) => [code, `${raw.name}-${rank + 1}`]))
  return { ...learned, held: learned.held.map((_, code) => labels.get(code) ?? null) }
}
