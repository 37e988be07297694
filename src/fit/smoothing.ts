import type { CodedTable } from '../model/circuit.js'
import { countCodes, maxLevels } from './levels.js'

/** How parameters are kept from overfitting single rows. Masses are shares of a row of the table. */
export interface Smoothing {
  /** Mass added to every state, distributed like the marginal. */
  readonly mass: number
  /** By node: the marginal distribution of its symbols. */
  readonly marginals: readonly Float64Array[]
  /** Mass added to every state's emissions from neighbouring codes, or from codes of the same group. */
  readonly neighbourMass: number
  /** By node: the codes smoothed with their neighbours, in value order. */
  readonly neighbourly: readonly Uint16Array[]
  /** By node: divisions of its codes into groups; for each, `neighbourMass` is added from the codes of the same group. */
  readonly alike: readonly (readonly CodeGroups[])[]
}

/** Groups of codes, in any order. */
export type CodeGroups = readonly Uint16Array[]

/** Rows per state. On held-out census rows, 10 to 30 do equally well; more is better only for small tables. */
const neighbourRows = 20
/** Maximum total smoothing by the marginal, as a share of the table. */
const maxShareOfTable = 0.1

/**
 * `ordered[j]`: the number of codes of column j, starting at 0, that are in value order. `alike[j]`: divisions of its codes into groups.
 */
export function smoothingOf(
  { rows, sizes, codes }: CodedTable,
  states: number,
  ordered: readonly number[],
  alike: readonly (readonly CodeGroups[])[],
): Smoothing {
  const marginals = codes.map((column, j) => distribution(countCodes(column, sizes[j])))
  const marginalRows = Math.min(0.5 + Math.min(1.5, 500 / rows), (maxShareOfTable * rows) / states)
  return {
    mass: marginalRows / rows,
    marginals,
    neighbourMass: neighbourRows / rows,
    neighbourly: marginals.map((marginal, j) => lightCodes(marginal, ordered[j] ?? 0)),
    alike: codes.map((_, j) => alike[j] ?? []),
  }
}

/** The codes to smooth: those with less mass than a level, because a spike, for example at zero, is not like its neighbours. */
function lightCodes(marginal: Float64Array, ordered: number): Uint16Array {
  const light: number[] = []
  for (let code = 0; code < ordered; code++) if (marginal[code] * maxLevels < 1) light.push(code)
  return Uint16Array.from(light)
}

/** Counts as probabilities; codes that never occur get a tiny one. */
function distribution(counts: Float64Array): Float64Array {
  const trace = 0.01
  const total = counts.reduce((sum, count) => sum + count + trace, 0)
  return counts.map((count) => (count + trace) / total)
}
