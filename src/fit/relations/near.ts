import { columnsIn, type Formula } from '../../model/expression/formula.js'
import { dayMs } from '../../model/held.js'
import { formulaIn, type Named } from './candidate.js'
import { codeLength, levelsOf, sharedBits } from './code-length.js'
import { ratioOf, ratioUnit } from '../../model/relations/relation.js'
import { someOf } from '../some-rows.js'
import type { Order } from './order.js'
import { numbersOf, type NumberColumn } from './number-column.js'
import type { PacedRelation } from './paced.js'
import type { Forbidden } from './planned-relation.js'
import { ratioRests } from './rests.js'
import { savedByDays } from './days.js'
import { trendFormula } from './trend.js'
import type { Uses } from './uses.js'

/** A column represented by its rest, as formula + rest or formula × rest. */
export interface NearRelation {
  readonly column: NumberColumn
  readonly formula: Formula
  readonly by: 'sum' | 'ratio'
  /** See `PlannedRelation`. */
  readonly between?: readonly [low: Formula, high: Formula]
  /** The column of times that the formula is a trend over. */
  readonly trend?: string
  /** Whether the rest is a number of days and a time of day of its own, counted from the day of the formula. */
  readonly byDays?: true
  /** What no record may satisfy. */
  readonly forbidden?: Forbidden
  /** Bits per row that learning the rest instead of the column saves. */
  readonly gain: number
}

const sampleRows = 4000
/** Minimum bits per row that a rest must save … */
const minGain = 0.5
/** … or the maximum it may cost if it preserves an order that every row satisfies. */
const orderCost = 1.5
/** How many more bits a position between two columns may cost than a distance from one, which would have to be clamped at the other. */
const betweenGain = 1
/** How many more bits a ratio must save than a difference. */
const ratioCost = 0.1
/** Minimum bits that two columns must share to be tried, unless an order ties them. */
const minSharedBits = 0.4
/** Minimum rows of a table; fewer prove too little. */
const minRows = 50

/**
 * Chooses bases and rests by description length: columns are tied one by one to those before them, each time the one that saves the most
 * bits. Columns that are tied to nothing are learned as they are.
 */
export function nearRelations(
  columns: readonly NumberColumn[],
  fixed: ReadonlySet<string>,
  orders: readonly Order[],
  named: Named,
  uses: Uses,
  { hasClocks, paced }: { readonly hasClocks: boolean; readonly paced: readonly PacedRelation[] },
): NearRelation[] {
  const rows = columns[0]?.column.raw.codes.length ?? 0
  if (rows < minRows || columns.length < 2) return []
  const search = new NearSearch(columns, orders, named, someOf(rows, sampleRows), uses, hasClocks)
  const left = new Set(columns)
  const placed: NumberColumn[] = []
  const found: NearRelation[] = []
  for (const column of columns) {
    if (!fixed.has(column.name)) continue
    left.delete(column)
    placed.push(column)
  }
  while (left.size > 0) {
    let best: NearRelation | null = null
    for (const y of left) {
      const given = paced.find(({ column }) => column === y)
      if (given !== undefined && columnsIn(given.formula).some((name) => [...left].some((each) => each.name === name)))
        continue
      const relations = given === undefined ? search.candidates(y, placed) : search.paced(given)
      for (const relation of relations) {
        const needed = search.isOrdered(relation) ? -orderCost : minGain
        if (relation.gain >= needed && relation.gain > (best?.gain ?? -Infinity)) best = relation
      }
    }
    const next = best?.column ?? search.root(left)
    left.delete(next)
    placed.push(next)
    if (best === null) continue
    found.push(best)
    uses.add(best.column.name, columnsIn(best.formula))
  }
  return found
}

class NearSearch {
  readonly #values = new Map<NumberColumn, Float64Array>()
  readonly #levels = new Map<NumberColumn, Uint8Array>()
  readonly #own = new Map<NumberColumn, number>()
  readonly #shared = new Map<string, number>()
  readonly #known = new Map<string, NearRelation | null>()

  constructor(
    readonly columns: readonly NumberColumn[],
    readonly orders: readonly Order[],
    readonly named: Named,
    readonly sample: Uint32Array,
    readonly uses: Uses,
    readonly hasClocks: boolean,
  ) {
    for (const each of columns) {
      const values = numbersOf(each, sample)
      this.#values.set(each, values)
      this.#levels.set(each, levelsOf(values))
      this.#own.set(each, ownLength(each, values))
    }
  }

  /** The column to start with: the one that saves the most bits as the base of the others. */
  root(left: ReadonlySet<NumberColumn>): NumberColumn {
    const saved = (each: NumberColumn): number => {
      let sum = 0
      for (const other of left) {
        if (other === each) continue
        sum += Math.max(0, ...this.candidates(other, [each]).map(({ gain }) => gain))
      }
      return sum
    }
    const isFirst = (each: NumberColumn): boolean => ![...left].some((other) => this.#isBefore(other, each))
    const first = [...left].filter(isFirst)
    const roots = first.length > 0 ? first : [...left]
    const scores = new Map(roots.map((each) => [each, saved(each)]))
    return roots.reduce((best, each) => (scores.get(each)! > scores.get(best)! ? each : best))
  }

  /** Whether a time is before another in every row: what happens first is the base of what follows, not the other way round. */
  #isBefore(x: NumberColumn, y: NumberColumn): boolean {
    if (x === y || !x.isTime || !y.isTime) return false
    if (this.orders.some(({ low, high }) => low === x && high === y)) return true
    // An order does not compare times with dates of the same day.
    if (x.type.kind !== 'timestamp' || y.type.kind !== 'date' || this.#sharedBits(x, y) < minSharedBits) return false
    const [times, dates] = [this.#values.get(x)!, this.#values.get(y)!]
    return times.every((time, i) => Number.isNaN(time - dates[i]) || Math.floor(time / dayMs) <= dates[i])
  }

  candidates(y: NumberColumn, placed: readonly NumberColumn[]): NearRelation[] {
    const bases: Formula[] = placed
      .filter((x) => this.#isRelated(x, y) && !this.uses.needs(x.name, y.name))
      .map((x) => baseFor(y, x, this.#isBelow(x, y)))
    const lower = this.orders
      .filter(({ high, low }) => high === y && placed.includes(low) && !this.uses.needs(low.name, y.name))
      .map(({ low }) => low)
    const upper = this.orders
      .filter(({ high, low }) => low === y && placed.includes(high) && !this.uses.needs(high.name, y.name))
      .map(({ high }) => high)
    if (lower.length > 1) bases.push(boundOf('max', lower))
    if (upper.length > 1) bases.push(boundOf('min', upper))
    const trends = placed.flatMap((x) => this.#trend(y, x) ?? [])
    const near = bases.flatMap((formula) => [this.#relation(y, formula, 'sum'), this.#relation(y, formula, 'ratio')])
    const isBetween =
      lower.length > 0 && upper.length > 0 && lower.every((low) => upper.every((high) => this.#leads(low, high, y)))
    if (isBetween) near.push(this.#between(y, boundOf('max', lower), boundOf('min', upper)))
    return [...near, ...trends].filter((relation) => relation !== null)
  }

  /** The time that a duration leads to, which nothing else may decide. */
  paced({ column, formula, forbidden }: PacedRelation): NearRelation[] {
    const isFree = columnsIn(formula).every((name) => !this.uses.needs(name, column.name))
    const relation = isFree ? this.#relation(column, formula, 'sum') : null
    return relation === null ? [] : [{ ...relation, forbidden, gain: Infinity }]
  }

  /** A number as a smooth function of a time and what is left of it, such as measurements that rise over the years. */
  #trend(y: NumberColumn, x: NumberColumn): NearRelation | null {
    // Off its grid, or beyond the table's times, the column would get values that it cannot have.
    if (!x.isTime || y.isTime || y.type.kind === 'time' || y.grain > 1 || x.column.hidden) return null
    if (this.uses.needs(x.name, y.name) || this.#sharedBits(x, y) < minSharedBits) return null
    const key = `${y.name}\ntrend\n${x.name}`
    let known = this.#known.get(key)
    if (known === undefined) {
      const formula = trendFormula(x, this.#values.get(x)!, y, this.#values.get(y)!)
      const measured = formula === null ? null : this.#measured(y, formula, 'sum')
      known = measured === null ? null : { ...measured, trend: x.name }
      this.#known.set(key, known)
    }
    return known
  }

  /** Whether the rest preserves all orders between the column and others. */
  isOrdered({ column, formula }: NearRelation): boolean {
    const bases = new Set(columnsIn(formula))
    return this.orders.some(
      ({ low, high }) => (low === column && bases.has(high.name)) || (high === column && bases.has(low.name)),
    )
  }

  /** Whether orders lead from one column up to another without a third. */
  #leads(low: NumberColumn, high: NumberColumn, without: NumberColumn): boolean {
    return this.orders.some(
      (order) =>
        order.low === low && order.high !== without && (order.high === high || this.#leads(order.high, high, without)),
    )
  }

  /** y = low + (high − low) × rest. */
  #between(y: NumberColumn, low: Formula, high: Formula): NearRelation | null {
    const formula: Formula = { op: '-', of: [high, low] }
    const key = `${y.name}\nbetween\n${JSON.stringify(formula)}`
    let known = this.#known.get(key)
    if (known === undefined) this.#known.set(key, (known = this.#placed(y, low, formula, high)))
    return known
  }

  #placed(y: NumberColumn, low: Formula, formula: Formula, high: Formula): NearRelation | null {
    const given = (of: Formula): Float64Array =>
      formulaIn({ column: y, formula: of, rounding: 'half' }, this.named, this.sample)
    const own = this.#values.get(y)!
    const [width, start] = [given(formula), given(low)]
    const values = own.map((value, i) => value - start[i])
    const both = values.reduce((sum, value, i) => sum + (Number.isNaN(value - width[i]) ? 0 : 1), 0)
    const present = own.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0)
    if (both < minRows || both < 0.6 * present) return null
    const rests = ratioRests(values, width, y.grain)
    if (!isPlaced(rests, width, values, y.grain)) return null
    const shared = sharedBits(levelsOf(start), this.#levels.get(y)!)
    const bits = ratioLength(rests, width, y.grain) - sharedBits(levelsOf(width), levelsOf(rests))
    return {
      column: y,
      formula,
      by: 'ratio',
      between: [low, high],
      gain: this.#own.get(y)! - shared - bits + betweenGain,
    }
  }

  #isBelow(x: NumberColumn, y: NumberColumn): boolean {
    return this.orders.some(({ low, high }) => low === x && high === y)
  }

  #isRelated(x: NumberColumn, y: NumberColumn): boolean {
    if (x.isTime !== y.isTime) return false
    if (this.orders.some(({ low, high }) => (low === x && high === y) || (low === y && high === x))) return true
    return this.#sharedBits(x, y) >= minSharedBits
  }

  #sharedBits(x: NumberColumn, y: NumberColumn): number {
    const key = x.name < y.name ? `${x.name}\n${y.name}` : `${y.name}\n${x.name}`
    let bits = this.#shared.get(key)
    if (bits === undefined) this.#shared.set(key, (bits = sharedBits(this.#levels.get(x)!, this.#levels.get(y)!)))
    return bits
  }

  #relation(y: NumberColumn, formula: Formula, by: 'sum' | 'ratio'): NearRelation | null {
    if (by === 'ratio' && y.isTime) return null
    const key = `${y.name}\n${by}\n${JSON.stringify(formula)}`
    let known = this.#known.get(key)
    if (known === undefined) this.#known.set(key, (known = this.#measured(y, formula, by)))
    return known
  }

  #measured(y: NumberColumn, formula: Formula, by: 'sum' | 'ratio'): NearRelation | null {
    const values = this.#values.get(y)!
    const base = formulaIn({ column: y, formula, rounding: 'half' }, this.named, this.sample)
    let both = 0
    let unlike = 0
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i] - base[i])) continue
      both++
      if (by === 'ratio' && (base[i] <= 0 || values[i] < 0)) unlike++
    }
    let present = 0
    for (const value of values) if (!Number.isNaN(value)) present++
    if (both < 0.6 * present || both < minRows) return null
    if (unlike > 0.01 * both) return null
    const rests = by === 'ratio' ? ratioRests(values, base, y.grain) : values.map((value, i) => value - base[i])
    if (by === 'ratio' && !isFaithful(rests, base, values, y.grain)) return null
    const formulaColumns = new Set(columnsIn(formula))
    const ordered = this.orders.some(
      ({ low, high }) => (low === y && formulaColumns.has(high.name)) || (high === y && formulaColumns.has(low.name)),
    )
    if (!ordered && !isNarrow(rests, values, by)) return null
    const levels = levelsOf(rests)
    const baseLevels =
      columnsIn(formula).length === 1 ? this.#levels.get(this.named.get(columnsIn(formula)[0])!)! : levelsOf(base)
    const known = sharedBits(baseLevels, this.#levels.get(y)!)
    const bits = by === 'ratio' ? ratioLength(rests, base, y.grain) : ownLengthOf(rests, y)
    const gain = this.#own.get(y)! - known - (bits - sharedBits(baseLevels, levels)) - (by === 'ratio' ? ratioCost : 0)
    const byDays = y.type.kind === 'timestamp' && by === 'sum' && !this.hasClocks
    const saved = byDays ? savedByDays(values, base, y.grain) : null
    if (saved === null || saved <= 0) return { column: y, formula, by, gain }
    return { column: y, formula, by, byDays: true, gain: gain + saved }
  }
}

/**
 * A column as the base of another: for a date, the day of a time; on a coarser grid, such as that of quarter-hours, the nearest value of the grid
 * (from the side that keeps an order), so that any base and rest add up to a value on it.
 */
function baseFor(y: NumberColumn, x: NumberColumn, isBelow: boolean): Formula {
  const base: Formula = { column: x.name }
  if (y.type.kind === 'date' && x.type.kind === 'timestamp') return { op: 'date', of: [base] }
  const [fine, coarse] = [x.grain * x.unit, y.grain * y.unit].map((step) => Number(step.toPrecision(12)))
  if (fine === 0 || coarse === 0 || fine >= coarse || y.grain === 1) return base
  return { op: '*', of: [{ op: isBelow ? 'ceil' : 'floor', of: [{ op: '/', of: [base, coarse] }] }, coarse] }
}

function boundOf(op: 'max' | 'min', columns: readonly NumberColumn[]): Formula {
  const of = columns.map(({ name }): Formula => ({ column: name }))
  return of.length === 1 ? of[0] : { op, of }
}

/** Whether ratios in millionths reproduce the values. */
function isFaithful(rests: Float64Array, base: Float64Array, values: Float64Array, grain: number): boolean {
  let all = 0
  let wrong = 0
  for (let i = 0; i < rests.length; i++) {
    if (Number.isNaN(rests[i])) continue
    all++
    const away = Math.abs(ratioOf(base[i], rests[i], grain) - values[i])
    if (grain > 0 ? away > 0 : away > 1e-4 * Math.abs(values[i])) wrong++
  }
  return wrong <= 0.01 * all
}

/** Whether positions between two columns, in millionths of the distance, reproduce the values as closely as millionths can. */
function isPlaced(rests: Float64Array, width: Float64Array, values: Float64Array, grain: number): boolean {
  let wrong = 0
  for (let i = 0; i < rests.length; i++)
    if (Math.abs(ratioOf(width[i], rests[i], grain) - values[i]) > width[i] / ratioUnit) wrong++
  return wrong <= 0.01 * rests.length
}

/** Maximum width of a rest, as a share of the column's, unless an order ties the columns. */
const maxWidth = 0.4

/** Whether rests are much narrower than the column, comparing the middle nine tenths; for ratios, on a logarithmic scale. */
function isNarrow(rests: Float64Array, values: Float64Array, by: 'sum' | 'ratio'): boolean {
  const scale = (value: number): number => (by === 'ratio' ? Math.log(value) : value)
  const width = (all: Float64Array): number => {
    const sorted = all
      .map(scale)
      .filter((value) => Number.isFinite(value))
      .sort()
    return sorted[Math.floor(0.95 * (sorted.length - 1))] - sorted[Math.floor(0.05 * (sorted.length - 1))]
  }
  return width(rests) < maxWidth * width(values)
}

/** Bits per row of a column; for timestamps, as a whole or as day and time of day, whichever is less. */
function ownLength(column: NumberColumn, values: Float64Array): number {
  const whole = codeLength(values, column.grain)
  if (column.type.kind !== 'timestamp') return whole
  const days = values.map((value) => Math.floor(value / dayMs))
  const times = values.map((value, i) => value - days[i] * dayMs)
  return Math.min(whole, codeLength(days, 1) + codeLength(times, column.grain))
}

function ownLengthOf(rests: Float64Array, y: NumberColumn): number {
  return codeLength(rests, y.grain)
}

/** Bits per row of the values that ratios produce from their bases; ratios that produce the same value count once. */
function ratioLength(rests: Float64Array, base: Float64Array, grain: number): number {
  const sizes = base
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort()
  const middle = sizes[Math.floor(sizes.length / 2)] ?? 1
  return codeLength(rests, Math.max(1, (ratioUnit * grain) / middle))
}
