import type { FieldType } from '../../record.js'
import { columnsIn, formulaText } from '../expression/formula.js'
import type { RelationOrigin } from './relation.js'

/** The columns that a relation reads, each once. */
export function namesInRelation({ formula, rest, own, atLeast = [], atMost = [] }: RelationOrigin): string[] {
  const parts = [rest, own].filter((name) => name !== undefined)
  return [...new Set([...columnsIn(formula), ...parts, ...atLeast, ...atMost])]
}

/** The lowest and highest number that a relation can give, where it says so. */
export function relationRange({ bounds }: RelationOrigin): [low: number, high: number] | undefined {
  return bounds === undefined ? undefined : [bounds[0], bounds[1]]
}

/** A relation in one line, as `genesis describe` shows it. */
export function relationText({ formula, rest, by }: RelationOrigin, type: FieldType): string {
  const text = formulaText(formula)
  if (rest === undefined) return text
  const isTime = type.kind === 'date' || type.kind === 'timestamp'
  return by === 'ratio' ? `${text} × a ratio` : `${text} + ${isTime ? 'a time' : 'a rest'}`
}
