/** Model artifacts made from nothing but a seed: for tests of what reads models, and for measurements. */
import {
  artifactFormat,
  firstArtifactVersion,
  type ArtifactColumn,
  type ModelArtifact,
  type ColumnOrigin,
  type Symbol,
} from '#src/model/artifact.js'
import { writeModel } from '#src/model/artifact-write.js'
import { parseModel } from '#src/model/load.js'
import type { Model } from '#src/model/model.js'
import { encodeTable } from '#src/model/table.js'

/** A column of the circuit before its node is known. */
export interface NodeColumn extends Omit<ArtifactColumn, 'source'> {
  alphabet: Symbol[]
  grain?: number
}

export type SupportColumn = NodeColumn | ArtifactColumn

/** A model of any columns: those with an alphabet get the nodes of a random circuit, in order. */
export function artifactOf(columns: readonly SupportColumn[], states: number, seed: number): ModelArtifact {
  const random = randomNumbers(seed)
  const sizes: number[] = []
  const placed = columns.map((column): ArtifactColumn => {
    if ('source' in column) return column
    const { alphabet, grain, ...rest } = column
    const source: ColumnOrigin = {
      from: 'circuit',
      node: sizes.length,
      alphabet,
      ...(grain !== undefined && { grain }),
    }
    sizes.push(alphabet.length)
    return { ...rest, source }
  })
  const parent = sizes.map((_, node) => (node === 0 ? -1 : Math.floor(random() * node)))
  const circuit = {
    states,
    parent,
    prior: randomRows(1, states, random),
    transitions: parent.map((above) => (above < 0 ? '' : randomRows(states, states, random))),
    emissions: sizes.map((size) => randomRows(states, size, random)),
  }
  return {
    format: artifactFormat,
    version: firstArtifactVersion,
    name: 'test',
    columns: placed,
    circuit: sizes.length === 0 ? null : circuit,
    report: null,
  }
}

export function modelOf(artifact: ModelArtifact): Model {
  return parseModel(Buffer.from(writeModel(artifact)), 'test.json')
}

/** A small model with columns of random kinds: the same for the same seed. */
export function randomArtifact(seed: number): ModelArtifact {
  const random = randomNumbers(seed ^ 0x5eed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const count = 1 + below(6)
  const columns = Array.from({ length: count }, (_, index) => randomColumn(`c${index}`, random))
  return artifactOf(columns, 1 + below(5), seed)
}

function randomColumn(name: string, random: () => number): NodeColumn {
  const below = (limit: number): number => Math.floor(random() * limit)
  const nullable = random() < 0.4
  const withMissing = (alphabet: Symbol[]): Symbol[] => (nullable ? [...alphabet, null] : alphabet)
  const numbers = (scale: number, grain: number): Symbol[] => {
    const alphabet: Symbol[] = []
    let at = (below(20) - 10) * scale
    const size = 1 + below(6)
    for (let i = 0; i < size; i++) {
      if (random() < 0.5) alphabet.push(at)
      else alphabet.push([at, (at += scale * below(6) + (grain === 0 ? scale : 0))])
      at += scale
    }
    return withMissing(alphabet)
  }
  switch (below(7)) {
    case 0:
      return { name, type: { kind: 'boolean' }, nullable, alphabet: withMissing([false, true]) }
    case 1:
      return { name, type: { kind: 'decimal', scale: 2 }, nullable, grain: 25, alphabet: numbers(25, 25) }
    case 2:
      return { name, type: { kind: 'integer' }, nullable, alphabet: numbers(1, 1) }
    case 3:
      return { name, type: { kind: 'double' }, nullable, grain: 0, alphabet: numbers(0.5, 0) }
    case 4:
      return { name, type: { kind: 'date' }, nullable, alphabet: numbers(1, 1) }
    case 5:
      return { name, type: { kind: 'timestamp' }, nullable, grain: 1000, alphabet: numbers(1000, 1000) }
    default: {
      const words = Array.from({ length: 1 + below(6) }, (_, index) => 'abcdefghij'[index].repeat(1 + below(3)))
      return { name, type: { kind: 'string' }, nullable, alphabet: withMissing(words) }
    }
  }
}

/** 15 columns like a census table's, 9 categorical and 6 numeric: what rates are measured on. */
export function censusLikeArtifact(states = 64, seed = 1): ModelArtifact {
  const columns: NodeColumn[] = [
    { name: 'age', type: { kind: 'integer' }, nullable: false, alphabet: range(17, 90) },
    { name: 'workclass', type: { kind: 'string' }, nullable: false, alphabet: categories('work', 7) },
    { name: 'weight', type: { kind: 'integer' }, nullable: false, alphabet: bins(12_000, 1_500, 90, []) },
    { name: 'education', type: { kind: 'string' }, nullable: false, alphabet: categories('education', 16) },
    { name: 'education_years', type: { kind: 'integer' }, nullable: false, alphabet: range(1, 16) },
    { name: 'marital_status', type: { kind: 'string' }, nullable: false, alphabet: categories('marital', 7) },
    { name: 'occupation', type: { kind: 'string' }, nullable: false, alphabet: categories('occupation', 14) },
    { name: 'relationship', type: { kind: 'string' }, nullable: false, alphabet: categories('relation', 6) },
    { name: 'race', type: { kind: 'string' }, nullable: false, alphabet: categories('race', 5) },
    { name: 'sex', type: { kind: 'string' }, nullable: false, alphabet: categories('sex', 2) },
    {
      name: 'capital_gain',
      type: { kind: 'integer' },
      nullable: false,
      alphabet: bins(100, 700, 70, [0, 15_024, 7688]),
    },
    { name: 'capital_loss', type: { kind: 'integer' }, nullable: false, alphabet: bins(150, 40, 70, [0, 1902]) },
    { name: 'hours', type: { kind: 'integer' }, nullable: false, alphabet: range(1, 94) },
    { name: 'country', type: { kind: 'string' }, nullable: false, alphabet: categories('country', 41) },
    { name: 'income', type: { kind: 'string' }, nullable: false, alphabet: ['<=50K', '>50K'] },
  ]
  return artifactOf(columns, states, seed)
}

function categories(stem: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${stem} ${index}`)
}

function range(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, index) => low + index)
}

function bins(low: number, width: number, count: number, atoms: number[]): Symbol[] {
  const edges = Array.from({ length: count }, (_, index): Symbol => [
    low + index * width,
    low + (index + 1) * width - 1,
  ])
  return [...atoms, ...edges]
}

function randomRows(rows: number, width: number, random: () => number): string {
  const table = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    // Powers by multiplication alone: Math.pow may differ from one engine to the next.
    const weights = Array.from({ length: width }, () => {
      const square = squareOf(random())
      return square * square + 1e-3
    })
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    weights.forEach((weight, index) => (table[row * width + index] = weight / total))
  }
  return encodeTable(table)
}

function squareOf(x: number): number {
  return x * x
}

/** Numbers from 0 up to 1 (mulberry32), the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
