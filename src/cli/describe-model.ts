import type { FieldType, Value } from '../record.js'
import { columnNamed, isBin, rangeOf } from '../model/fields.js'
import type { ColumnReport, FitReport } from '../fit/report/report.js'
import { fitReportOf } from '../fit/report/shown-report.js'
import { formulaText } from '../model/expression/formula.js'
import { shownValue } from '../model/held.js'
import { relationText } from '../model/relations/range.js'
import type { ModelColumn, Model } from '../model/model.js'

/** A model's description; `--json` prints it as is. */
export interface ModelDescription {
  readonly name: string
  /** SHA-256 of the file. */
  readonly fingerprint: string
  /** H; null if nothing is learned. */
  readonly states: number | null
  readonly columns: readonly ColumnDescription[]
  /** The learned columns, each with its parent; null for the root. */
  readonly tree: readonly { readonly column: string; readonly parent: string | null }[]
  /** Null if the model has no report. */
  readonly report: FitReport | null
  readonly conditions?: { readonly given: unknown; readonly probability: number }
}

export interface ColumnDescription {
  readonly name: string
  readonly type: FieldType
  readonly nullable: boolean
  readonly hidden: boolean
  /** The kind as `genesis fit` names it; without a report, the source of its values. */
  readonly kind: string
  readonly from: ModelColumn['source']['from']
  /** Smallest and largest value of numbers, dates and times. */
  readonly range?: readonly [Value, Value]
  /** Of categorical columns. */
  readonly values?: readonly Value[]
  /** How a column outside the circuit is generated. */
  readonly made?: string
  readonly decidedBy?: string
  /** Share of records without a value: as measured in the table by `genesis fit`, otherwise as the model states. */
  readonly missing?: number
}

export function describeModel(model: Model, conditions?: { given: unknown; probability: number }): ModelDescription {
  const { artifact, circuit } = model
  const report = fitReportOf(artifact.report)
  const names = model.columnOfNode.map((index) => model.columns[index].name)
  return {
    name: artifact.name,
    fingerprint: model.fingerprint,
    states: circuit?.states ?? null,
    columns: model.columns.map((column) => {
      const measured = report?.columns.find(({ name }) => name === column.name)
      const missing = missingShare(column, report)
      return { ...describeColumn(model, column, measured), ...(missing !== undefined && { missing }) }
    }),
    tree: names.map((column, node) => ({ column, parent: names[circuit?.parent[node] ?? -1] ?? null })),
    report,
    ...(conditions && { conditions }),
  }
}

/** Codes are missing where their form is. */
function missingShare(column: ModelColumn, report: FitReport | null): number | undefined {
  if (!column.nullable) return undefined
  const { from } = column.source
  const measured = from === 'filled' || from === 'worded' ? column.source.form : column.name
  return report?.columns.find(({ name }) => name === measured)?.missing?.real ?? column.missing
}

function describeColumn(model: Model, column: ModelColumn, report: ColumnReport | undefined): ColumnDescription {
  const { name, type, nullable, hidden, source } = column
  const base = { name, type, nullable, hidden: hidden === true, kind: report?.kind ?? source.from, from: source.from }
  switch (source.from) {
    case 'circuit':
      return {
        ...base,
        ...spanOf(
          source.alphabet.flatMap((symbol) => (isBin(symbol) ? [...symbol] : [symbol])),
          type,
        ),
      }
    case 'dependency':
      return { ...base, ...spanOf(source.values, type), decidedBy: source.column }
    case 'composed':
      return { ...base, ...rangeIn(model, name), made: `${source.day} and ${source.time}` }
    case 'masked':
      return { ...describeColumn(model, columnNamed(source.value, model.columns), report), ...base }
    case 'relation':
      return {
        ...base,
        ...rangeIn(model, name),
        made: relationText(source, column.type, (each) => columnNamed(each, model.columns).type),
      }
    case 'sequence':
      return { ...base, made: `${source.start}, ${source.start + source.step}, ${source.start + 2 * source.step} …` }
    case 'pool':
      return { ...base, made: `one of ${source.values.length}: ${source.values.slice(0, 3).join(', ')} …` }
    case 'template':
      return { ...base, made: source.template }
    case 'pattern':
      return { ...base, made: source.pattern }
    case 'uuid':
      return { ...base, made: `version ${source.version}` }
    case 'event_time':
      return {
        ...base,
        made: `${new Date(source.start).toISOString()} + ${'curve' in source ? `a rate curve of ${source.curve.points.length} points` : `position × ${source.step} ms`}, up to ${source.jitter} ms later`,
      }
    case 'clock':
      return { ...base, made: 'the time of generation' }
    case 'cycle': {
      const { start, step, restart, initial = start } = source
      const shown = (held: number): string => String(shownValue(held, type))
      const end = restart === undefined ? '' : `, from ${shown(start)} again at ${shown(restart)}`
      return { ...base, made: `${shown(initial)}, ${shown(initial + step)}, ${shown(initial + 2 * step)} …${end}` }
    }
    case 'formula':
      return { ...base, made: formulaText(source.formula) }
    case 'items':
      return { ...base, made: `up to ${source.most}: ${source.item.columns.map((column) => column.name).join(', ')}` }
    case 'list':
      return { ...base, made: `in turn, ${source.values.length}: ${source.values.slice(0, 3).join(', ')} …` }
    case 'worded':
      return { ...base, made: `as ${source.form} says, of ${source.words.words.length} words` }
    case 'filled':
      return { ...base, made: `a form that ${source.form} has` }
    case 'regex':
      return { ...base, made: source.regex }
  }
}

function rangeIn({ columns }: Model, name: string): Pick<ColumnDescription, 'range'> {
  const column = columns.find((candidate) => candidate.name === name)
  const range = column && rangeOf(column.source, columns)
  return range && column ? { range: [shownValue(range[0], column.type), shownValue(range[1], column.type)] } : {}
}

function spanOf(held: readonly Value[], type: FieldType): Pick<ColumnDescription, 'range' | 'values'> {
  const numbers = held.filter((value) => typeof value === 'number')
  if (numbers.length === 0) return { values: [...new Set(held.filter((value) => value !== null))] }
  let low = Infinity
  let high = -Infinity
  for (const value of numbers) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return { range: [shownValue(low, type), shownValue(high, type)] }
}
