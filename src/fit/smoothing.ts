import type { CodedTable } from '../model/circuit.js'
import { countCodes, maxLevels } from './levels.js'

/** How parameters are kept from fitting single rows. Masses are shares of a row of the table. */
export interface Smoothing {
  /** What every state gets in proportion to the marginal distribution. */
  readonly mass: number
  /** Per node: the marginal distribution of its symbols. */
  readonly marginals: readonly Float64Array[]
  /** What every state's emission gets from neighbouring codes. */
  readonly neighbourMass: number
  /** Per node: its codes that neighbours smooth, in the order of their values. */
  readonly neighbourly: readonly Uint16Array[]
}

/** Rows per state. Measured on held-out rows: 10 to 30 are alike on census data, and more is better only with few rows. */
const neighbourRows = 20
/** All smoothing by the marginal together is at most this share of the table. */
const maxShareOfTable = 0.1

/** `ordered[j]`: how many codes of column j, from 0 on, are in the order of their values. */
export function smoothingOf({ rows, sizes, codes }: CodedTable, states: number, ordered: readonly number[]): Smoothing {
  const marginals = codes.map((column, j) => distribution(countCodes(column, sizes[j])))
  const marginalRows = Math.min(0.5 + Math.min(1.5, 500 / rows), (maxShareOfTable * rows) / states)
  return {
    mass: marginalRows / rows,
    marginals,
    neighbourMass: neighbourRows / rows,
    neighbourly: marginals.map((marginal, j) => lightCodes(marginal, ordered[j] ?? 0)),
  }
}

/** A code with the mass of a level is not smoothed: the neighbours of a spike at zero are not like it. */
function lightCodes(marginal: Float64Array, ordered: number): Uint16Array {
  const light: number[] = []
  for (let code = 0; code < ordered; code++) if (marginal[code] * maxLevels < 1) light.push(code)
  return Uint16Array.from(light)
}

/** Counts as probabilities; a code that never occurred keeps a trace. */
function distribution(counts: Float64Array): Float64Array {
  const trace = 0.01
  const total = counts.reduce((sum, count) => sum + count + trace, 0)
  return counts.map((count) => (count + trace) / total)
}
