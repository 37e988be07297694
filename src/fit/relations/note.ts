import { formulaText } from '../../model/relations/formula.js'
import type { PlannedRelation } from './plan.js'

/** What was found, in a sentence. */
export function relationNote(relation: PlannedRelation): string {
  return `column ${relation.column.name}: ${relationSentence(relation)}`
}

export function relationSentence({
  formula,
  by,
  kept,
  free,
  atLeast,
  atMost,
  rest,
  calendar,
}: PlannedRelation): string {
  if (calendar !== undefined) return `is ${calendar} in every row`
  const text = formulaText(formula)
  const limits = [
    ...(atLeast.length > 0 ? [`never below ${atLeast.join(' or ')}`] : []),
    ...(atMost.length > 0 ? [`never above ${atMost.join(' or ')}`] : []),
  ]
  if (kept !== null) {
    const share = kept.kept === kept.rows ? 'in every row' : `in ${kept.kept} of ${kept.rows} rows`
    return `is ${text} ${share}${rest !== null && kept.kept === kept.rows ? ', or missing' : ''}`
  }
  const how = free === undefined ? [`learned as ${text} ${by === 'ratio' ? '× a ratio' : '+ a rest'}`] : []
  return [...how, ...limits].join(', ')
}
