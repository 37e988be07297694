import type { Weighted } from './bins.js'
import { commonStep } from '../columns/numbers.js'

/** Steps that people round to, as multiples of a column's smallest step; time's own among them (s, min, h, days of ms). */
const coarser = [86_400_000, 3_600_000, 60_000, 10_000, 5_000, 1_000, 500, 250, 100, 50, 25, 20, 10, 5, 2]
/** Share of the rows that must lie on a coarser grid … */
const enough = 0.995
/** … and how many distinct values may lie off it. Those are kept one by one. */
const maxStrays = 64

/**
 * The step of the grid that the values of a column's bins lie on: at least `grain`, and larger if the values that are
 * not frequent enough for a symbol of their own are rounded, except for a few strays.
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
      if (strays.size > maxStrays || offGrid > (1 - enough) * total) break
    }
    const fine = strays.size <= maxStrays && offGrid <= (1 - enough) * total
    // A stray with a symbol of its own would undo the suppression of rare values.
    if (fine && minCount <= 1) return { grain: coarse, strays }
  }
  return { grain: step, strays: none }
}
