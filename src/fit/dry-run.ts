import { writeModel } from '../model/artifact-write.js'
import type { Circuit } from '../model/circuit.js'
import { parseModel } from '../model/load.js'
import type { Model } from '../model/model.js'
import { assembleModel } from './assemble.js'
import type { Prepared } from './prepare.js'

/**
 * Detects before training if the model would not load afterwards, by assembling it with a uniform circuit and loading it. Throws
 * MODEL_INVALID, naming `place`.
 */
export function dryRun(prepared: Prepared, { name, seed }: { name: string; seed: number }, place: string): Model {
  const sizes = prepared.nodes.map(({ alphabet }) => alphabet.symbols.length)
  const circuit = sizes.length === 0 ? null : uniformCircuit(sizes)
  const artifact = assembleModel(prepared, circuit, { name, seed, report: null })
  return parseModel(Buffer.from(writeModel(artifact)), place)
}

/** A circuit with a single state, in which all symbols of a node are equally likely. */
function uniformCircuit(sizes: readonly number[]): Circuit {
  const parent = sizes.map((_, node) => (node === 0 ? -1 : 0))
  return {
    states: 1,
    parent,
    prior: Float32Array.of(1),
    transitions: parent.map((above) => (above < 0 ? new Float32Array(0) : Float32Array.of(1))),
    emissions: sizes.map((size) => new Float32Array(size).fill(1 / size)),
  }
}
