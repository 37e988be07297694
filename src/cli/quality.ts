import { aucMargin, comparedRows } from '../fit/report/auc-interval.js'
import type { FitReport } from '../fit/report/report.js'

/** The results of `genesis fit`, as lines of text. */
export function qualityLines({
  training,
  quality,
  baseline,
  privacy,
  detectability,
  detectabilityOfReal,
  relations = [],
}: FitReport): string[] {
  if (training === null || quality === null)
    return ['nothing was learned: all columns are generated outside the circuit']
  const lines: string[] = []
  const { states, rows, epochs, logLikelihood } = training
  const compared = comparedRows(quality.realRows, quality.syntheticRows)
  const auc = (value: number): string => `${score(value)} ± ${score(aucMargin(value, compared))}`
  lines.push(
    `trained on ${rows} rows, H=${states}, ${epochs} epochs; log-likelihood ${nats(logLikelihood.train)} train, ` +
      `${nats(logLikelihood.heldOut)} held-out (nats/row)`,
  )
  lines.push(
    `quality ${score(quality.score)} (shapes ${score(quality.shapes)}, trends ${score(quality.trends)}) of ${quality.syntheticRows} ` +
      `synthetic rows against ${quality.realRows} ${quality.against === 'held-out' ? 'held-out' : 'training'} rows`,
  )
  if (baseline !== null)
    lines.push(
      `for comparison, real rows score ${score(baseline.score)} (shapes ${score(baseline.shapes)}, trends ${score(baseline.trends)})`,
    )
  if (typeof detectability === 'number')
    lines.push(
      `a classifier distinguishes ${compared} synthetic from ${compared} held-out rows with an AUC of ${auc(detectability)} ` +
        `(95 %; 0.5: not at all)${typeof detectabilityOfReal === 'number' ? `; real rows from them: ${auc(detectabilityOfReal)}` : ''}`,
    )
  if (relations.length > 0) {
    const broken = relations.filter((relation) => (relation.broken ?? 0) > 0)
    const rules = relations.filter(({ rule }) => rule !== undefined).length
    lines.push(
      `relations: differences and ratios ${score(mean(relations.map((each) => each.score)))}, ` +
        `real rows ${score(mean(relations.map((each) => each.baseline)))}; ${broken.length} of ${rules} rules broken`,
    )
    for (const { column, to, rule, broken: share } of broken)
      lines.push(`        ${column} is not ${rule === 'equal' ? 'equal to' : rule} ${to} in ${percent(share ?? 0)}`)
  }
  if (privacy !== null) {
    const { closest, copies } = privacy
    lines.push(
      `nearer to training rows than to held-out rows: ${score(closest)} (0.5: no copying); exact copies ` +
        `${percent(copies.synthetic)} of synthetic rows, ${percent(copies.heldOut)} of held-out rows`,
    )
  }
  return lines
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** A score to its significant digits; a dash if there is none. */
export function score(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(3)
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}

function nats(value: number | null): string {
  return value === null ? '–' : value.toFixed(3)
}
