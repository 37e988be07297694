import type { ArtifactCircuit } from '../model/artifact.js'
import type { Circuit } from '../model/circuit.js'
import { product } from '../model/sample/weights.js'
import { encodeShortTable, encodeTable } from '../model/table.js'

/** Circuits with at least this many numbers, about half a megabyte in 32 bits, are written in 16 bits. */
const manyNumbers = 100_000

/** How many numbers a model file has for a circuit with many of them. */
export function storedNumbers(parent: readonly number[], sizes: readonly number[], states: number): number {
  const inner = parent.filter((above, node) => above >= 0 && !isLeaf(parent, node)).length
  return states + inner * states ** 2 + states * sizes.reduce((sum, size) => sum + size, 0)
}

/** A leaf needs no state: the parent's state determines the distribution of its symbols. */
function isLeaf(parent: readonly number[], node: number): boolean {
  return parent[node] >= 0 && !parent.includes(node)
}

/** A circuit as stored in a model file. */
export function circuitTables(circuit: Circuit): ArtifactCircuit {
  const { states, prior, transitions, emissions } = circuit
  const parent = [...circuit.parent]
  const numbers = [prior, ...transitions, ...emissions].reduce((sum, table) => sum + table.length, 0)
  if (numbers < manyNumbers) {
    return {
      ...{ states, parent, prior: encodeTable(prior) },
      transitions: transitions.map(encodeTable),
      emissions: emissions.map(encodeTable),
    }
  }
  return {
    ...{ states, numbers: 'short', parent, prior: encodeShortTable(prior) },
    transitions: transitions.map((table, node) => (isLeaf(parent, node) ? '' : encodeShortTable(table))),
    emissions: emissions.map((table, node) =>
      encodeShortTable(
        isLeaf(parent, node) ? Float32Array.from(product(transitions[node], table, states, states)) : table,
      ),
    ),
  }
}
