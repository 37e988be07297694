import { throwErrors } from '../../config/check.js'
import { distance, fold } from '../../config/nearest.js'
import { GenesisError } from '../../errors.js'
import type { RawColumn, Table } from '../table/table.js'
import { complainAt, contradictions } from './contradictions.js'
import { detect, isLearnedKind, readAsKind, type Detected, type Outside } from './detect.js'
import { learnCategory, type Learned, type ReadAs } from './learned.js'
import { likely, wrongTemplates } from './wrong-templates.js'
import type { ColumnKind, ColumnSettings } from './column-settings.js'
import { noColumnsFile, type ColumnsFile } from './settings.js'

/** A column to be learned by the circuit, or generated outside of it. */
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
  /** What was inferred from the table's column; null: the table does not have it. */
  readonly found: Outside | null
  /** Null: the table is not used. */
  readonly raw: RawColumn | null
  readonly settings: ColumnSettings
  /** What the table's column would have been, or that the table does not have it. */
  readonly note?: string
  /** For an event time in the place of the table's times: these. */
  readonly times?: Learned
}

/** Whether a column is of numbers, dates or times; the other learned columns are categories. */
export function isNumeric({ learned: { type } }: LearnedColumn): boolean {
  return type.kind !== 'string' && type.kind !== 'uuid' && type.kind !== 'boolean'
}

/**
 * Decides what each column is, from the columns file or else from the table. Columns that only the file has come after those of the
 * table. Throws CONFIG_INVALID with all errors in the file, including contradictions to the table and those that `further` finds in the
 * planned columns.
 */
export function planColumns(
  table: Table,
  file: ColumnsFile = noColumnsFile,
  further: (planned: readonly PlannedColumn[]) => readonly GenesisError[] = () => [],
): PlannedColumn[] {
  const errors = [...file.errors]
  const planned: PlannedColumn[] = []
  /** If a column already has errors, no further ones are reported for it. */
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
  errors.push(...wrongTemplates(table, file), ...further(planned))
  if (errors.length === 0 && planned.every(({ hidden }) => hidden))
    errors.push(
      new GenesisError('CONFIG_INVALID', 'no column is left: all are dropped or hidden', { place: table.place }),
    )
  throwErrors(errors.sort(byPlace))
  return planned
}

/** Sorts errors by line. */
function byPlace(a: GenesisError, b: GenesisError): number {
  return (a.details.place ?? '').localeCompare(b.details.place ?? '', 'en', { numeric: true })
}

function planTableColumn(raw: RawColumn, table: Table, settings: ColumnSettings, file: ColumnsFile): PlannedColumn {
  const { name } = raw
  const hidden = settings.hide === true
  const kind = kindOf(settings)
  const as: ReadAs = { ...settings, missing: new Set(settings.missing), semicolons: table.separator === ';' }
  if (kind === 'pool' || kind === 'template' || kind === 'event_time' || kind === 'clock') {
    const was = detect(raw, table, as)
    const note = replacedNote(was, name, kind, settings)
    const isTimes = kind === 'event_time' && was.place === 'learned' && was.learned.type.kind === 'timestamp'
    const times = isTimes ? { raw, times: was.learned } : { raw: null }
    return { place: 'outside', name, hidden, kind, found: null, ...times, settings, note }
  }
  const place = file.place(['columns', name, 'kind'])
  let detected: Detected = kind === undefined ? detect(raw, table, as) : readAsKind(raw, table, as, kind, place)
  if (settings.mask === 'pattern') detected = readAsKind(raw, table, as, 'pattern', place)
  if (settings.mask === 'placeholder') detected = readAsKind(raw, table, as, 'text', place)
  if (settings.mask === 'label') detected = { place: 'learned', learned: labelled(raw, as) }
  if (detected.place === 'learned') return { place: 'learned', name, hidden, raw, learned: detected.learned }
  const { outside } = detected
  return { place: 'outside', name, hidden, kind: outside.kind, found: outside, raw, settings }
}

/** What records contain instead of the table's values. */
function replacedNote(
  detected: Detected,
  name: string,
  kind: 'pool' | 'template' | 'event_time' | 'clock',
  { derive = '' }: ColumnSettings,
): string {
  const was = detected.place === 'learned' ? detected.learned.kind : detected.outside.kind
  const made = {
    pool: 'texts from a list',
    template: `texts made from ${derive}`,
    event_time: 'times counted from its start',
    clock: 'the time of generation',
  }
  return `column ${name}: the table's values (${was}) are not used; records have ${made[kind]}`
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
  const meant = misspelt(name, table, file)
  if (meant !== undefined)
    throw complain(null, `the table has no column ${JSON.stringify(name)}`, {
      expected: meant,
      remedy: `Correct the name, or give an added column one that is less like ${JSON.stringify(meant)}`,
    })
  if (kind === 'pattern' && settings.pattern === undefined)
    throw complain(null, 'a column of kind pattern needs pattern')
  const note = `column ${name}: added; the table does not have it`
  return { place: 'outside', name, hidden: settings.hide === true, kind, found: null, raw: null, settings, note }
}

/** Maximum length of a name in which one letter may be wrong; in longer names, two may be. */
const [oneWrong, twoWrong] = [5, 9]

/** The table's column that was probably meant: one with a similar name that is not in the file. */
function misspelt(name: string, table: Table, file: ColumnsFile): string | undefined {
  const [wanted, digits] = [fold(name), name.replace(/\D/g, '')]
  const limit = wanted.length >= twoWrong ? 2 : wanted.length >= oneWrong ? 1 : 0
  const isMeant = (other: string): boolean =>
    !file.columns.has(other) && digits === other.replace(/\D/g, '') && distance(wanted, fold(other)) <= limit
  return table.columns.find((column) => isMeant(column.name))?.name
}

function kindOf(settings: ColumnSettings): ColumnKind | undefined {
  if (settings.derive !== undefined) return 'template'
  if (settings.kind !== undefined) return settings.kind
  if (settings.values !== undefined || settings.provider !== undefined) return 'pool'
  if (settings.pattern !== undefined) return 'pattern'
  return undefined
}

/** Renames categories to column-1, column-2 …, the most frequent first, so that only their shares and dependence are kept. */
function labelled(raw: RawColumn, as: ReadAs): Learned {
  const learned = learnCategory(raw, as)
  const byCount = learned.held
    .map((held, code) => ({ held, code }))
    .filter(({ held }) => held !== null)
    .sort((a, b) => raw.counts[b.code] - raw.counts[a.code] || a.code - b.code)
  const labels = new Map(byCount.map(({ code }, rank) => [code, `${raw.name}-${rank + 1}`]))
  return { ...learned, held: learned.held.map((_, code) => labels.get(code) ?? null) }
}
