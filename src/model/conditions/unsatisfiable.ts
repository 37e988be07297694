import { throwErrors } from '../../config/check.js'
import { closest, nearest } from '../../config/nearest.js'
import { GenesisError } from '../../errors.js'
import { shownValue } from '../held.js'
import { shown } from '../load/model-file.js'
import { boxesOf } from './boxes.js'
import { maxListed, listedNames } from './condition-error.js'
import type { NodeDomain } from './domain.js'
import type { Conditioner } from './evidence.js'
import type { ConditionExpression } from './expression.js'
import { operatorIn } from './predicate.js'

/** Throws for conditions of probability 0, naming the parts responsible: those that no record satisfies, or two that no record satisfies together. */
export function unsatisfiable(
  expression: ConditionExpression,
  domains: readonly NodeDomain[],
  conditioner: Conditioner,
): never {
  const possible = (parts: readonly ConditionExpression[]): boolean => {
    const all: ConditionExpression = { kind: 'all', path: 'conditions', parts }
    return boxesOf(all, domains).some((box) => conditioner.under(box).probability.value > 0)
  }
  const parts = conjuncts(expression)
  throwErrors(
    parts.filter((part) => !possible([part])).map((part) => failure(part, `no record satisfies ${part.path}`, domains)),
  )
  for (const [index, part] of parts.entries()) {
    const rival = parts.slice(0, index).find((other) => !possible([other, part]))
    if (rival) throw failure(part, `no record satisfies both ${rival.path} and ${part.path}`, domains)
  }
  const last = parts.findIndex((_, index) => !possible(parts.slice(0, index + 1)))
  const part = parts[last]
  throw failure(part, `no record satisfies ${part.path} and all of the conditions before it`, domains)
}

/** The parts that leave no value of their column. */
export function emptyParts(expression: ConditionExpression, domains: readonly NodeDomain[]): GenesisError[] {
  return conjuncts(expression)
    .filter((part) => part.kind === 'column' && part.set.every((intervals) => intervals.length === 0))
    .map((part) => failure(part, `no record satisfies ${part.path}`, domains))
}

/** The text that a condition compares with, so that the most similar values can be listed. */
function wantedText(literal: unknown): string {
  return String(Array.isArray(literal) ? literal.flat().at(-1) : literal)
}

/** The parts that must all hold, split as far as possible. */
function conjuncts(expression: ConditionExpression): ConditionExpression[] {
  return expression.kind === 'all' ? expression.parts.flatMap(conjuncts) : [expression]
}

function failure(part: ConditionExpression, what: string, domains: readonly NodeDomain[]): GenesisError {
  return new GenesisError('CONDITION_UNSATISFIABLE', what, { place: part.path, ...known(part, domains) })
}

/** The column's values in the model, for a part on a single column. */
function known(
  part: ConditionExpression,
  domains: readonly NodeDomain[],
): { found?: string; expected?: string; remedy?: string } {
  if (part.kind === 'any' && part.of) return { found: shown(part.of.literal), expected: part.of.expected }
  if (part.kind === 'computed') return { found: shown(part.literal), expected: part.expected }
  if (part.kind !== 'column') return {}
  const { column, pieces, grid } = domains[part.node]
  const found = shown(part.literal)
  if (part.column !== column.name && part.values === undefined) return { found }
  const alphabet = part.values ?? (column.source as { alphabet: readonly unknown[] }).alphabet
  const missing = alphabet.includes(null) ? ' or missing' : ''
  const numbers = part.values === undefined ? pieces.filter(({ low }) => low !== null) : []
  if (part.values?.some((value) => typeof value === 'number')) return { found }
  if (numbers.length === 0) {
    const values = [...new Set(alphabet.filter((value) => value !== null))]
    const texts = values.map(String)
    const wanted =
      typeof part.literal === 'string' ? (operatorIn(part.literal) ?? nearest(part.literal, texts)) : undefined
    const shownFirst = texts.length > maxListed ? closest(wantedText(part.literal), texts) : texts
    return {
      found,
      expected: `values among ${listedNames(shownFirst)}${missing}`,
      ...(wanted !== undefined && { remedy: `Did you mean ${shown(wanted)}?` }),
    }
  }
  const bound = (held: number): string => String(shownValue(held / grid.divisor, column.type))
  const low = numbers.reduce((least, piece) => Math.min(least, piece.low!), Infinity)
  const high = numbers.reduce((most, piece) => Math.max(most, piece.end), -Infinity)
  return { found, expected: `values from ${bound(low)} to ${bound(high)}${missing}` }
}
