import type { ArtifactCircuit } from '../model/artifact.js'
import type { Circuit } from '../model/circuit.js'
import { product } from '../model/sample/weights.js'
import { encodeShortTable, encodeTable } from '../model/table.js'

/** Numbers of a circuit from which on they are written in 16 bits: about half a megabyte in 32. */
const manyNumbers = 100_000

/** A circuit as a model file holds it. */
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
  // Nobody asks for the state of a node without children: what it says of its symbols is told by its parent's state.
  const isLeaf = (node: number): boolean => parent[node] >= 0 && !parent.includes(node)
  return {
    ...{ states, numbers: 'short', parent, prior: encodeShortTable(prior) },
    transitions: transitions.map((table, node) => (isLeaf(node) ? '' : encodeShortTable(table))),
    emissions: emissions.map((table, node) =>
      encodeShortTable(isLeaf(node) ? Float32Array.from(product(transitions[node], table, states, states)) : table),
    ),
  }
}
