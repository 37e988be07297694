import type { Formula, FormulaOperator } from '../../model/expression/formula.js'
import { timePart } from '../../model/expression/time-parts.js'
import { dayMs } from '../../model/held.js'
import { commonStep } from '../columns/numbers.js'
import type { NumberColumn } from './number-column.js'

/** A grid without a constant step, with numbered positions: the value at position i is formula(i). */
export interface Calendar {
  readonly places: Float64Array
  /** `place`: the name of the hidden column of places. */
  readonly formula: (place: string) => Formula
  readonly text: string
}

/** Minimum number of distinct values on a calendar to rule out coincidence. */
const minEvidence = 20

/**
 * The calendar that every value of a column lies on: first or last days of months, one weekday, working days, times of day as hhmm, or
 * prices that end in .99.
 */
export function calendarOf({ type, held, grain }: NumberColumn): Calendar | null {
  const values = [...held].filter((value) => !Number.isNaN(value))
  if (values.length < minEvidence) return null
  if (type.kind === 'integer') return hhmm(held, values) ?? offsetGrid(held, values, grain, 1)
  if (type.kind === 'decimal') return offsetGrid(held, values, grain, 10 ** type.scale)
  if (type.kind !== 'date') return null
  const counted = (op: FormulaOperator, text: string, placeOf: (day: number) => number): Calendar | null => {
    if (!values.every((day) => timePart(op)(placeOf(day)) === day * dayMs)) return null
    return { places: held.map(placeOf), text, formula: (place) => ({ op, of: [{ column: place }] }) }
  }
  return (
    counted('month_start', 'the first day of a month', monthOf) ??
    counted('month_end', 'the last day of a month', monthOf) ??
    weekly(held, values) ??
    counted('workday', 'a day from Monday to Friday', workdayOf)
  )
}

function monthOf(day: number): number {
  const ms = day * dayMs
  return 12 * (timePart('year')(ms) - 1970) + timePart('month')(ms) - 1
}

function workdayOf(day: number): number {
  // Monday is 0; 1970-01-01 was a Thursday.
  const week = Math.floor((day + 3) / 7)
  return week * 5 + (day + 3 - week * 7) - 3
}

function weekly(held: Float64Array, values: readonly number[]): Calendar | null {
  const first = values[0] - Math.floor(values[0] / 7) * 7
  if (!values.every((day) => day - Math.floor(day / 7) * 7 === first)) return null
  return {
    places: held.map((day) => Math.floor(day / 7)),
    text: 'always the same weekday',
    formula: (place) => ({ op: '*', of: [{ op: '+', of: [{ op: '*', of: [{ column: place }, 7] }, first] }, dayMs] }),
  }
}

/** Numbers with a constant step that are not multiples of it. `divisor`: held units per 1. */
function offsetGrid(held: Float64Array, values: readonly number[], grain: number, divisor: number): Calendar | null {
  const distinct = new Set(values)
  const least = values.reduce((a, b) => Math.min(a, b))
  const step = commonStep([...distinct].map((value) => value - least))
  if (distinct.size < minEvidence || grain === 0 || step < 2 * grain) return null
  const places = held.map((value) => (value - least) / step)
  return {
    places,
    text: `${least / divisor} plus a multiple of ${step / divisor}`,
    formula: (place) => ({ op: '+', of: [{ op: '*', of: [{ column: place }, step / divisor] }, least / divisor] }),
  }
}

/** Times of day such as 1345, if no value is like 1361. */
function hhmm(held: Float64Array, values: readonly number[]): Calendar | null {
  if (!values.every((value) => value >= 0 && value <= 2400 && value % 100 < 60)) return null
  const hours = new Set(values.map((value) => Math.floor(value / 100)))
  if (hours.size < 8 || values.filter((value) => value % 100 >= 30).length < minEvidence) return null
  return {
    places: held.map((value) => 60 * Math.floor(value / 100) + (value % 100)),
    text: 'a time of day as hhmm',
    formula: (place) => ({
      op: '+',
      of: [
        { op: '*', of: [{ op: 'floor', of: [{ op: '/', of: [{ column: place }, 60] }] }, 100] },
        { op: '%', of: [{ column: place }, 60] },
      ],
    }),
  }
}
