import type { Model } from '../model.js'
import { invalid, listed, unknownName } from './complaint.js'
import { within, type NodeDomain, type NodeSet } from './domain.js'
import { parsePredicates, type Predicate } from './predicate.js'

/** Conditions, read: what every column predicate leaves of its node's symbols, joined by and, or, not. */
export type Expression =
  | {
      readonly kind: 'column'
      readonly path: string
      readonly column: string
      readonly literal: unknown
      readonly node: number
      readonly set: NodeSet
    }
  | { readonly kind: 'all' | 'any'; readonly path: string; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly path: string; readonly part: Expression }

/** A share of the records that are to satisfy an expression. */
export interface MixPart {
  readonly weight: number
  readonly expression: Expression
}

type Literal = Readonly<Record<string, unknown>>

/** Reads conditions in their literal form (docs/conditions.md) as a mix, mostly of one part. */
export function parseConditions(model: Model, domains: readonly NodeDomain[], conditions: unknown): MixPart[] {
  return new Parser(model, domains).mix(conditions ?? {}, 'conditions')
}

class Parser {
  constructor(
    readonly model: Model,
    readonly domains: readonly NodeDomain[],
  ) {}

  mix(conditions: unknown, path: string): MixPart[] {
    const { mix, ...rest } = literalOf(conditions, path)
    const common = this.#all(rest, path)
    if (mix === undefined) return [{ weight: 1, expression: common }]
    return listOf(mix, `${path}.mix`).flatMap((item, index) => {
      const at = `${path}.mix[${index}]`
      const { weight, conditions: inner, ...more } = literalOf(item, at)
      const extra = Object.keys(more)[0]
      if (extra !== undefined) unknownName(at, 'unknown key in a mix', extra, ['weight', 'conditions'])
      if (typeof weight !== 'number' || !Number.isFinite(weight) || weight <= 0)
        invalid(`${at}.weight`, 'not a weight', weight, 'a number above 0')
      const parts = this.mix(inner ?? {}, `${at}.conditions`)
      const total = parts.reduce((sum, part) => sum + part.weight, 0)
      return parts.map((part) => ({
        weight: (weight * part.weight) / total,
        expression: { kind: 'all', path: at, parts: [common, part.expression] } satisfies Expression,
      }))
    })
  }

  #all(literal: Literal, path: string): Expression {
    const parts = Object.entries(literal).flatMap(([key, value]) => this.#entry(key, value, path))
    return parts.length === 1 ? parts[0] : { kind: 'all', path, parts }
  }

  #entry(key: string, value: unknown, path: string): Expression[] {
    const at = `${path}.${key}`
    switch (key) {
      case 'all':
      case 'any': {
        const parts = listOf(value, at).map((part, index) =>
          this.#all(literalOf(part, `${at}[${index}]`), `${at}[${index}]`),
        )
        return [{ kind: key, path: at, parts }]
      }
      case 'not':
        return [{ kind: 'not', path: at, part: this.#all(literalOf(value, at), at) }]
      case 'mix':
        return invalid(at, 'a mix inside other conditions', key, 'mix at the top, or in the conditions of a mix')
      default:
        return this.#column(key, value, at)
    }
  }

  #column(name: string, literal: unknown, path: string): Expression[] {
    const { columns } = this.model
    const column = columns.find((candidate) => candidate.name === name)
    const learned = columns.filter(({ source }) => source.from === 'circuit' || source.from === 'dependency')
    const names = learned.map((candidate) => candidate.name)
    if (column === undefined) unknownName(path, 'unknown column', name, [...names, 'any', 'all', 'not', 'mix'])
    const { source } = column
    if (source.from !== 'circuit' && source.from !== 'dependency')
      invalid(path, `conditions do not reach a ${source.from} column`, name, `one of ${listed(names)}`)
    return parsePredicates(literal, column, path).map((predicate): Expression => {
      if (source.from === 'circuit') {
        const domain = this.domains[source.node]
        return { kind: 'column', path, column: name, literal, node: source.node, set: circuitSet(predicate, domain) }
      }
      const decider = columns.find((candidate) => candidate.name === source.column)!
      const domain = this.domains[decider.source.from === 'circuit' ? decider.source.node : -1]
      const set = source.values.map((value, code) => (holds(predicate, value) ? domain.whole[code] : []))
      return { kind: 'column', path, column: name, literal, node: domain.node, set }
    })
  }
}

function circuitSet(predicate: Predicate, { column, pieces, grid, whole }: NodeDomain): NodeSet {
  const { alphabet } = column.source as { alphabet: readonly unknown[] }
  return pieces.map((piece, code) => {
    if (piece.low !== null) return within(piece, predicate.region, grid)
    return holds(predicate, alphabet[code] as null | string | boolean) ? whole[code] : []
  })
}

function holds(predicate: Predicate, value: null | string | boolean | number): boolean {
  if (value === null) return predicate.missing
  if (typeof value === 'number') return predicate.region.some(([from, to]) => from <= value && value < to)
  return predicate.of(value)
}

function literalOf(value: unknown, path: string): Literal {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    invalid(path, 'not conditions', value, 'an object such as {"age": [">", 30]}')
  return value as Literal
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0)
    invalid(path, 'not a list of conditions', value, 'a list of objects such as [{"age": [">", 30]}]')
  return value as unknown[]
}
