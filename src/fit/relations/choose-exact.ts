import { columnsIn, type Formula } from '../../model/expression/formula.js'
import { someOf } from '../some-rows.js'
import type { Named } from './candidate.js'
import { tieOf, type ExactRelation } from './exact.js'
import { computed, numbersOf } from './number-column.js'
import type { Uses } from './uses.js'

const sampleRows = 2000

/**
 * Chooses among the formulas found: one per column, without cycles, and among several forms of one equation (a + b = c, c − a = b) the one
 * that fails least often if its parts are drawn independently. `isFixed`: whether a column must be learned itself.
 */
export function chooseExact(
  found: readonly ExactRelation[],
  named: Named,
  uses: Uses,
  isFixed: (name: string) => boolean,
): ExactRelation[] {
  const position = new Map([...named.keys()].map((name, index) => [name, index]))
  const ways = waysOf(found)
  const ranked = found
    .filter(({ column }) => !isFixed(column.name))
    .map((relation) => ({ relation, cost: costOf(relation, named), ways: ways.get(tieOf(relation))!.size }))
    .sort(
      (a, b) =>
        // Times are learned, not what is computed from them, and independent times would be too far apart.
        durationShare(b.relation) - durationShare(a.relation) ||
        // Equations with a single form come first: with a × b = c and c + d = e, c is the product and e the sum.
        a.ways - b.ways ||
        a.cost - b.cost ||
        columnsIn(a.relation.formula).length - columnsIn(b.relation.formula).length ||
        sizeOf(a.relation.formula) - sizeOf(b.relation.formula) ||
        b.relation.share - a.relation.share ||
        position.get(b.relation.column.name)! - position.get(a.relation.column.name)!,
    )
  const kept: ExactRelation[] = []
  for (const { relation } of ranked) {
    const { name } = relation.column
    const parts = columnsIn(relation.formula)
    if (uses.isMade(name) || parts.some((part) => uses.needs(part, name))) continue
    uses.add(name, parts)
    kept.push(relation)
  }
  return kept
}

function durationShare({ isDuration, share }: ExactRelation): number {
  return isDuration ? share : 0
}

/** The columns that each equation can compute. */
function waysOf(found: readonly ExactRelation[]): Map<string, Set<string>> {
  const ways = new Map<string, Set<string>>()
  for (const relation of found) {
    const tie = tieOf(relation)
    ways.set(tie, (ways.get(tie) ?? new Set()).add(relation.column.name))
  }
  return ways
}

/** Share of rows, rounded to hundredths, in which the formula would leave its column's range if its parts were independent. */
function costOf({ column, formula, rounding }: ExactRelation, named: Named): number {
  const parts = columnsIn(formula)
  if (parts.length === 1) return 0
  const sample = someOf(column.column.raw.codes.length, sampleRows)
  const [low, high] = spanOf(column)
  const numbers = new Map(
    parts.map((name, index) => {
      const part = named.get(name)!
      const values = numbersOf(part, sample)
      const shift = Math.floor((index * sample.length) / parts.length)
      return [name, { type: part.type, numbers: values.map((_, i) => values[(i + shift) % values.length]) }] as const
    }),
  )
  const values = computed(formula, column.type, rounding, (name) => numbers.get(name)!, sample.length)
  let beyond = 0
  let all = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    all++
    if (value < low || value > high) beyond++
  }
  return all === 0 ? 1 : Math.round((100 * beyond) / all)
}

function sizeOf(formula: Formula): number {
  if (typeof formula !== 'object' || formula === null || !('op' in formula)) return 1
  return formula.of.reduce<number>((sum, part) => sum + sizeOf(part), formula.op === '-' ? 2 : 1)
}

export function spanOf({ held }: { readonly held: Float64Array }): [low: number, high: number] {
  let low = Infinity
  let high = -Infinity
  for (const value of held) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}
