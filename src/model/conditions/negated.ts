import type { Model } from '../model.js'
import { subtract } from './intervals.js'
import type { ConditionExpression, MadeColumn } from './expression.js'

/** The columns of an expression that relations put together. */
export function madeIn(expression: ConditionExpression): MadeColumn[] {
  switch (expression.kind) {
    case 'made':
      return [expression]
    case 'column':
      return []
    case 'not':
      return madeIn(expression.part)
    default:
      return expression.parts.flatMap(madeIn)
  }
}

/** The columns that an expression is about. */
export function columnsOf(expression: ConditionExpression, model: Model): string[] {
  switch (expression.kind) {
    case 'made':
      return [expression.column.name]
    case 'column':
      return [model.columns[model.columnOfNode[expression.node]].name]
    case 'not':
      return columnsOf(expression.part, model)
    default:
      return expression.parts.flatMap((part) => columnsOf(part, model))
  }
}

/** Conjunctions that all covers of an expression may come to together, once they are multiplied out. */
const allCovers = 600

export function coverLimit(expression: ConditionExpression): number {
  return Math.max(2, Math.floor(allCovers ** (1 / Math.max(1, madeIn(expression).length))))
}

/** What an expression is not, with the negation at its columns. */
export function negated(expression: ConditionExpression): ConditionExpression {
  const { path } = expression
  switch (expression.kind) {
    case 'column':
      return { kind: 'not', path, part: expression }
    case 'not':
      return expression.part
    case 'all':
    case 'any':
      return { kind: expression.kind === 'all' ? 'any' : 'all', path, parts: expression.parts.map(negated) }
    case 'made': {
      const { missing, region } = expression.demand
      return expression.demanding({ missing: !missing, region: subtract([[-Infinity, Infinity]], region) })
    }
  }
}
