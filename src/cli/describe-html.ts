import type { ColumnReport } from '../fit/report/report.js'
import { barLabels } from '../fit/report/shown-report.js'
import type { ColumnDescription, ModelDescription } from './describe-model.js'
import { relationLines, valuesText } from './describe-text.js'
import { barPlot, escapeHtml, heatMap, legend } from './html-plots.js'
import { percent, qualityLines, score } from './quality.js'

const style = `
:root { color-scheme: light dark; --text: #1c2330; --soft: #667; --line: #d8dce4; --page: #fff; --real: #8a94a6; --synthetic: #d9622b }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ef; --soft: #9aa3b2; --line: #343b48; --page: #14181f; --real: #8a94a6; --synthetic: #f08a52 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 1100px; margin: 2rem auto; padding: 0 1rem }
h1 { margin-bottom: 0 } h2 { margin-top: 2.5rem } h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere }
small, .soft { color: var(--soft) } code { overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(310px, 1fr)); gap: 1.2rem }
.plots section { border: 1px solid var(--line); border-radius: 6px; padding: .8rem }
svg { width: 100%; height: auto; display: block } svg text { fill: var(--soft); font: 10px system-ui, sans-serif }
.real { fill: var(--real) } .synthetic { fill: var(--synthetic) } .scroll { overflow-x: auto }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; border-radius: 2px }
`

/** A self-contained page that shows a description. */
export function describeHtml(model: ModelDescription): string {
  const { name, fingerprint, report, columns } = model
  const sections = [
    `<h1>${escapeHtml(name)}</h1><p><small>fingerprint <code>${fingerprint}</code></small></p>`,
    summary(model),
    `<h2>Columns</h2><div class="scroll">${columnTable(model)}</div>`,
  ]
  const ties = relationLines(report).map((line) => `<li>${escapeHtml(line)}</li>`)
  if (ties.length > 0) sections.push(`<h2>Relations</h2><ul>${ties.join('')}</ul>`)
  const plots = columns.flatMap((column) =>
    plotOf(
      column,
      report?.columns.find((candidate) => candidate.name === column.name),
    ),
  )
  if (plots.length > 0) sections.push(`<h2>Values</h2><p>${legend()}</p><div class="plots">${plots.join('')}</div>`)
  if (report !== null && report.pairs.length > 0) {
    sections.push(
      '<h2>Pairs</h2><p>How closely the dependence between each pair of columns in synthetic rows matches real rows (1 is best; the diagonal is the ' +
        'shape of the column alone).</p>',
      `<div class="scroll">${heatMap(report)}</div>`,
    )
  }
  const title = `<title>${escapeHtml(name)}</title>`
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${title}<style>${style}</style>`
  return `<!doctype html>\n<html lang="en"><head>${head}</head>\n<body>\n${sections.join('\n')}\n</body></html>\n`
}

function summary({ report, conditions }: ModelDescription): string {
  const lines = report === null ? ['The model has no report.'] : qualityLines(report)
  if (conditions !== undefined)
    lines.push(`P(${JSON.stringify(conditions.given)}) = ${Number(conditions.probability.toPrecision(6))}`)
  const notes = (report?.notes ?? []).map((note) => `<li class="soft">${escapeHtml(note)}</li>`)
  return `<ul>${lines.map((line) => `<li>${escapeHtml(line.trim())}</li>`).join('')}${notes.join('')}</ul>`
}

function columnTable({ columns, report, tree }: ModelDescription): string {
  const rows = columns.map((column) => {
    const measured = report?.columns.find(({ name }) => name === column.name)
    const parent = tree.find((node) => node.column === column.name)?.parent ?? column.decidedBy ?? ''
    const cells = [
      column.hidden ? `${column.name} (hidden)` : column.name,
      measured?.detail === undefined ? column.kind : `${column.kind} (${measured.detail})`,
      column.missing === undefined ? '' : percent(column.missing),
      measured?.shape === undefined ? '' : score(measured.shape),
      parent,
      valuesText(column),
    ]
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`
  })
  const head = ['column', 'kind', 'missing', 'shape', 'parent', 'values'].map((title) => `<th>${title}</th>`).join('')
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function plotOf({ name, type }: ColumnDescription, measured: ColumnReport | undefined): string[] {
  const histogram = measured?.histogram
  if (histogram === undefined || histogram.real.length === 0) return []
  const labels = barLabels(histogram, type)
  const plot = barPlot(histogram, labels, 'edges' in histogram ? 'vertical' : 'horizontal')
  return [`<section><h3>${escapeHtml(name)} <small>${score(measured?.shape)}</small></h3>${plot}</section>`]
}
