/** What an expression of PromQL names, by Prometheus' own grammar. */
import { parser } from '@prometheus-io/lezer-promql'

export interface Selector {
  /** Of the series: a histogram's ends with `_bucket`, `_sum` or `_count`. */
  readonly series: string
  readonly matchers: readonly string[]
  /** The functions around it, from the outside. */
  readonly functions: readonly string[]
  /** An operand of `unless`: whether it is there matters, or was. */
  readonly isUnless: boolean
}

export interface Expression {
  readonly selectors: readonly Selector[]
  /** Labels of `by`, `without`, `on` and `group_left`. */
  readonly groupedBy: readonly string[]
  readonly isAggregated: boolean
}

/** Throws a SyntaxError that shows the first wrong place. */
export function readPromql(text: string): Expression {
  const selectors: { series: string; matchers: string[]; functions: string[]; isUnless: boolean }[] = []
  const groupedBy: string[] = []
  const functions: string[] = []
  const operators: boolean[] = []
  let isAggregated = false
  let isMatching = false
  parser.parse(text).iterate({
    enter({ name, from, to, type, node }) {
      const found = text.slice(from, to)
      if (type.isError) throw new SyntaxError(`no PromQL: ${text.slice(0, from)} ⟪${text.slice(from)}⟫`)
      if (name === 'FunctionCall') functions.push(found.slice(0, found.indexOf('(')).trim())
      if (name === 'AggregateExpr') isAggregated = true
      if (name === 'VectorSelector')
        selectors.push({ series: '', matchers: [], functions: [...functions], isUnless: operators.at(-1) ?? false })
      if (name === 'Identifier') selectors.at(-1)!.series = found
      if (name === 'LabelMatchers') isMatching = true
      if (name === 'BinaryExpr') operators.push(node.getChild('Unless') !== null)
      if (name === 'LabelName') (isMatching ? selectors.at(-1)!.matchers : groupedBy).push(found)
    },
    leave({ name }) {
      if (name === 'FunctionCall') functions.pop()
      if (name === 'LabelMatchers') isMatching = false
      if (name === 'BinaryExpr') operators.pop()
    },
  })
  return { selectors, groupedBy, isAggregated }
}
