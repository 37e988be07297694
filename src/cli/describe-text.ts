import type { ColumnDescription, ModelDescription } from './describe-model.js'
import { percent, qualityLines, score } from './quality.js'

const maxPairs = 5

/** A description for a terminal. */
export function describeText(model: ModelDescription): string {
  const { name, fingerprint, columns, states, report, tree } = model
  // With a single state, columns are independent.
  const isIndependent = states === 1
  const learned = states === null ? 'nothing learned' : `${tree.length} learned (H=${states})`
  const content = isIndependent ? `${tree.length} drawn independently` : learned
  const parts = [
    [`${name}: ${columns.filter(({ hidden }) => !hidden).length} columns, ${content}`, `fingerprint ${fingerprint}`],
    columnTable(model),
  ]
  if (tree.length > 1 && !isIndependent) parts.push(['tree of dependence', ...treeLines(tree)])
  const ties = relationLines(report)
  if (ties.length > 0) parts.push(['relations', ...ties.map((line) => `  ${line}`)])
  if (report !== null) parts.push(['quality', ...qualityLines(report).map((line) => `  ${line}`), ...weakest(model)])
  if (report !== null && report.notes.length > 0) parts.push(['notes', ...report.notes.map((note) => `  ${note}`)])
  if (model.conditions !== undefined) {
    const { given, probability } = model.conditions
    const oneIn =
      probability === 0 ? ', no record' : probability < 0.01 ? `, one record in ${Math.round(1 / probability)}` : ''
    parts.push([`P(${JSON.stringify(given)}) = ${Number(probability.toPrecision(6))}${oneIn}`])
  }
  return parts.map((lines) => `${lines.join('\n')}\n`).join('\n')
}

function columnTable({ columns, report }: ModelDescription): string[] {
  const header = ['column', 'kind', 'type', 'missing', 'shape', 'values']
  const rows = columns.map((column) => {
    const measured = report?.columns.find(({ name }) => name === column.name)
    const missing = column.missing === undefined ? '' : percent(column.missing)
    const name = column.hidden ? `${column.name} (hidden)` : column.name
    const shape = measured?.shape === undefined ? '' : score(measured.shape)
    return [name, column.kind, typeText(column), missing, shape, valuesText(column)]
  })
  const widths = header.map((title, j) => Math.max(title.length, ...rows.map((row) => row[j].length)))
  return [header, ...rows].map((row) =>
    row
      .map((cell, j) => (j === 5 ? cell : cell.padEnd(widths[j])))
      .join('  ')
      .trimEnd(),
  )
}

/** Relations: the share of rows that keep each one, and how similar the differences are, compared with real rows. */
export function relationLines(report: ModelDescription['report']): string[] {
  return (report?.found ?? []).map(({ column, text, to, share }) => {
    const scores = report?.relations?.find((each) => each.column === column && each.to === to && each.score !== null)
    const kept = share === null ? [] : [`kept by ${percent(share)} of the rows`]
    const alike =
      scores === undefined ? [] : [`differences ${score(scores.score)}, real rows ${score(scores.baseline)}`]
    const said = [...kept, ...alike]
    return `${column} ${text}${said.length === 0 ? '' : ` (${said.join('; ')})`}`
  })
}

function typeText({ type }: ColumnDescription): string {
  return type.kind === 'decimal' ? `decimal(${type.scale})` : type.kind
}

export function valuesText({ range, values, made, decidedBy }: ColumnDescription): string {
  const decided = decidedBy === undefined ? '' : ` (decided by ${decidedBy})`
  if (range !== undefined) return `${String(range[0])} … ${String(range[1])}${decided}`
  if (values === undefined) return made ?? ''
  const shown = values.slice(0, 6).map(String).join(', ')
  return `${shown}${values.length > 6 ? ` … (${values.length})` : ''}${decided}`
}

function treeLines(tree: ModelDescription['tree']): string[] {
  const lines: string[] = []
  const draw = (column: string, indent: string, mark: string): void => {
    lines.push(`  ${indent}${mark}${column}`)
    const children = tree.filter(({ parent }) => parent === column)
    const below = indent + (mark === '' ? '' : mark === '└─ ' ? '   ' : '│  ')
    children.forEach((child, i) => draw(child.column, below, i === children.length - 1 ? '└─ ' : '├─ '))
  }
  for (const { column, parent } of tree) if (parent === null) draw(column, '', '')
  return lines
}

function weakest({ report }: ModelDescription): string[] {
  if (report === null || report.pairs.length === 0) return []
  const name = (index: number): string => report.columns[index].name
  const pairs = report.pairs.filter(([, , value]) => value !== null).sort((a, b) => (a[2] ?? 0) - (b[2] ?? 0))
  const shown = pairs.slice(0, maxPairs).map(([a, b, value]) => `${name(a)} × ${name(b)} ${score(value)}`)
  return [`  weakest pairs: ${shown.join(', ')}`]
}
