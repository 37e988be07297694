import { parseDuration } from '../../../config/quantity.js'
import { nearest } from '../../../config/nearest.js'
import { GenesisError } from '../../../errors.js'
import type { RawColumn, Table } from '../table/table.js'
import { detect, isLearnedKind, readAsKind, type Detected, type Outside } from './detect.js'
import { learnCategory, type Learned, type ReadAs } from './learned.js'
import type { ColumnKind, ColumnSettings, ColumnsFile } from './settings.js'

/** What becomes of a column: learned by the circuit, or made outside of it. */
export type PlannedColumn = LearnedColumn | OutsideColumn

export interface LearnedColumn {
  readonly place: 'learned'
  readonly name: string
  readonly hidden: boolean
  readonly raw: RawColumn
  readonly learned: Learned
}

export interface OutsideColumn {
  readonly place: 'outside'
  readonly name: string
  readonly hidden: boolean
  readonly kind: Exclude<ColumnKind, Learned['kind']>
  /** What looking at the column has told; null where the table does not have it. */
  readonly found: Outside | null
  readonly settings: ColumnSettings
}

/** Numbers, dates and times; the other learned columns are categories. */
export function isNumeric({ learned: { type } }: LearnedColumn): boolean {
  return type.kind !== 'string' && type.kind !== 'uuid' && type.kind !== 'boolean'
}

/**
 * Decides about every column: what the columns file says, else what the table shows. The columns that only the file has
 * follow those of the table. Throws CONFIG_INVALID where the file contradicts itself or the table.
 */
export function planColumns(table: Table, file: ColumnsFile): PlannedColumn[] {
  const planned: PlannedColumn[] = []
  for (const raw of table.columns) {
    const settings = file.get(raw.name) ?? {}
    if (settings.drop !== true) planned.push(planTableColumn(raw, table, settings))
  }
  const inTable = new Set(table.columns.map(({ name }) => name))
  for (const [name, settings] of file) if (!inTable.has(name)) planned.push(planAddedColumn(name, settings, table))
  if (planned.every(({ hidden }) => hidden))
    throw new GenesisError('CONFIG_INVALID', 'no column is left: all are dropped or hidden', { place: table.place })
  return planned
}

function planTableColumn(raw: RawColumn, table: Table, settings: ColumnSettings): PlannedColumn {
  const { name } = raw
  const hidden = settings.hide === true
  const kind = kindOf(settings)
  if (kind === 'pool' || kind === 'template' || kind === 'event_time' || kind === 'clock')
    return { place: 'outside', name, hidden, kind, found: null, settings: complete(name, kind, settings) }
  const as: ReadAs = { ...settings, missing: new Set(settings.missing), semicolons: table.separator === ';' }
  let detected: Detected = kind === undefined ? detect(raw, table, as) : readAsKind(raw, table, as, kind)
  if (settings.mask === 'pattern') detected = readAsKind(raw, table, as, 'pattern')
  if (settings.mask === 'label') detected = { place: 'learned', learned: labelled(raw, as) }
  if (detected.place === 'learned') return { place: 'learned', name, hidden, raw, learned: detected.learned }
  const { outside } = detected
  return { place: 'outside', name, hidden, kind: outside.kind, found: outside, settings }
}

function planAddedColumn(name: string, settings: ColumnSettings, table: Table): PlannedColumn {
  const kind = kindOf(settings)
  if (settings.drop === true || kind === undefined || isLearnedKind(kind)) {
    const likely = nearest(
      name,
      table.columns.map((column) => column.name),
    )
    throw new GenesisError('CONFIG_INVALID', `the table has no column ${JSON.stringify(name)}`, {
      place: `columns.${name}`,
      expected: likely ?? `one of ${table.columns.map((column) => column.name).join(', ')}`,
      remedy: 'A column that is added needs a kind that is not learned, derive, values or provider.',
    })
  }
  return {
    place: 'outside',
    name,
    hidden: settings.hide === true,
    kind,
    found: null,
    settings: complete(name, kind, settings),
  }
}

function kindOf(settings: ColumnSettings): ColumnKind | undefined {
  if (settings.derive !== undefined) return 'template'
  if (settings.kind !== undefined) return settings.kind
  if (settings.values !== undefined || settings.provider !== undefined) return 'pool'
  if (settings.pattern !== undefined) return 'pattern'
  return undefined
}

/** Refuses settings that do not say enough to make the column. */
function complete(name: string, kind: ColumnKind, settings: ColumnSettings): ColumnSettings {
  const needs: Partial<Record<ColumnKind, readonly (keyof ColumnSettings)[]>> = {
    pool: settings.values === undefined ? ['provider'] : ['values'],
    template: ['derive'],
    event_time: settings.shape?.type === 'curve' ? ['start'] : ['start', 'step'],
    pattern: ['pattern'],
  }
  const lacking = (needs[kind] ?? []).find((key) => settings[key] === undefined)
  if (lacking !== undefined)
    throw new GenesisError('CONFIG_INVALID', `a column of kind ${kind} needs ${lacking}`, { place: `columns.${name}` })
  if (settings.shape !== undefined) checkShaped(name, settings, kind)
  return settings
}

/** Refuses a shape that has no rate to change. */
function checkShaped(name: string, { shape, step }: ColumnSettings, kind: ColumnKind): void {
  const place = `columns.${name}.shape`
  if (kind !== 'event_time')
    throw new GenesisError('CONFIG_INVALID', 'only event times have a shape', { place, expected: 'kind: event_time' })
  const curve = shape?.type === 'curve'
  const millis = typeof step === 'string' ? parseDuration(step) : step
  if (curve ? step !== undefined : !(Number(millis) > 0))
    throw new GenesisError('CONFIG_INVALID', curve ? 'a recorded curve has its own rates' : 'a shape needs a rate', {
      place: `columns.${name}.step`,
      found: String(step),
      expected: curve ? 'no step' : 'a step above 0: the mean time between records',
    })
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
