import type { Model } from '../model.js'
import { subtract } from './intervals.js'
import type { ConditionExpression, MadeColumn } from './expression.js'

/** The columns of an expression that relations compute. */
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

/** Maximum number of conjunctions of all covers of an expression together, once expanded. */
const allCovers = 600

export function coverLimit(expression: ConditionExpression): number {
  return Math.max(2, Math.floor(allCovers ** (1 / Math.max(1, madeIn(expression).length))))
}

/** The negation of an expression, pushed down to its columns. */
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
