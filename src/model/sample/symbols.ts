import type { FieldType } from '../../record.js'
import type { Symbol } from '../artifact.js'
import { isBin } from '../fields.js'

/** The values of a column's grid: multiples of `grain` (0: all reals), held as integers to be divided by `divisor`. */
export interface Grid {
  readonly grain: number
  /** 1, except for doubles whose grain is a fraction like 0.1: dividing integers gives the nearest double, adding steps does not. */
  readonly divisor: number
}

export function gridOf(type: FieldType, grain: number | undefined): Grid {
  const step = grain ?? (type.kind === 'double' ? 0 : 1)
  const divisor = Math.round(1 / step)
  if (step > 0 && step < 1 && 1 / divisor === step) return { grain: 1, divisor }
  return { grain: step, divisor: 1 }
}

/**
 * A symbol, or the part of it that conditions allow: `measure` values starting at `low`. For reals: those from `low` to `end`, exclusive,
 * and `measure` is the length. Numbers are multiplied by the grid's divisor. Missing values and non-numbers have no `low`.
 */
export interface Piece {
  readonly code: number
  readonly low: number | null
  readonly end: number
  readonly measure: number
}

export function pieceOf(symbol: Symbol, code: number, { grain, divisor }: Grid): Piece {
  if (typeof symbol === 'number') {
    const low = symbol * divisor
    return { code, low, end: low, measure: 1 }
  }
  if (!isBin(symbol)) return { code, low: null, end: 0, measure: 1 }
  const [low, high] = symbol
  if (grain === 0) return { code, low, end: high, measure: high - low }
  // Round first: the multiplication may move a bound off the grid.
  const first = Math.ceil(onGrid((low * divisor) / grain))
  const last = Math.floor(onGrid((high * divisor) / grain))
  return { code, low: first * grain, end: last * grain, measure: last - first + 1 }
}

function onGrid(steps: number): number {
  const nearest = Math.round(steps)
  return Math.abs(steps - nearest) < 1e-9 * Math.max(1, Math.abs(steps)) ? nearest : steps
}

/** How the numbers of a column's symbols are drawn; the arrays have one entry per symbol. */
export interface SymbolValues {
  /** The code of each symbol, if conditions have split codes into several symbols; null: each symbol is its own code. */
  readonly codes: Uint16Array | null
  /** The minimum value; NaN: missing. */
  readonly low: Float64Array
  /** The number of values, `grain` apart; if the grain is 0, the exclusive end of the interval. */
  readonly extent: Float64Array
  readonly grain: number
  readonly divisor: number
  /** One word draws up to 2^21 values with negligible bias; more values, and reals, take 53 bits of two words. */
  readonly wide: boolean
}

const maxNarrowMeasure = 2 ** 21

export function symbolValues(pieces: readonly Piece[], { grain, divisor }: Grid): SymbolValues {
  return {
    codes: pieces.every(({ code }, symbol) => code === symbol) ? null : Uint16Array.from(pieces, ({ code }) => code),
    low: Float64Array.from(pieces, ({ low }) => low ?? NaN),
    extent: Float64Array.from(pieces, ({ end, measure }) => (grain === 0 ? end : measure)),
    grain,
    divisor,
    wide: grain === 0 || pieces.some(({ measure }) => measure > maxNarrowMeasure),
  }
}
