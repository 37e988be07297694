import { ratioOf, ratioUnit } from '../../model/relations/relation.js'

/**
 * The ratios, in millionths, from bases to values. Among the ratios that produce the value on its grid, the one with the fewest digits is
 * chosen, so that a 10 % discount is 0.9 in every row. NaN: there is no base, or no ratio produces the value.
 */
export function ratioRests(values: Float64Array, base: Float64Array, grain: number): Float64Array {
  return values.map((value, i) => ratioRest(value, base[i], grain))
}

function ratioRest(value: number, base: number, grain: number): number {
  if (Number.isNaN(value) || Number.isNaN(base)) return NaN
  if (base === 0) return value === 0 ? ratioUnit : NaN
  const exact = (value / base) * ratioUnit
  for (let step = ratioUnit; step >= 1; step /= 10) {
    const rest = Math.round(exact / step) * step
    if (ratioOf(base, rest, grain) === value) return rest
  }
  return Math.round(exact)
}
