import { formulaText } from '../../model/expression/formula.js'
import { relationSentence, timesIn } from '../relations/note.js'
import type { Prepared } from '../prepare.js'
import { differenceValues, type Difference } from './differences.js'
import { learnedColumns, type Sample } from './sample.js'
import { ksComplement } from './shapes.js'

/** A relation that all records satisfy. */
export interface FoundRelation {
  readonly column: string
  /** Such as "is price × count in every row". */
  readonly text: string
  /** Its formula, as in the `to` of its score. */
  readonly to: string
  /** Share of the table's rows that satisfy it; null: a rest makes it hold in every row. */
  readonly share: number | null
}

export function foundRelations(prepared: Prepared): FoundRelation[] {
  const isTime = timesIn(learnedColumns(prepared))
  return prepared.relations.map((relation) => {
    const { column, kept, calendar, atLeast, atMost, between, forbidden = [] } = relation
    const formula = relation.base ?? relation.formula
    const isRule = calendar !== undefined || atLeast.length + atMost.length + forbidden.length > 0
    const share = kept === null ? (isRule ? 1 : null) : rounded(kept.kept / Math.max(1, kept.rows))
    return {
      column: column.name,
      text: relationSentence(relation, isTime),
      to: formulaText(between?.[0] ?? formula, isTime),
      share,
    }
  })
}

/** A relation or two correlated columns, and how well synthetic rows reproduce the distance between their sides. */
export interface RelationScore {
  readonly column: string
  /** The formula or column it is compared with. */
  readonly to: string
  readonly by: 'difference' | 'ratio'
  /** 1 − Kolmogorov-Smirnov distance of the differences between synthetic and real rows; `baseline`: between training and real rows. */
  readonly score: number | null
  readonly baseline: number | null
  /** If the difference is 0 in every real row, or never below 0, or never above 0: the share of synthetic rows that break this rule. */
  readonly broken?: number
  readonly rule?: 'equal' | 'at least' | 'at most'
}

export function relationScores(
  prepared: Prepared,
  differences: readonly Difference[],
  { real, references, synthetic }: { real: Sample; references: Sample; synthetic: Sample },
): RelationScore[] {
  const isTime = timesIn(learnedColumns(prepared))
  return differences.map((difference): RelationScore => {
    const [own, other, made] = [real, references, synthetic].map((sample) =>
      differenceValues(difference, prepared, sample),
    )
    const base = {
      column: difference.column,
      to: formulaText(difference.formula, isTime),
      by: difference.by,
      score: rounded(ksComplement(own, made)),
      baseline: rounded(ksComplement(own, other)),
    }
    const rule = difference.by === 'ratio' ? null : ruleOf(own, other)
    return rule === null ? base : { ...base, rule, broken: brokenShare(made, rule) }
  })
}

function ruleOf(own: Float64Array, other: Float64Array): RelationScore['rule'] | null {
  const kept = (test: (value: number) => boolean): boolean =>
    [own, other].every((values) => values.every((value) => Number.isNaN(value) || test(value)))
  if (!own.some((value) => !Number.isNaN(value))) return null
  if (kept((value) => value === 0)) return 'equal'
  if (kept((value) => value >= 0)) return 'at least'
  return kept((value) => value <= 0) ? 'at most' : null
}

function brokenShare(values: Float64Array, rule: RelationScore['rule']): number {
  let broken = 0
  let rows = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    rows++
    if ((rule !== 'at most' && value < 0) || (rule !== 'at least' && value > 0)) broken++
  }
  return rows === 0 ? 0 : (rounded(broken / rows) ?? 0)
}

function rounded(value: number): number | null {
  return Number.isNaN(value) ? null : Math.round(value * 1e4) / 1e4
}
