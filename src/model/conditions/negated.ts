import type { Model } from '../model.js'
import { subtract } from './intervals.js'
import type { ConditionExpression, ComputedPredicate } from './expression.js'

/** The predicates of an expression on columns computed by relations. */
export function computedIn(expression: ConditionExpression): ComputedPredicate[] {
  switch (expression.kind) {
    case 'computed':
      return [expression]
    case 'column':
      return []
    case 'not':
      return computedIn(expression.part)
    default:
      return expression.parts.flatMap(computedIn)
  }
}

/** The columns that an expression constrains. */
export function columnsOf(expression: ConditionExpression, model: Model): string[] {
  switch (expression.kind) {
    case 'computed':
      return [expression.column.name]
    case 'column':
      return [model.columns[model.columnOfNode[expression.node]].name]
    case 'not':
      return columnsOf(expression.part, model)
    default:
      return expression.parts.flatMap((part) => columnsOf(part, model))
  }
}

/** Maximum number of conjunctions in all covers of an expression together, once expanded. */
const maxCovers = 600

export function coverLimit(expression: ConditionExpression): number {
  return Math.max(2, Math.floor(maxCovers ** (1 / Math.max(1, computedIn(expression).length))))
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
    case 'computed': {
      const { missing, region } = expression.demand
      return expression.demanding({ missing: !missing, region: subtract([[-Infinity, Infinity]], region) })
    }
  }
}
