import type { FieldType } from '../../record.js'
import { columnsIn, formulaText } from '../expression/formula.js'
import type { RelationOrigin } from './relation.js'

/** The columns that a relation reads, each once. */
export function namesInRelation({
  formula,
  above = null,
  rest,
  own,
  atLeast = [],
  atMost = [],
}: RelationOrigin): string[] {
  const parts = [rest, own].filter((name) => name !== undefined)
  return [...new Set([...columnsIn(formula), ...columnsIn(above), ...parts, ...atLeast, ...atMost])]
}

/** The minimum and maximum of a relation; undefined: unbounded. */
export function relationRange({ bounds }: RelationOrigin): [low: number, high: number] | undefined {
  return bounds === undefined ? undefined : [bounds[0], bounds[1]]
}

/** A relation in one line, as `genesis describe` shows it. */
export function relationText(
  { formula, above, rest, by }: RelationOrigin,
  type: FieldType,
  typeOf: (column: string) => FieldType,
): string {
  const isTime = (column: string): boolean => ['date', 'timestamp', 'time'].includes(typeOf(column).kind)
  const text = formulaText(formula, isTime)
  if (above !== undefined) return `${formulaText(above)} + (${text}) × a ratio`
  if (rest === undefined) return text
  const isDifference = type.kind === 'date' || type.kind === 'timestamp'
  return by === 'ratio' ? `${text} × a ratio` : `${text} + ${isDifference ? 'a time' : 'a rest'}`
}
