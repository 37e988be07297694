import type { FieldType } from '../../record.js'
import { columnsIn, unitOf, type Formula, type Rounding } from '../../model/expression/formula.js'
import { dayMs } from '../../model/held.js'
import { learnedColumns } from './sample.js'
import type { Prepared } from '../prepare.js'
import { computed } from '../relations/number-column.js'
import type { Sample, SampleColumn } from './sample.js'
import { SpanCorrelations } from './span-correlations.js'
import { correlation, deviation } from './trends.js'

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
  return [...found, ...closePairs(prepared, real, known), ...spans(prepared, real, known)]
}

/** Units of durations between times, in milliseconds. */
const units = [7 * dayMs, dayMs, 3_600_000, 60_000, 1000]
const maxSpans = 12
/** Far more than an estimated correlation may be off. */
const roundingErrors = 1e-3

/**
 * Numbers that go with the difference of two columns more than with either of them, such as days charged beside the begin and end of a hire, whether a relation ties
 * them or not.
 */
function spans(prepared: Prepared, real: Sample, known: ReadonlySet<string>): Difference[] {
  const types = typesOf(prepared)
  const isTime = (name: string): boolean => ['date', 'timestamp'].includes(types.get(name)!.kind)
  const numeric = real.columns.filter(({ name, numeric: isNumber }) => isNumber && types.get(name)!.kind !== 'time')
  const columns = numeric.map(({ name, values }) => {
    const { factor, scale } = unitOf(types.get(name)!)
    return { name, isTime: isTime(name), values: values.map((value) => (value * factor) / 10 ** scale) }
  })
  const correlations = new SpanCorrelations(columns.map(({ values }) => values))
  const found: (Difference & { readonly r: number })[] = []
  columns.forEach(({ name: a, isTime: isSpan, values: from }, i) => {
    for (let j = i + 1; j < columns.length; j++) {
      const { name: b, isTime: isAlsoTime, values: to } = columns[j]
      if (isSpan !== isAlsoTime) continue
      let length: Float64Array | null = null
      for (const [k, { name: c, isTime: isPoint, values }] of columns.entries()) {
        if (k === i || k === j || isPoint) continue
        const alone = correlations.alone(i, j, k)
        if (!(correlations.between(i, j, k) > Math.max(alone, minCorrelation) - roundingErrors)) continue
        if (known.has([a, b, c].sort().join('\n'))) continue
        length ??= to.map((value, row) => value - from[row])
        const r = correlation(length, values)
        if (!(Math.abs(r) >= minCorrelation && Math.abs(r) > alone)) continue
        const unit = nearestUnit(deviation(length) / deviation(values), isSpan ? units : [1])
        if (unit === null) continue
        const difference: Formula = {
          op: '-',
          of: r > 0 ? [{ column: b }, { column: a }] : [{ column: a }, { column: b }],
        }
        const formula: Formula = unit === 1 ? difference : { op: '/', of: [difference, unit] }
        found.push({ column: c, formula, rounding: 'half', by: 'difference', r: Math.abs(r) })
      }
    }
  })
  return found
    .sort((x, y) => y.r - x.r)
    .slice(0, maxSpans)
    .map(({ r: _, ...difference }) => difference)
}

/** The unit nearest to a ratio, if it is within a factor of two. */
function nearestUnit(ratio: number, among: readonly number[]): number | null {
  const away = (unit: number): number => Math.abs(Math.log2(ratio / unit))
  const nearest = among.reduce((best, unit) => (away(unit) < away(best) ? unit : best))
  return away(nearest) <= 1 ? nearest : null
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
