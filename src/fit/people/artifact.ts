import type { ArtifactColumn } from '../../model/artifact.js'
import type { Circuit } from '../../model/circuit.js'
import type { NodeColumn } from '../node-column.js'
import type { Cast, CastColumn } from './cast.js'

/** A column of the people, which their number determines. */
export function castColumn({ node }: Cast, { name, type, values }: CastColumn): ArtifactColumn {
  const all = [...values, ...(hasNobody(node) ? [null] : [])]
  return {
    ...{ name, type, nullable: all.includes(null) },
    source: { from: 'dependency', column: node.column.name, values: all },
  }
}

/** The hidden column of the people's numbers, from 1. */
export function personColumn({ node, classOf }: Cast, nodes: readonly NodeColumn[]): ArtifactColumn {
  const { name, learned } = node.column
  const alphabet = [...Array.from(classOf, (_, person) => person + 1), ...(hasNobody(node) ? [null] : [])]
  return {
    ...{ name, type: learned.type, nullable: hasNobody(node), hidden: true },
    source: { from: 'circuit', node: nodes.indexOf(node), alphabet },
  }
}

/** The circuit with the people in place of their classes. All people of a class are alike, but not equally frequent. */
export function withPeople(circuit: Circuit, { node, classOf, shares }: Cast, nodes: readonly NodeColumn[]): Circuit {
  const at = nodes.indexOf(node)
  const classes = node.alphabet.symbols.length
  const rest = hasNobody(node) ? 1 : 0
  const size = classOf.length + rest
  const given = circuit.emissions[at]
  const emissions = new Float32Array(circuit.states * size)
  for (let z = 0; z < circuit.states; z++) {
    classOf.forEach((each, person) => (emissions[z * size + person] = given[z * classes + each] * shares[person]))
    if (rest > 0) emissions[z * size + size - 1] = given[z * classes + classes - 1]
  }
  return { ...circuit, emissions: circuit.emissions.map((table, i) => (i === at ? emissions : table)) }
}

function hasNobody({ alphabet }: NodeColumn): boolean {
  return alphabet.symbols.at(-1) === null
}
