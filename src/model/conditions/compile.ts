import { GenesisError } from '../../errors.js'
import type { Model } from '../model.js'
import { baseNodes, type BaseNode } from '../sample/base.js'
import { aliasRows, weightedRows, type AliasRows, type NodeTables } from '../sample/node-tables.js'
import { symbolValues, type Piece } from '../sample/symbols.js'
import type { NodeWeights } from '../sample/weights.js'
import { boxesOf } from './boxes.js'
import { inOrder } from './canonical.js'
import { domainsOf } from './domain.js'
import { Conditioner, type Evidence, type Scaled } from './evidence.js'
import type { ConditionExpression } from './expression.js'
import { parseConditions } from './parse.js'
import { computedIn } from './negated.js'
import { unsatisfiable } from './unsatisfiable.js'

/**
 * What a sampler draws from. `choice`: the weights of the conjunctions if there are several, in one row for all of them and, if rows are
 * checked, one more row per part of a mix.
 */
export interface ConditionedTables {
  readonly nodes: readonly NodeTables[]
  readonly choice: AliasRows | null
  /** What drawn rows must still satisfy; null: the tables ensure everything. */
  readonly checked: RecheckedConditions | null
}

export interface RecheckedConditions {
  /** By part of a mix; null: the tables ensure it, and only the model's own `forbid` conditions are checked. */
  readonly expressions: readonly (ConditionExpression | null)[]
  /** The part of the mix that each conjunction belongs to. */
  readonly partOf: Uint16Array
}

/**
 * The tables of a model under conditions. Only the tables of restricted columns and of their ancestors in the tree are new. Throws
 * CONDITION_INVALID or CONDITION_UNSATISFIABLE.
 */
export function tablesOf(model: Model, conditions: unknown): ConditionedTables {
  const base = baseNodes(model)
  const domains = domainsOf(model)
  const states = model.circuit?.states ?? 1
  const conditioner = new Conditioner(
    base.map((node) => node.weights),
    states,
  )
  // Errors are reported in the order written; draws must not depend on that order.
  const written = parseConditions(model, domains, conditions)
  const mix = parseConditions(model, domains, inOrder(conditions))
  const components = mix.flatMap(({ weight, expression }, part) => {
    const found = boxesOf(expression, domains).map((box) => conditioner.under(box))
    const evidence = found.filter(({ probability }) => probability.value > 0)
    if (evidence.length === 0) unsatisfiable(written[part].expression, domains, conditioner)
    const shares = sharesOf(evidence.map(({ probability }) => probability))
    return evidence.map((each, index) => ({ weight: weight * shares[index], evidence: each, part }))
  })
  const evidence = components.map((component) => component.evidence)
  const hasComputed = mix.some(({ expression }) => computedIn(expression).length > 0)
  const isChecked = hasComputed || model.artifact.forbid !== undefined
  const choices = [components.map(({ weight }) => weight)]
  if (isChecked)
    mix.forEach((_, part) => choices.push(components.map((each) => (each.part === part ? each.weight : 0))))
  return {
    nodes: base.map((node) =>
      nodeUnder(node, evidence, states, model.columns[model.columnOfNode[node.weights.node]].name),
    ),
    choice: components.length === 1 ? null : aliasRows([choices.flat()], choices.length, components.length),
    checked: isChecked
      ? {
          expressions: mix.map(({ expression }) => (hasComputed ? expression : null)),
          partOf: Uint16Array.from(components, ({ part }) => part),
        }
      : null,
  }
}

/** The share of a model's records that satisfy conditions, or for a mix any of its parts. May be 0. */
export function conditionProbability(model: Model, conditions: unknown): number {
  const domains = domainsOf(model)
  const weights = baseNodes(model).map((node) => node.weights)
  const conditioner = new Conditioner(weights, model.circuit?.states ?? 1)
  const parts = parseConditions(model, domains, conditions).map(({ expression }) => expression)
  const expression: ConditionExpression = parts.length === 1 ? parts[0] : { kind: 'any', path: 'conditions', parts }
  let sum = 0
  for (const box of boxesOf(expression, domains)) {
    const { value, exponent } = conditioner.under(box).probability
    sum += value * 2 ** (256 * exponent)
  }
  return Math.min(1, sum)
}

/** Probabilities as shares of their sum. */
function sharesOf(probabilities: readonly Scaled[]): number[] {
  const top = Math.max(...probabilities.map(({ exponent }) => exponent))
  const values = probabilities.map(({ value, exponent }) => value * 2 ** (256 * (exponent - top)))
  const total = values.reduce((sum, value) => sum + value, 0)
  return values.map((value) => value / total)
}

/** A node's tables under each conjunction; tables shared by several are stored once. */
function nodeUnder(
  { weights, tables }: BaseNode,
  evidence: readonly Evidence[],
  states: number,
  name: string,
): NodeTables {
  const { node, rows, emissionRows, grid, transitions } = weights
  const tilted = evidence.map((each) => each.tilted.get(node))
  if (tilted.every((each) => each === undefined)) return tables
  const own = variants(tilted.map((each) => each?.beta ?? null))
  const symbols = variants(tilted.map((each) => each?.symbols ?? null))
  const stateRows = transitions !== null && own.distinct.some((each) => each !== null)
  const symbolRows = symbols.distinct.some((each) => each !== null) && joined(weights, symbols.distinct)
  if (symbolRows && symbolRows.pieces.length > maxSymbols) {
    throw new GenesisError('CONDITION_INVALID', 'too many parts of bins', {
      place: `conditions on ${name}`,
      found: String(symbolRows.pieces.length),
      expected: `at most ${maxSymbols}`,
    })
  }
  return {
    ...tables,
    states: stateRows ? weightedRows(transitions, own.distinct, rows, states) : tables.states,
    symbols: symbolRows ? aliasRows(symbolRows.matrices, emissionRows, symbolRows.pieces.length) : tables.symbols,
    values: symbolRows ? symbolValues(symbolRows.pieces, grid) : tables.values,
    first: {
      states: own.distinct.length > 1 ? firstRows(own.of, rows) : null,
      symbols: symbols.distinct.length > 1 ? firstRows(symbols.of, emissionRows) : null,
    },
  }
}

const maxSymbols = 65_536

function firstRows(variantOf: readonly number[], rows: number): Int32Array {
  return Int32Array.from(variantOf, (variant) => variant * rows)
}

function variants<T>(each: readonly T[]): { distinct: T[]; of: number[] } {
  const places = new Map<T, number>()
  const of = each.map((one) => {
    const known = places.get(one)
    if (known === undefined) places.set(one, places.size)
    return known ?? places.size - 1
  })
  return { distinct: [...places.keys()], of }
}

type Symbols = { readonly pieces: readonly Piece[]; readonly emissions: ArrayLike<number> }

/** Extends matrices over different symbols to matrices over all of these symbols. null: the node's own. */
function joined(
  weights: NodeWeights,
  each: readonly (Symbols | null)[],
): { pieces: readonly Piece[]; matrices: ArrayLike<number>[] } {
  const sources = each.map((one): Symbols => one ?? weights)
  if (sources.length === 1) return { pieces: sources[0].pieces, matrices: [sources[0].emissions] }
  const pieces: Piece[] = []
  const places = new Map<string, number>()
  const placeOf = (piece: Piece): number => {
    const key = `${piece.code} ${piece.low} ${piece.end} ${piece.measure}`
    let place = places.get(key)
    if (place === undefined) places.set(key, (place = pieces.push(piece) - 1))
    return place
  }
  const placed = sources.map((source) => source.pieces.map(placeOf))
  const matrices = sources.map(({ emissions }, index) => {
    const size = placed[index].length
    const matrix = new Float64Array(weights.emissionRows * pieces.length)
    for (let row = 0; row < weights.emissionRows; row++) {
      placed[index].forEach((place, symbol) => {
        matrix[row * pieces.length + place] = emissions[row * size + symbol]
      })
    }
    return matrix
  })
  return { pieces, matrices }
}
