import { TrainingRandom } from '#src/fit/random.js'
import { topDown, type Circuit, type CodedTable } from '#src/model/circuit.js'

/** A random circuit of a given shape, with real dependence. */
export function randomCircuit(
  states: number,
  parent: readonly number[],
  sizes: readonly number[],
  seed: number,
): Circuit {
  const random = new TrainingRandom(seed)
  const rows = (count: number, size: number): Float32Array => {
    const table = new Float32Array(count * size)
    for (let row = 0; row < count; row++) {
      const weights = Array.from({ length: size }, () => random.uniform() ** 4 + 0.001)
      const sum = weights.reduce((total, w) => total + w, 0)
      weights.forEach((w, i) => (table[row * size + i] = w / sum))
    }
    return table
  }
  return {
    states,
    parent,
    prior: rows(1, states),
    transitions: parent.map((above) => (above < 0 ? new Float32Array(0) : rows(states, states))),
    emissions: sizes.map((size) => rows(states, size)),
  }
}

/** Rows drawn from a circuit. */
export function sampleTable(circuit: Circuit, rows: number, seed: number): CodedTable {
  const random = new TrainingRandom(seed)
  const { states, parent } = circuit
  const sizes = circuit.emissions.map((table) => table.length / states)
  const codes = parent.map(() => new Uint16Array(rows))
  const draw = (table: Float32Array, from: number, size: number): number => {
    let left = random.uniform()
    for (let i = 0; i < size; i++) if ((left -= table[from + i]) < 0) return i
    return size - 1
  }
  const state = new Array<number>(parent.length).fill(0)
  for (let row = 0; row < rows; row++) {
    for (const node of topDown(parent)) {
      state[node] =
        parent[node] < 0
          ? draw(circuit.prior, 0, states)
          : draw(circuit.transitions[node], state[parent[node]] * states, states)
      codes[node][row] = draw(circuit.emissions[node], state[node] * sizes[node], sizes[node])
    }
  }
  return { rows, sizes, codes }
}

/** Nats per row, worked out row by row in double precision: the oracle of training's own likelihood. */
export function logLikelihood(circuit: Circuit, table: CodedTable): number {
  const { states, parent } = circuit
  const order = topDown(parent).reverse()
  let total = 0
  for (let row = 0; row < table.rows; row++) {
    const below = parent.map(() => new Float64Array(states).fill(1))
    for (const node of order) {
      const inside = below[node].map(
        (p, z) => p * circuit.emissions[node][z * table.sizes[node] + table.codes[node][row]],
      )
      const above = parent[node]
      if (above < 0) {
        total += Math.log(inside.reduce((sum, p, z) => sum + p * circuit.prior[z], 0))
        continue
      }
      for (let from = 0; from < states; from++) {
        let sum = 0
        for (let z = 0; z < states; z++) sum += circuit.transitions[node][from * states + z] * inside[z]
        below[above][from] *= sum
      }
    }
  }
  return total / table.rows
}

/** Whether everything in a circuit is a distribution. */
export function isValid(circuit: Circuit, sizes: readonly number[]): boolean {
  const { states, parent, prior, transitions, emissions } = circuit
  const distributions = (table: Float32Array, size: number): boolean => {
    for (let from = 0; from < table.length; from += size) {
      const row = table.subarray(from, from + size)
      if (!row.every((p) => p >= 0)) return false
      if (Math.abs(row.reduce((sum, p) => sum + p, 0) - 1) > 1e-4) return false
    }
    return true
  }
  return (
    parent.filter((above) => above < 0).length === 1 &&
    topDown(parent).length === sizes.length &&
    prior.length === states &&
    distributions(prior, states) &&
    parent.every((above, j) => transitions[j].length === (above < 0 ? 0 : states * states)) &&
    transitions.every((table) => distributions(table, states)) &&
    emissions.every((table, j) => table.length === states * sizes[j] && distributions(table, sizes[j]))
  )
}
