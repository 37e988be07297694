import type { Weighted } from './bins.js'
import { commonStep } from '../columns/numbers.js'

/** Steps that people round to, as multiples of a column's smallest step, including seconds, minutes, hours and days in ms. */
const coarser = [86_400_000, 3_600_000, 60_000, 10_000, 5_000, 1_000, 500, 250, 100, 50, 25, 20, 10, 5, 2]
/** Share of the rows that must lie on a coarser grid … */
const minShare = 0.995
/** … and maximum number of distinct values off it, which are kept individually. */
const maxStrays = 64

/**
 * The step of the grid for a column's bins: at least `grain`, and larger if the values without a symbol of their own are rounded more
 * coarsely, except for a few strays.
 */
export function binGridOf(
  values: readonly Weighted[],
  grain: number,
  { minCount }: { readonly minCount: number },
): { grain: number; strays: ReadonlySet<number> } {
  const none = new Set<number>()
  if (grain === 0 || values.length === 0) return { grain, strays: none }
  const step = commonStep(values.map(({ value }) => value)) || grain
  let total = 0
  for (const { count } of values) total += count
  for (const multiple of coarser) {
    const coarse = multiple * step
    let offGrid = 0
    const strays = new Set<number>()
    for (const { value, count } of values) {
      if (value % coarse === 0) continue
      offGrid += count
      strays.add(value)
      if (strays.size > maxStrays || offGrid > (1 - minShare) * total) break
    }
    const fine = strays.size <= maxStrays && offGrid <= (1 - minShare) * total
    // Strays get symbols of their own, which would undo the suppression of rare values.
    if (fine && minCount <= 1) return { grain: coarse, strays }
  }
  return { grain: step, strays: none }
}
