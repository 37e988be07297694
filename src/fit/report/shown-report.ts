/** Checks a model's report before it is shown, and labels its bars. */
import { shownValue } from '../../model/held.js'
import type { FieldType } from '../../record.js'
import type { Histogram } from './histogram.js'
import type { FitReport } from './report.js'

/** The report of a model file; null: it has none, or one in another format, as models from elsewhere may have. */
export function fitReportOf(report: unknown): FitReport | null {
  return isFitReport(report) ? report : null
}

function isFitReport(report: unknown): report is FitReport {
  if (typeof report !== 'object' || report === null) return false
  const { columns, pairs, notes, table } = report as Partial<Record<keyof FitReport, unknown>>
  return Array.isArray(columns) && Array.isArray(pairs) && Array.isArray(notes) && typeof table === 'object'
}

/** A label for each bar: `10 – 20`, or the category. */
export function barLabels(histogram: Histogram, type: FieldType): readonly string[] {
  return 'edges' in histogram
    ? histogram.real.map(
        (_, i) => `${edgeLabel(histogram.edges[i], type)} – ${edgeLabel(histogram.edges[i + 1], type)}`,
      )
    : histogram.real.map((_, i) =>
        i < histogram.categories.length ? String(histogram.categories[i] ?? '(missing)') : '(all others)',
      )
}

function edgeLabel(held: number, type: FieldType): string {
  const value = shownValue(type.kind === 'date' || type.kind === 'timestamp' ? Math.round(held) : held, type)
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value).replace(/:00\.000Z$/, '')
}
