import type { FieldType } from '../../record.js'
import { columnsIn, unitOf, type Formula, type Rounding } from '../../model/expression/formula.js'
import { learnedColumns } from './sample.js'
import type { Prepared } from '../prepare.js'
import { computed } from '../relations/number-column.js'
import type { Sample, SampleColumn } from './sample.js'
import { correlation } from './trends.js'

/** A column that is close to others, and how its distance from them is measured. */
export interface Difference {
  readonly column: string
  readonly formula: Formula
  readonly rounding: Rounding
  readonly by: 'difference' | 'ratio'
}

/** Minimum correlation of numeric columns that are compared. */
const minCorrelation = 0.6
const maxPairs = 24

/** The relations of a table that a sample can show, learned or not, and pairs of correlated columns, the closest first. */
export function differencesOf(prepared: Prepared, real: Sample): Difference[] {
  const names = new Set(real.columns.filter(({ numeric }) => numeric).map(({ name }) => name))
  const found = prepared.tied.flatMap(
    ({ column, formula: whole, base: compared, rounding, by, between }): Difference[] => {
      const formula = compared ?? whole
      const parts = columnsIn(formula)
      if (parts.length === 0 || !parts.every((name) => names.has(name))) return []
      const base = { column: column.name, formula, rounding }
      if (between !== undefined)
        return between.map((bound): Difference => ({ ...base, formula: bound, by: 'difference' }))
      return [{ ...base, by: 'difference' }, ...(by === 'ratio' ? [{ ...base, by: 'ratio' as const }] : [])]
    },
  )
  const known = new Set(found.map(({ column, formula }) => [column, ...columnsIn(formula)].sort().join('\n')))
  return [...found, ...closePairs(prepared, real, known)]
}

function closePairs(prepared: Prepared, real: Sample, known: ReadonlySet<string>): Difference[] {
  const types = typesOf(prepared)
  const isTime = (name: string): boolean => ['date', 'timestamp'].includes(types.get(name)!.kind)
  const numeric = real.columns.filter((column) => column.numeric)
  const pairs: { a: string; b: string; r: number }[] = []
  numeric.forEach((a, i) => {
    for (const b of numeric.slice(i + 1)) {
      if (isTime(a.name) !== isTime(b.name) || known.has([a.name, b.name].sort().join('\n'))) continue
      const r = Math.abs(correlation(a.values, b.values))
      if (r >= minCorrelation) pairs.push({ a: a.name, b: b.name, r })
    }
  })
  return pairs
    .sort((x, y) => y.r - x.r)
    .slice(0, maxPairs)
    .flatMap(({ a, b }): Difference[] => {
      // A date is compared with the day of a time.
      const isDay = types.get(b)!.kind === 'date' && types.get(a)!.kind === 'timestamp'
      const base = { column: b, formula: { column: a }, rounding: isDay ? ('floor' as const) : ('half' as const) }
      return [{ ...base, by: 'difference' }, ...(isTime(a) ? [] : [{ ...base, by: 'ratio' as const }])]
    })
}

/** The difference or ratio in each row of a sample; NaN if one of its columns is missing. */
export function differenceValues(
  { column, formula, rounding, by }: Difference,
  prepared: Prepared,
  sample: Sample,
): Float64Array {
  const types = typesOf(prepared)
  const numbers = (name: string): Float64Array => sample.columns.find((each) => each.name === name)!.values
  const type = types.get(column)!
  const base = computed(
    formula,
    type,
    rounding,
    (name) => ({ type: types.get(name)!, numbers: numbers(name) }),
    sample.rows,
  )
  const values = numbers(column)
  const divisor = 10 ** unitOf(type).scale
  return by === 'ratio'
    ? values.map((value, row) => (base[row] === 0 ? NaN : value / base[row]))
    : values.map((value, row) => (value - base[row]) / divisor)
}

/** The sample with an extra column for each difference, for the classifier. */
export function withDifferences(differences: readonly Difference[], prepared: Prepared, sample: Sample): Sample {
  const added = differences.map((difference, index): SampleColumn => ({
    name: `${difference.column} ${index}`,
    numeric: true,
    values: differenceValues(difference, prepared, sample),
    categories: [],
  }))
  return { rows: sample.rows, columns: [...sample.columns, ...added] }
}

function typesOf(prepared: Prepared): Map<string, FieldType> {
  return new Map(learnedColumns(prepared).map(({ name, learned }) => [name, learned.type]))
}
