/**
 * The value of relations between columns: tables with relations, trained without and with them, as Markdown on stdout.
 *
 *     npx tsc -b && node build/bench/relations/main.js [--rows] [FILE.csv | table …]
 *
 * `--rows` also prints fifty records of each model.
 */
import { basename } from 'node:path'
import { writeModel } from '#src/model/artifact-write.js'
import { fitTable, splitRows } from '#src/fit/fit.js'
import { TableBuilder } from '#src/fit/table/builder.js'
import { readTable } from '#src/fit/table/read.js'
import type { Cell, Table } from '#src/fit/table/table.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import { missingPatterns, totalVariation, unseenPairs } from './measures.js'
import { tables, type TableRow } from './tables.js'

const given = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const showRows = process.argv.includes('--rows')

console.log(
  '| table | relations | AUC | differences, ratios (real rows) | distance beside real rows, mean, worst | rules broken | missing patterns (real rows) | unseen pairs (real rows) | model | fit | records/s |',
)
console.log('|---|---|---|---|---|---|---|---|---|---|---|')
for (const name of given.length > 0 ? given : Object.keys(tables)) {
  const table = name.endsWith('.csv')
    ? await readTable(name, { maxRows: 1_000_000, seed: 1 })
    : tableOf(name, tables[name]())
  for (const relations of [false, true]) await measured(basename(name), table, relations)
}

async function measured(name: string, table: Table, relations: boolean): Promise<void> {
  const began = performance.now()
  const options = { name, states: 'auto' as const, seed: 1, minCount: 1, roundExtremes: false, relations }
  const { artifact, report } = await fitTable(table, options)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const text = writeModel(artifact)
  const generator = openGenerator(parseModel(Buffer.from(text), name), { seed: 7 })
  const made = toRows(generator.generate(generator.capacity))
  const names = table.columns.map((column) => column.name).filter((column) => column in made[0])
  const { train, heldOut } = splitRows(table.rows, 1)
  const [known, others] = [rowsOf(table, names, train), rowsOf(table, names, heldOut ?? train)]
  const real = missingPatterns(others, names)
  const scores = report.relations ?? []
  const rules = scores.filter(({ rule }) => rule !== undefined)
  const broken = rules.filter((score) => (score.broken ?? 0) > 0)
  const worst = Math.max(0, ...broken.map((score) => score.broken ?? 0))
  const cells = [
    name,
    relations ? 'on' : 'off',
    figure(report.detectability),
    `${mean(scores.map(({ score }) => score))} (${mean(scores.map(({ baseline }) => baseline))})`,
    distances(scores),
    `${broken.length} of ${rules.length}${broken.length > 0 ? `, up to ${(100 * worst).toFixed(1)} %` : ''}`,
    `${figure(totalVariation(real, missingPatterns(made, names)))} (${figure(totalVariation(real, missingPatterns(known, names)))})`,
    `${figure(unseenPairs(made, known, names))} (${figure(unseenPairs(others, known, names))})`,
    `${Math.ceil(text.length / 1000)} kB`,
    `${seconds} s`,
    String(speedOf(generator)),
  ]
  console.log(`| ${cells.join(' | ')} |`)
  if (!showRows) return
  console.error(report.notes.join('\n'))
  console.error(names.join(','))
  for (const row of made.slice(0, 50)) console.error(names.map((column) => String(row[column] ?? '')).join(','))
}

function speedOf(generator: ReturnType<typeof openGenerator>): number {
  const rounds = 100
  for (let i = 0; i < 10; i++) generator.generate(generator.capacity)
  const began = performance.now()
  for (let i = 0; i < rounds; i++) generator.generate(generator.capacity)
  return Math.round((rounds * generator.capacity) / ((performance.now() - began) / 1000))
}

function tableOf(place: string, rows: readonly TableRow[]): Table {
  const builder = new TableBuilder({ place, typed: false, maxRows: 1_000_000, seed: 1 })
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  for (const name of names) builder.addColumn(name)
  for (const row of rows) builder.addRow(names.map((name): Cell => (row[name] == null ? null : String(row[name]))))
  return builder.finish()
}

function rowsOf(table: Table, names: readonly string[], rows: Uint32Array): Record<string, Cell>[] {
  const columns = names.map((name) => table.columns.find((column) => column.name === name)!)
  return Array.from(rows, (row) =>
    Object.fromEntries(columns.map(({ name, values, codes }) => [name, values[codes[row]]])),
  )
}

/** Kolmogorov-Smirnov distances of differences and ratios from held-out rows, as multiples of those of training rows. */
function distances(scores: readonly { readonly score: number | null; readonly baseline: number | null }[]): string {
  const ratios = scores.flatMap(({ score, baseline }) =>
    score === null || baseline === null || baseline === 1 ? [] : [(1 - score) / (1 - baseline)],
  )
  return ratios.length === 0 ? '–' : `${mean(ratios)}, ${figure(Math.max(...ratios))}`
}

function mean(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null)
  return figure(known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length)
}

function figure(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(3)
}
