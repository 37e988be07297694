import assert from 'node:assert/strict'
import { test } from 'node:test'
import { circuitTables, storedNumbers } from '#src/fit/circuit-tables.js'
import { TrainingRandom } from '#src/fit/random.js'
import { writeModel } from '#src/model/artifact-write.js'
import type { ModelArtifact } from '#src/model/artifact.js'
import type { Circuit } from '#src/model/circuit.js'
import { conditionProbability } from '#src/model/conditions/compile.js'
import { parseModel } from '#src/model/load.js'

const states = 64
const symbols = 400
const random = new TrainingRandom(1)

/** Rows of random shares. */
function table(rows: number, width: number): Float32Array {
  const out = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const shares = Float64Array.from({ length: width }, () => random.uniform() ** 3)
    const sum = shares.reduce((a, b) => a + b)
    shares.forEach((share, i) => (out[row * width + i] = share / sum))
  }
  return out
}

/** A chain of five columns. */
const circuit: Circuit = {
  states,
  parent: [-1, 0, 1, 2, 3],
  prior: table(1, states),
  transitions: [0, 1, 2, 3, 4].map((node) => (node === 0 ? new Float32Array(0) : table(states, states))),
  emissions: [0, 1, 2, 3, 4].map(() => table(states, symbols)),
}

test('a large circuit is written in half the space, and means the same', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const artifact = (tables: ModelArtifact['circuit']): ModelArtifact => ({
    ...{ format: 'genesis-model', version: 3, name: 'test', report: null, circuit: tables },
    columns: names.map((name, node) => ({
      ...{ name, type: { kind: 'integer' }, nullable: false },
      source: { from: 'circuit', node, alphabet: Array.from({ length: symbols }, (_, symbol) => symbol) },
    })),
  })
  const short = circuitTables(circuit)
  assert.equal(short.numbers, 'short')
  assert.equal(short.transitions[4], '')
  const model = parseModel(Buffer.from(writeModel(artifact(short))), 'short')
  const exact = { ...model, circuit }
  for (const conditions of [{ a: ['<', 100] }, { a: ['<', 100], e: ['>', 380] }, { c: 7, e: 9 }]) {
    const [p, q] = [model, exact].map((each) => conditionProbability(each, conditions))
    assert.ok(Math.abs(p / q - 1) < 1e-3, `${p} for ${q}`)
  }
})

test('a small circuit is written exactly', () => {
  const small: Circuit = {
    ...{ states: 2, parent: [-1], prior: table(1, 2), transitions: [new Float32Array(0)], emissions: [table(2, 3)] },
  }
  assert.equal(circuitTables(small).numbers, undefined)
})

test('how many numbers are written is known before a circuit is trained', () => {
  const { prior, transitions, emissions } = circuitTables(circuit)
  const bytes = [prior, ...transitions, ...emissions].map((text) => Buffer.from(text, 'base64').length)
  const sizes = circuit.emissions.map(({ length }) => length / states)
  assert.equal(
    2 * storedNumbers(circuit.parent, sizes, states),
    bytes.reduce((a, b) => a + b),
  )
})
