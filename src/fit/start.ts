import type { CodedTable } from '../model/circuit.js'
import { groupRows } from './groups.js'
import type { Layout } from './layout.js'
import type { CodeGroups, Smoothing } from './smoothing.js'
import type { TrainingRandom } from './random.js'
import { someRows } from './table-parts.js'

/** Maximum number of rows that are grouped. */
const sampleRows = 8000
/**
 * Share of a transition that is random at the start; the rest stays in the parent's state. 0 is a mixture of products, quick to learn and
 * to overfit; 1 is an uninformed tree, slow to learn. On census data, 0.65 reaches the best held-out likelihood, in a third of the epochs
 * that 0.8 takes.
 */
const loose = 0.65
/** Share of the marginal distribution in an emission at the start. */
const vague = 0.2
/** Minimum mass of a state, as a share of a row. */
const minMass = 0.001

/**
 * Writes starting parameters, and averages consistent with them. Similar rows are clustered into one group per state, and state h of
 * every node starts as group h: latent variable distillation (Liu, Zhang & Van den Broeck, "Scaling Up Probabilistic Circuits by Latent
 * Variable Distillation", 2023) with a mixture as the teacher.
 */
export function start(
  layout: Layout,
  parent: readonly number[],
  states: number,
  { marginals, alike }: Smoothing,
  table: CodedTable,
  random: TrainingRandom,
): void {
  const { width, parameters, transposed, average } = layout
  const sample = someRows(table, sampleRows)
  const known = withGroups(sample, marginals, alike)
  const groups = groupRows(known.table, states, known.marginals, random)
  const mass = new Float64Array(states).fill(minMass / states)
  for (const group of groups) mass[group] += (1 - minMass) / groups.length
  mass.forEach((p, z) => (parameters.prior[z] = average.prior[z] = p))

  parent.forEach((above, node) => {
    const marginal = marginals[node]
    const emissions = average.emissions[node]
    for (let symbol = 0; symbol < marginal.length; symbol++) {
      for (let z = 0; z < states; z++) {
        const own = (1 - vague) * (minMass / states) + vague * mass[z]
        emissions[symbol * width + z] = own * marginal[symbol]
      }
    }
    const gain = ((1 - vague) * (1 - minMass)) / groups.length
    groups.forEach((z, row) => (emissions[sample.codes[node][row] * width + z] += gain))
    for (let i = 0; i < emissions.length; i++) {
      const z = i % width
      parameters.emissions[node][i] = z < states ? emissions[i] / mass[z] : 0
    }
    if (above < 0) return

    const transitions = average.transitions[node]
    for (let from = 0; from < states; from++) {
      const drawn = mass.map((p) => p * spread(random))
      const sum = drawn.reduce((total, p) => total + p, 0)
      for (let z = 0; z < states; z++) {
        const p = (loose * drawn[z]) / sum + (z === from ? 1 - loose : 0)
        transitions[from * width + z] = mass[from] * p
        parameters.transitions[node][from * width + z] = transposed[node][z * width + from] = p
      }
    }
  })
}

/** A positive random factor with mean 1: exponential, with a minimum so that nothing starts out impossible. */
function spread(random: TrainingRandom): number {
  return 0.05 - 0.95 * Math.log(random.uniform())
}

/** Adds a column for each division of a column's codes into groups, so that rows that are alike only in their groups are similar. */
function withGroups(
  table: CodedTable,
  marginals: readonly Float64Array[],
  alike: readonly (readonly CodeGroups[])[],
): { table: CodedTable; marginals: readonly Float64Array[] } {
  const [sizes, codes, shares] = [[...table.sizes], [...table.codes], [...marginals]]
  alike.forEach((divisions, node) => {
    for (const groups of divisions) {
      const groupOf = new Uint16Array(table.sizes[node])
      groups.forEach((members, group) => members.forEach((code) => (groupOf[code] = group)))
      sizes.push(groups.length)
      codes.push(table.codes[node].map((code) => groupOf[code]))
      shares.push(Float64Array.from(groups, (members) => members.reduce((sum, code) => sum + marginals[node][code], 0)))
    }
  })
  return { table: { rows: table.rows, sizes, codes }, marginals: shares }
}
