import type { ModelArtifact } from '../artifact.js'
import type { Circuit } from '../circuit.js'
import { decodeShortTable, decodeTable } from '../table.js'
import type { ModelFile } from './model-file.js'

/** How far the sum of a float32 row may be off 1: far more than rounding errors, far less than anyone would notice. */
const tolerance = 1e-4
/** The same for 16-bit numbers, whose rows are divided by their sums. */
const shortTolerance = 1e-3

/** Decodes and checks the circuit: one tree, and tables whose rows are distributions. `sizes`: alphabet size of each node. */
export function readCircuit(artifact: ModelArtifact, sizes: readonly number[], file: ModelFile): Circuit | null {
  const { circuit } = artifact
  if (circuit === null) return null
  const { states, parent } = circuit
  const isShort = circuit.numbers === 'short'
  const read = (text: string, rows: number, width: number, path: string): Float32Array =>
    readTable(text, { rows, width, isShort }, path, file)
  checkTree(parent, file)
  for (const key of ['transitions', 'emissions'] as const) {
    const found = circuit[key].length
    if (found !== parent.length)
      file.invalid(`circuit.${key}`, 'not a table per node', found, `${parent.length} tables`)
  }
  return {
    states,
    parent,
    prior: read(circuit.prior, 1, states, 'circuit.prior'),
    transitions: circuit.transitions.map((text, node) => {
      const path = `circuit.transitions[${node}]`
      if (parent[node] >= 0) {
        if (isShort && text === '' && !parent.includes(node)) return identity(states)
        return read(text, states, states, path)
      }
      if (text !== '') file.invalid(path, 'the root has no transitions', text, 'an empty text')
      return new Float32Array(0)
    }),
    emissions: circuit.emissions.map((text, node) => read(text, states, sizes[node], `circuit.emissions[${node}]`)),
  }
}

function checkTree(parent: readonly number[], file: ModelFile): void {
  const path = (node: number): string => `circuit.parent[${node}]`
  let root = -1
  parent.forEach((above, node) => {
    if (above < -1 || above >= parent.length)
      file.invalid(path(node), 'unknown parent', above, `a node from 0 to ${parent.length - 1}, or −1`)
    if (above !== -1) return
    if (root >= 0) file.invalid(path(node), `a second root besides node ${root}`, above, 'exactly one −1')
    root = node
  })
  // Marks nodes known to descend from the root. A walk upwards that is longer than the tree is in a cycle.
  const isRooted = new Uint8Array(parent.length)
  for (let node = 0; node < parent.length; node++) {
    let steps = 0
    for (let at = node; at >= 0 && !isRooted[at]; at = parent[at]) {
      if (++steps > parent.length)
        file.invalid(path(node), 'a cycle', parent[node], 'a tree: every node leads to the root')
    }
    for (let at = node; at >= 0 && !isRooted[at]; at = parent[at]) isRooted[at] = 1
  }
}

/** Transitions that keep the state. */
function identity(states: number): Float32Array {
  const table = new Float32Array(states * states)
  for (let state = 0; state < states; state++) table[state * states + state] = 1
  return table
}

interface TableForm {
  readonly rows: number
  readonly width: number
  readonly isShort: boolean
}

function readTable(text: string, { rows, width, isShort }: TableForm, path: string, file: ModelFile): Float32Array {
  const table = isShort ? decodeShortTable(text, rows * width) : decodeTable(text, rows * width)
  if (table === null) {
    const found = `${Math.floor((text.length * 3) / (isShort ? 8 : 16))} numbers (${text.length} characters)`
    file.invalid(path, 'a table of the wrong size', found, `base64 of ${rows} rows of ${width} numbers`)
  }
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let at = row * width; at < (row + 1) * width; at++) {
      const weight = table[at]
      if (!(weight >= 0)) file.invalid(`${path} row ${row}`, 'not a probability', weight, 'numbers from 0 to 1')
      sum += weight
    }
    if (!(Math.abs(sum - 1) <= (isShort ? shortTolerance : tolerance)))
      file.invalid(`${path} row ${row}`, 'the probabilities of a row do not sum to 1', sum, '1')
    if (isShort) for (let at = row * width; at < (row + 1) * width; at++) table[at] /= sum
  }
  return table
}
