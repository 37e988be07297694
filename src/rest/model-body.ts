import { fitReportOf, barLabels } from '../fit/report/shown-report.js'
import type { Model } from '../model/model.js'

/** A model with what `genesis fit` measured. */
export function modelBody({ artifact, fingerprint, columns }: Model): object {
  const report = fitReportOf(artifact.report)
  return {
    name: artifact.name,
    fingerprint,
    rows: report?.table.rows ?? null,
    score: report?.quality?.score ?? null,
    detectability: report?.detectability ?? null,
    columns: columns
      .filter(({ hidden }) => hidden !== true)
      .map(({ name, type, source }) => {
        const measured = report?.columns.find((column) => column.name === name)
        const { histogram, shape = null, kind = source.from } = measured ?? {}
        if (histogram === undefined || histogram.real.length === 0) return { name, kind, shape }
        const { real, synthetic } = histogram
        const bars = { ordered: 'edges' in histogram, labels: barLabels(histogram, type), real, synthetic }
        return { name, kind, shape, histogram: bars }
      }),
  }
}
