import { formulaText, type Formula } from '../../model/expression/formula.js'
import type { FieldType } from '../../record.js'
import type { LearnedColumn } from '../columns/plan.js'
import type { Mask } from './missing.js'
import type { PlannedRelation } from './planned-relation.js'

/** Whether a column of this name is one of dates or times. */
export function timesIn(columns: readonly LearnedColumn[]): (name: string) => boolean {
  const times = new Set(columns.flatMap(({ name, learned: { type } }) => (isTime(type) ? [name] : [])))
  return (name) => times.has(name)
}

function isTime({ kind }: FieldType): boolean {
  return kind === 'date' || kind === 'timestamp' || kind === 'time'
}

/** Sentences on what determines missing values: one per column, and one for all columns that are missing together. */
export function maskNotes(masks: readonly Mask[]): string[] {
  const notes: string[] = []
  const patterns = new Map<string, string[]>()
  for (const { column, by, values } of masks) {
    if (by.hidden) patterns.set(by.name, [...(patterns.get(by.name) ?? []), column.name])
    else notes.push(`column ${column.name}: is missing where ${by.name} is ${values.map(String).join(' or ')}`)
  }
  for (const [by, names] of patterns)
    notes.push(`columns ${names.join(', ')}: which are missing together is learned in a hidden column, ${by}`)
  return notes
}

export function forbiddenNote(formula: Formula, broken: number, rows: number): string {
  return `no record satisfies ${formulaText(formula)}, as stated${broken === 0 ? '' : `; ${broken} of ${rows} rows of the table do`}`
}

/** The relation found, as a sentence. */
export function relationNote(relation: PlannedRelation, isTime: (column: string) => boolean): string {
  return `column ${relation.column.name}: ${relationSentence(relation, isTime)}`
}

export function relationSentence(relation: PlannedRelation, isTime: (column: string) => boolean): string {
  const {
    formula,
    by,
    kept,
    free,
    atLeast,
    atMost,
    rest,
    calendar,
    stated,
    between,
    trend,
    base,
    weekdays,
    forbidden = [],
  } = relation
  if (weekdays !== undefined) return `learned as a week and a weekday: ${weekdays}`
  if (calendar !== undefined) return `is ${calendar} in every row`
  const text = formulaText(formula, isTime)
  const limits = [
    ...(atLeast.length > 0 ? [`never below ${atLeast.join(' or ')}`] : []),
    ...(atMost.length > 0 ? [`never above ${atMost.join(' or ')}`] : []),
    ...forbidden.map((condition) => condition.text),
  ]
  if (kept !== null) {
    if (stated) return `is ${text}, as stated; ${kept.kept} of ${kept.rows} rows of the table keep it`
    const share = kept.kept === kept.rows ? 'in every row' : `in ${kept.kept} of ${kept.rows} rows`
    return `is ${text} ${share}${rest !== null && kept.kept === kept.rows ? ', or missing' : ''}`
  }
  if (between !== undefined)
    return `lies between ${between.map((bound) => formulaText(bound)).join(' and ')}, learned as its relative position`
  if (base !== undefined)
    return [`learned as days after ${formulaText(base, isTime)} and a time of day`, ...limits].join(', ')
  const start = trend === undefined ? text : `a trend over ${trend}`
  const how = free === undefined ? [`learned as ${start} ${by === 'ratio' ? '× a ratio' : '+ a rest'}`] : []
  return [...how, ...limits].join(', ')
}
