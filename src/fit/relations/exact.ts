import { columnsIn, type Formula, type Rounding } from '../../model/expression/formula.js'
import { someOf } from '../some-rows.js'
import { fitnessOf, formulaIn, keptRows, toleranceOf, type FormulaCandidate, type Named } from './candidate.js'
import { codeLength } from './code-length.js'
import { durationFormulas } from './durations.js'
import { numbersOf, type NumberColumn } from './number-column.js'
import { digitsOf, formulaOf, niceNear, partsOf, plainValue, untilFixed } from './single-column.js'
import { quotientFormulas, stepFormulas } from './steps.js'

/** A formula that nearly every row satisfies. */
export interface ExactRelation extends FormulaCandidate {
  /** Share of the sample's rows with all values that satisfy it. */
  readonly share: number
  /** Whether it is the time between two columns, or a number that one of them has, such as its year or an age. */
  readonly isDuration?: true
}

/** Minimum share of the rows that must satisfy a formula. */
const minShare = 0.97
const sampleRows = 20_000
/** Number of evenly selected rows on which a formula is tried before the whole sample. */
const spreadRows = 512
/** Minimum share of these that must satisfy it: 4 standard deviations below `minShare`. */
const minSpreadShare = 0.94
/** Number of rows on which formulas are tried first; most of these must satisfy them. */
const trialRows = 24
/** Minimum number of rows that show a relation, in which none of its parts is zero or missing. */
const minEvidence = 20
const maxColumns = 48

/**
 * The formulas that nearly every row satisfies: copies, units, parts of numbers and times, sums, differences and products. Several may be
 * forms of the same equation, of which one is chosen later (choose-exact.ts).
 */
export function exactRelations(columns: readonly NumberColumn[], named: Named): ExactRelation[] {
  const looked = columns.slice(0, maxColumns)
  const rows = looked[0]?.column.raw.codes.length ?? 0
  const sample = someOf(rows, sampleRows)
  const search = new Search(looked, named, sample)
  const found: ExactRelation[] = []
  for (const y of search.shown) {
    const durations = search.durations(y)
    found.push(...durations)
    // Then it need not be a function of another duration.
    if (durations.some(({ share }) => share === 1)) continue
    const functions = search.functions(y)
    if (functions.length > 0) found.push(...functions)
    else found.push(...search.sums(y), ...search.products(y))
  }
  return [...found, ...quotients(search, found)]
}

/** Quotients, except those that are only another form of a product. */
function quotients(search: Search, found: readonly ExactRelation[]): ExactRelation[] {
  const ties = new Set(found.map(tieOf))
  const done = new Set(found.map(({ column }) => column))
  return search.shown.flatMap((y) => (done.has(y) ? [] : search.quotients(y).filter((each) => !ties.has(tieOf(each)))))
}

/** Identifies the columns that a relation connects, whichever of them it computes. */
export function tieOf({ column, formula }: ExactRelation): string {
  return [column.name, ...columnsIn(formula)].sort().join('\n')
}

class Search {
  /** The columns with enough values to show a relation. Of no others is a formula tried: a table of few rows satisfies many by chance. */
  readonly shown: readonly NumberColumn[]
  readonly #few = new Map<NumberColumn, Float64Array>()
  readonly #all = new Map<NumberColumn, Float64Array>()
  readonly #most = new Map<NumberColumn, number>()
  /** Rows all over the sample, on which formulas are tried before the others. */
  readonly #spread: Uint32Array
  /** Where these are in the sample. */
  readonly #spreadAt: Uint32Array
  readonly #known = new Map<Uint32Array, Map<NumberColumn, Float64Array>>()

  constructor(
    readonly columns: readonly NumberColumn[],
    readonly named: Named,
    readonly sample: Uint32Array,
  ) {
    for (const each of columns) {
      const all = numbersOf(each, sample).map((held) => held * each.unit)
      this.#all.set(each, all)
    }
    this.shown = columns.filter((each) => countOf(this.#all.get(each)!) >= minEvidence)
    this.#spreadAt = someOf(sample.length, spreadRows)
    this.#spread = this.#spreadAt.map((i) => sample[i])
    for (const rows of [this.#spread, sample]) this.#known.set(rows, new Map())
  }

  /** `numbersOf`, cached for the sample, because each column is compared with many formulas. */
  readonly #read = (column: NumberColumn, rows?: Uint32Array): Float64Array => {
    const known = rows && this.#known.get(rows)
    const numbers = known?.get(column) ?? numbersOf(column, rows)
    known?.set(column, numbers)
    return numbers
  }

  /** y = the time between two columns, rounded or counted. */
  durations(y: NumberColumn): ExactRelation[] {
    const formulas = durationFormulas(y, this.shown, (column) => this.#fewOf(column))
    const byTie = new Map<string, ExactRelation>()
    for (const formula of formulas) {
      const relation = this.#checked(y, formula, ['half'], null)
      if (relation === null) continue
      const tie = tieOf(relation)
      const known = byTie.get(tie)
      if (known === undefined || relation.share > known.share) byTie.set(tie, { ...relation, isDuration: true })
    }
    return [...byTie.values()]
  }

  /** y = a / b, rounded. */
  quotients(y: NumberColumn): ExactRelation[] {
    if (y.isTime || y.type.kind === 'double' || y.type.kind === 'time') return []
    const parts = this.shown.filter((x) => x !== y && !x.isTime && x.type.kind !== 'time')
    return quotientFormulas(
      parts,
      (column) => this.#fewOf(column),
      (value) => this.#isNear(y, value),
    ).flatMap(({ formula, used }) => this.#checked(y, formula, ['half', 'even', 'floor', 'ceil'], used) ?? [])
  }

  /** y = f(x): a copy, another unit, or a part of a number or time. */
  functions(y: NumberColumn): ExactRelation[] {
    const found: ExactRelation[] = []
    for (const x of this.shown) {
      if (x === y) continue
      const formulas = x.isTime
        ? [...partsOf(x, y), ...untilFixed(x, y, this.#all.get(x)!, this.#all.get(y)!)]
        : y.isTime
          ? []
          : [...this.#units(y, x), ...digitsOf(y, x), ...stepFormulas(y, x, this.#all.get(y)!, this.#all.get(x)!)]
      for (const formula of formulas) {
        if (!x.isTime && this.#isFar(y, x, formula)) continue
        const relation = this.#checked(y, formula, y.isTime ? ['floor'] : ['half', 'floor', 'ceil'])
        if (relation !== null && relation.share === 1) {
          found.push(x.isTime && !y.isTime ? { ...relation, isDuration: true } : relation)
          break
        }
      }
    }
    return found
  }

  /** Whether a formula of x is so far from y in so many of the spread rows that no rounding would make it pass. */
  #isFar(y: NumberColumn, x: NumberColumn, formula: Formula): boolean {
    const target = this.#all.get(y)!
    const values = this.#all.get(x)!
    const slack = y.type.kind === 'double' ? 2e-9 * this.#mostOf(y) : 1.01 * y.unit
    const allowed = Math.floor((1 - minSpreadShare) * this.#spread.length)
    let misses = 0
    for (const i of this.#spreadAt) {
      const value = plainValue(formula, values[i])
      if (Math.abs(value - target[i]) > slack + 1e-9 * Math.abs(value) && ++misses > allowed) return misses > 30
    }
    return false
  }

  /** The line through two distant rows, if there is one. */
  #units(y: NumberColumn, x: NumberColumn): Formula[] {
    const a = this.#all.get(x)!
    const b = this.#all.get(y)!
    let low = -1
    let high = -1
    for (let i = 0; i < a.length; i++) {
      if (Number.isNaN(a[i] + b[i])) continue
      if (low < 0 || a[i] < a[low]) low = i
      if (high < 0 || a[i] > a[high]) high = i
    }
    if (low < 0 || a[low] === a[high] || b[low] === b[high]) return []
    const slope = (b[high] - b[low]) / (a[high] - a[low])
    const digits = y.type.kind === 'double' ? 12 : 6
    return [...new Set([slope, ...niceNear(slope, y.grain * y.unit, Math.abs(a[high] - a[low]))])].flatMap((factor) => {
      const rough = b[low] - factor * a[low]
      const near = Number(rough.toPrecision(digits))
      const scaled: Formula = factor === 1 ? formulaOf(x) : { op: '*', of: [formulaOf(x), factor] }
      return [...new Set([0, Math.round(rough), Number(near.toFixed(3)), near])]
        .filter((offset) => Math.abs(offset - rough) <= 1.01 * Math.max(y.grain * y.unit, 1e-9 * Math.abs(b[high])))
        .map((offset): Formula => (offset === 0 ? scaled : { op: '+', of: [scaled, offset] }))
    })
  }

  /** y = ± a ± b (± c (± d)). */
  sums(y: NumberColumn): ExactRelation[] {
    const parts = this.shown.filter((x) => x !== y && x.isTime === y.isTime && !x.isTime && x.type.kind !== 'double')
    if (y.isTime || y.type.kind === 'double') return []
    const found: ExactRelation[] = []
    const values = (each: NumberColumn): Float64Array => this.#fewOf(each)
    const target = values(y)
    const half = (y.grain * y.unit) / 2
    const isSum = (terms: readonly (readonly [NumberColumn, 1 | -1])[]): boolean => {
      let misses = 0
      let seen = 0
      for (let i = 0; i < target.length; i++) {
        let sum = 0
        for (const [each, sign] of terms) sum += sign * values(each)[i]
        const away = Math.abs(sum - target[i])
        if (Number.isNaN(away)) continue
        seen++
        if (away > half + 1e-9 * Math.abs(sum) && ++misses > 2) return false
      }
      return seen >= 8 && misses <= seen / 8
    }
    const add = (terms: readonly (readonly [NumberColumn, 1 | -1])[]): void => {
      const [[first], ...rest] = terms
      const formula = rest.reduce<Formula>(
        (sum, [each, sign]) => ({ op: sign > 0 ? '+' : '-', of: [sum, formulaOf(each)] }),
        formulaOf(first),
      )
      const relation = this.#checked(
        y,
        formula,
        ['half'],
        terms.map(([each]) => each),
      )
      if (relation !== null) found.push(relation)
    }
    for (let i = 0; i < parts.length; i++) {
      for (let j = 0; j < parts.length; j++) {
        if (i === j) continue
        if (
          i < j &&
          isSum([
            [parts[i], 1],
            [parts[j], 1],
          ])
        )
          add([
            [parts[i], 1],
            [parts[j], 1],
          ])
        if (
          isSum([
            [parts[i], 1],
            [parts[j], -1],
          ])
        )
          add([
            [parts[i], 1],
            [parts[j], -1],
          ])
      }
    }
    if (found.length > 0) return found
    for (let i = 0; i < parts.length; i++) {
      for (let j = i + 1; j < parts.length; j++) {
        for (let k = 0; k < parts.length; k++) {
          if (k === i || k === j) continue
          if (
            k > j &&
            isSum([
              [parts[i], 1],
              [parts[j], 1],
              [parts[k], 1],
            ])
          )
            add([
              [parts[i], 1],
              [parts[j], 1],
              [parts[k], 1],
            ])
          if (
            isSum([
              [parts[i], 1],
              [parts[j], 1],
              [parts[k], -1],
            ])
          )
            add([
              [parts[i], 1],
              [parts[j], 1],
              [parts[k], -1],
            ])
        }
      }
    }
    if (found.length > 0 || parts.length > 24) return found
    for (let i = 0; i < parts.length; i++)
      for (let j = i + 1; j < parts.length; j++)
        for (let k = j + 1; k < parts.length; k++)
          for (let l = 0; l < parts.length; l++) {
            if (l === i || l === j || l === k) continue
            const three = [i, j, k].map((at) => [parts[at], 1] as const)
            if (l > k && isSum([...three, [parts[l], 1]])) add([...three, [parts[l], 1]])
            if (isSum([...three, [parts[l], -1]])) add([...three, [parts[l], -1]])
          }
    return found
  }

  /** y = a × b (× c), a × b × (1 − c), a × (1 ± c), and the same with c in percent. */
  products(y: NumberColumn): ExactRelation[] {
    if (y.isTime || y.type.kind === 'double') return []
    const parts = this.shown.filter((x) => x !== y && !x.isTime && x.type.kind !== 'double')
    const isNear = (value: (i: number) => number): boolean => this.#isNear(y, value)
    const found: ExactRelation[] = []
    const roundings = ['half', 'even', 'floor', 'ceil'] as const
    const add = (formula: Formula, used: readonly NumberColumn[]): void => {
      const relation = this.#checked(y, formula, roundings, used)
      if (relation !== null) found.push(relation)
    }
    /** A product with a share that changes less than rounding does is none: without the share, as many rows satisfy it. */
    const addShare = (whole: Formula, share: Formula, used: readonly NumberColumn[]): void => {
      const relation = this.#checked(y, { op: '*', of: [whole, share] }, roundings, used)
      if (relation === null) return
      const plain = this.#checked(y, whole, roundings, used.slice(0, -1))
      found.push(plain !== null && plain.share >= relation.share ? plain : relation)
    }
    const shares = (c: NumberColumn): { formula: Formula; value: (v: number) => number }[] => {
      const most = this.#mostOf(c)
      const by = (divide: boolean): Formula => (divide ? { op: '*', of: [formulaOf(c), 0.01] } : formulaOf(c))
      const forms = (divide: boolean): { formula: Formula; value: (v: number) => number }[] => {
        const k = divide ? 0.01 : 1
        return [
          { formula: { op: '-', of: [1, by(divide)] }, value: (v) => 1 - v * k },
          { formula: { op: '+', of: [1, by(divide)] }, value: (v) => 1 + v * k },
        ]
      }
      return [...(most <= 1 ? forms(false) : []), ...(most > 1 && most <= 100 ? forms(true) : [])]
    }
    for (let i = 0; i < parts.length; i++) {
      const a = this.#fewOf(parts[i])
      for (let j = 0; j < parts.length; j++) {
        if (i === j) continue
        const b = this.#fewOf(parts[j])
        if (i < j && isNear((r) => a[r] * b[r]))
          add({ op: '*', of: [formulaOf(parts[i]), formulaOf(parts[j])] }, [parts[i], parts[j]])
        for (const { formula, value } of shares(parts[j]))
          if (isNear((r) => a[r] * value(b[r]))) addShare(formulaOf(parts[i]), formula, [parts[i], parts[j]])
      }
    }
    if (found.length > 0 || parts.length > 30) return found
    for (let i = 0; i < parts.length; i++) {
      const a = this.#fewOf(parts[i])
      for (let j = i + 1; j < parts.length; j++) {
        const b = this.#fewOf(parts[j])
        const pair: Formula[] = [formulaOf(parts[i]), formulaOf(parts[j])]
        for (let k = 0; k < parts.length; k++) {
          if (k === i || k === j) continue
          const c = this.#fewOf(parts[k])
          const used = [parts[i], parts[j], parts[k]]
          if (k > j && isNear((r) => a[r] * b[r] * c[r])) add({ op: '*', of: [...pair, formulaOf(parts[k])] }, used)
          if (isNear((r) => a[r] * b[r] + c[r]))
            add({ op: '+', of: [{ op: '*', of: pair }, formulaOf(parts[k])] }, used)
          if (isNear((r) => a[r] * b[r] - c[r]))
            add({ op: '-', of: [{ op: '*', of: pair }, formulaOf(parts[k])] }, used)
          for (const { formula, value } of shares(parts[k]))
            if (isNear((r) => a[r] * b[r] * value(c[r]))) add({ op: '*', of: [...pair, formula] }, used)
        }
      }
    }
    return found
  }

  /** Whether a formula is within a step of y in most of the few rows. */
  #isNear(y: NumberColumn, value: (i: number) => number): boolean {
    const target = this.#fewOf(y)
    const slack = 1.01 * y.grain * y.unit
    let misses = 0
    let seen = 0
    for (let i = 0; i < target.length; i++) {
      const away = Math.abs(value(i) - target[i])
      if (Number.isNaN(away)) continue
      seen++
      if (away > slack && ++misses > 2) return false
    }
    return seen >= 8 && misses <= seen / 8
  }

  /** The maximum absolute value in the column. */
  #mostOf(each: NumberColumn): number {
    let most = this.#most.get(each)
    if (most === undefined) {
      most = 0
      for (const value of this.#all.get(each)!) if (Math.abs(value) > most) most = Math.abs(value)
      this.#most.set(each, most)
    }
    return most
  }

  /** The column's values in a few informative rows: neither missing nor zero. */
  #fewOf(each: NumberColumn): Float64Array {
    let few = this.#few.get(each)
    if (few === undefined) {
      const all = this.#all.get(each)!
      this.#few.set(each, (few = Float64Array.from(this.#rows(), (row) => all[row])))
    }
    return few
  }

  #chosen: Uint32Array | null = null

  /** The sample's rows with the fewest gaps and zeros, so that sums of sparse columns are found. */
  #rows(): Uint32Array {
    if (this.#chosen !== null) return this.#chosen
    const columns = this.columns.map((each) => this.#all.get(each)!)
    const size = this.sample.length
    const score = Float64Array.from({ length: size }, (_, row) => {
      let sum = 0
      for (const values of columns) sum += Number.isNaN(values[row]) ? 2 : values[row] === 0 ? 1 : 0
      return sum
    })
    const order = Uint32Array.from({ length: size }, (_, row) => row).sort((a, b) => score[a] - score[b] || a - b)
    const best = order.subarray(0, Math.max(trialRows, Math.floor(size / 4)))
    this.#chosen = Uint32Array.from(
      { length: Math.min(trialRows, best.length) },
      (_, i) => best[Math.floor((i * best.length) / trialRows)],
    )
    return this.#chosen
  }

  #checked(
    y: NumberColumn,
    formula: Formula,
    roundings: readonly Rounding[],
    used: readonly NumberColumn[] | null = [],
  ): ExactRelation | null {
    if (used !== null && this.#isConstant(y)) return null
    let best: ExactRelation | null = null
    for (const rounding of roundings) {
      const candidate: FormulaCandidate = { column: y, formula, rounding }
      const few = fitnessOf(candidate, this.named, this.#spread, this.#read)
      if (few.rows > 30 && few.kept < minSpreadShare * few.rows) continue
      if (used !== null && !this.#tellingRows(y, used).isVaried) continue
      const values = this.#read(y, this.sample)
      const given = formulaIn(candidate, this.named, this.sample, this.#read)
      const tolerance = toleranceOf(y, values)
      const { rows, kept } = keptRows(values, given, tolerance)
      if (rows < minEvidence || kept < minShare * rows) continue
      if (used === null) {
        if (!this.#varies(y, candidate)) continue
      } else {
        const shown = keptRows(values, given, tolerance, this.#tellingRows(y, used).isTelling)
        if (shown.rows < minEvidence || shown.kept < 0.9 * shown.rows) continue
      }
      if (best === null || kept / rows > best.share) best = { ...candidate, share: kept / rows }
    }
    return best
  }

  /** Whether enough rows of other values than the most frequent one satisfy it. Chance has no part in durations, even if most are one day. */
  #varies(y: NumberColumn, candidate: FormulaCandidate): boolean {
    const values = this.#read(y, this.sample)
    const counts = new Map<number, number>()
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
    const [[usual]] = [...counts].sort((a, b) => b[1] - a[1])
    const others = this.sample.filter((_, i) => values[i] !== usual)
    const { rows, kept } = fitnessOf(candidate, this.named, others)
    return rows >= minEvidence && kept >= 0.9 * rows
  }

  readonly #constant = new Map<NumberColumn, boolean>()

  /** Whether y has only one value in the sample. Then no rows are telling. */
  #isConstant(y: NumberColumn): boolean {
    let constant = this.#constant.get(y)
    if (constant === undefined) {
      const values = this.#all.get(y)!
      const first = values.find((value) => !Number.isNaN(value))
      constant = values.every((value) => Number.isNaN(value) || value === first)
      this.#constant.set(y, constant)
    }
    return constant
  }

  #telling: TellingRows | null = null

  /** The rows in which no part of a formula is 0, kept for the formulas of the same columns that follow. */
  #tellingRows(y: NumberColumn, used: readonly NumberColumn[]): TellingRows {
    const known = this.#telling
    if (known?.y === y && known.used.length === used.length && used.every((each, i) => each === known.used[i]))
      return known
    const isTelling = new Uint8Array(this.sample.length).fill(1)
    for (const each of used) {
      const all = this.#all.get(each)!
      for (let i = 0; i < all.length; i++) if (Number.isNaN(all[i]) || all[i] === 0) isTelling[i] = 0
    }
    const values = this.#read(y, this.sample).filter((_, i) => isTelling[i] === 1)
    return (this.#telling = { y, used, isTelling, isVaried: codeLength(values, y.grain) >= 1 })
  }
}

interface TellingRows {
  readonly y: NumberColumn
  readonly used: readonly NumberColumn[]
  /** By row of the sample: 1 if it is one. */
  readonly isTelling: Uint8Array
  /** Whether y is not nearly constant in them. */
  readonly isVaried: boolean
}

/** How many of them are not missing. */
function countOf(numbers: Float64Array): number {
  let count = 0
  for (const each of numbers) if (!Number.isNaN(each)) count++
  return count
}
