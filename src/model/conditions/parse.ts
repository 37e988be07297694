import { distinct, throwErrors } from '../../config/check.js'
import { GenesisError } from '../../errors.js'
import { columnNamed, rangeOf } from '../fields.js'
import { shownValue } from '../held.js'
import type { CircuitSource, ModelColumn, ColumnSource, Model } from '../model.js'
import { invalid, listedNames, unknownName } from './condition-error.js'
import type { RelationOrigin } from '../relations/relation.js'
import { dayTimesOf } from './composed.js'
import { coverOf, type Demand } from './cover.js'
import { within, type Box, type NodeDomain, type NodeSet } from './domain.js'
import type { ConditionExpression, ComputedPredicate, MixPart } from './expression.js'
import { nothing, type Intervals } from './intervals.js'
import { emptyParts } from './unsatisfiable.js'
import { anyOf, parsePredicates, type Predicate } from './predicate.js'

type Literal = Readonly<Record<string, unknown>>

/** Reads conditions in their literal form (docs/conditions.md) as a mix, usually of one part. Throws CONDITION_INVALID with all errors, and the parts that no record satisfies. */
export function parseConditions(model: Model, domains: readonly NodeDomain[], conditions: unknown): MixPart[] {
  const parser = new Parser(model, domains)
  const mix = parser.mix(conditions ?? {}, 'conditions')
  if (parser.errors.length > 0)
    throwErrors(distinct([...parser.errors, ...mix.flatMap(({ expression }) => emptyParts(expression, domains))]))
  return mix
}

class Parser {
  /** Collected so that every part is read, even if another is invalid. */
  readonly errors: GenesisError[] = []
  /** By column and predicate: alternatives often repeat a predicate. */
  readonly #sets = new Map<string, NodeSet>()

  constructor(
    readonly model: Model,
    readonly domains: readonly NodeDomain[],
  ) {}

  mix(conditions: unknown, path: string): MixPart[] {
    const { mix, ...rest } = literalOf(conditions, path)
    const common = this.#all(rest, path)
    if (mix === undefined) return [{ weight: 1, expression: common }]
    return this.#each(listOf(mix, `${path}.mix`), (item, index) => {
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
        expression: { kind: 'all', path: at, parts: [common, part.expression] } satisfies ConditionExpression,
      }))
    })
  }

  #each<T, R>(items: readonly T[], read: (item: T, index: number) => R[]): R[] {
    return items.flatMap((item, index) => {
      try {
        return read(item, index)
      } catch (error) {
        if (!(error instanceof GenesisError)) throw error
        this.errors.push(error)
        return []
      }
    })
  }

  #all(literal: Literal, path: string): ConditionExpression {
    const parts = this.#each(Object.entries(literal), ([key, value]) => this.#entry(key, value, path))
    return parts.length === 1 ? parts[0] : { kind: 'all', path, parts }
  }

  #entry(key: string, value: unknown, path: string): ConditionExpression[] {
    const at = `${path}.${key}`
    switch (key) {
      case 'all':
      case 'any': {
        const parts = this.#each(listOf(value, at), (part, index) => [
          this.#all(literalOf(part, `${at}[${index}]`), `${at}[${index}]`),
        ])
        return [{ kind: key, path: at, parts }]
      }
      case 'not':
        return [{ kind: 'not', path: at, part: this.#all(literalOf(value, at), at) }]
      case 'mix':
        return invalid(at, 'a mix inside a condition', key, 'mix at the top level, or in the conditions of a mix')
      default:
        return this.#column(key, value, at)
    }
  }

  #column(name: string, literal: unknown, path: string): ConditionExpression[] {
    const { columns } = this.model
    const column = columns.find((candidate) => candidate.name === name)
    const learned = columns.filter(({ source }) => isLearned(source))
    const names = learned.map((candidate) => candidate.name)
    if (column === undefined) unknownName(path, 'unknown column', name, [...names, 'any', 'all', 'not', 'mix'])
    const { source } = column
    if (!isLearned(source))
      invalid(path, `a ${source.from} column cannot have conditions`, name, `one of ${listedNames(names)}`)
    return parsePredicates(literal, column, path).map((predicate, index) =>
      this.#predicate(predicate, column, literal, path, `${name} ${index} ${JSON.stringify(literal)}`),
    )
  }

  #predicate(
    predicate: Predicate,
    column: ModelColumn,
    literal: unknown,
    path: string,
    key?: string,
  ): ConditionExpression {
    const { source } = column
    switch (source.from) {
      case 'relation':
        return this.#computed({ missing: predicate.missing, region: predicate.region }, column, literal, path)
      case 'composed':
        return this.#composed(predicate, column, source, literal, path)
      case 'masked':
        return this.#masked(predicate, source, literal, path)
      default:
        return this.#learned(predicate, column, literal, path, key)
    }
  }

  /** A predicate on a masked column, as predicates on the masking column and on the value. */
  #masked(predicate: Predicate, source: MaskedSource, literal: unknown, path: string): ConditionExpression {
    const [value, by] = [source.value, source.by].map((name) => columnNamed(name, this.model.columns))
    const absent = this.#learned(anyOf(source.values), by, literal, path)
    const present: ConditionExpression = {
      kind: 'all',
      path,
      parts: [{ kind: 'not', path, part: absent }, this.#predicate(predicate, value, literal, path)],
    }
    return predicate.missing ? { kind: 'any', path, parts: [absent, present] } : present
  }

  #computed(demand: Demand, column: ModelColumn, literal: unknown, path: string): ComputedPredicate {
    const cover = (limit: number): Box[] => coverOf(column, demand, this.model, this.domains, limit)
    const demanding = (other: Demand): ComputedPredicate => this.#computed(other, column, literal, path)
    const range = rangeOf(column.source, this.model.columns)?.map((held) => shownValue(held, column.type))
    const expected = range && `values from ${range.join(' to ')}`
    const index = this.model.columns.indexOf(column)
    return { kind: 'computed', path, literal, expected, column, index, demand, cover, demanding }
  }

  /** A predicate on a timestamp in terms of its day and its time of day. */
  #composed(
    predicate: Predicate,
    column: ModelColumn,
    source: ComposedSource,
    literal: unknown,
    path: string,
  ): ConditionExpression {
    const [day, time] = [source.day, source.time].map((name) => columnNamed(name, this.model.columns))
    const on = (part: ModelColumn, missing: boolean, region: Intervals): ConditionExpression =>
      this.#learned({ missing, of: () => false, region }, part, literal, path)
    const parts = dayTimesOf(predicate.region).map(({ days, times }): ConditionExpression => ({
      kind: 'all',
      path,
      parts: [on(day, false, days), on(time, false, times)],
    }))
    if (predicate.missing) parts.push(on(day, true, nothing), on(time, true, nothing))
    const range = rangeOf(source, this.model.columns)?.map((held) => shownValue(held, column.type))
    return { kind: 'any', path, parts, of: { literal, expected: range && `values from ${range.join(' to ')}` } }
  }

  /** `key` identifies the predicate as written, from which several sets may be derived. */
  #learned(
    predicate: Predicate,
    column: ModelColumn,
    literal: unknown,
    path: string,
    key?: string,
  ): ConditionExpression {
    const { name, source } = column
    const decider = source.from === 'dependency' ? columnNamed(source.column, this.model.columns).source : source
    const domain = this.domains[decider.from === 'circuit' ? decider.node : -1]
    let set = key === undefined ? undefined : this.#sets.get(key)
    if (set === undefined) {
      set = source.from === 'dependency' ? decidedSet(predicate, source, domain) : circuitSet(predicate, domain)
      if (key !== undefined) this.#sets.set(key, set)
    }
    const values = source.from === 'dependency' ? source.values : undefined
    return { kind: 'column', path, column: name, literal, node: domain.node, set, ...(values && { values }) }
  }
}

type ConditionedSource = CircuitSource | DependencySource | ComposedSource | MaskedSource | RelationOrigin
type MaskedSource = Extract<ColumnSource, { from: 'masked' }>
type ComposedSource = Extract<ColumnSource, { from: 'composed' }>
type DependencySource = Extract<ColumnSource, { from: 'dependency' }>

function isLearned(source: ColumnSource): source is ConditionedSource {
  return ['circuit', 'dependency', 'composed', 'relation', 'masked'].includes(source.from)
}

/** The set that a predicate on a dependent column allows of the column that determines it. */
function decidedSet(predicate: Predicate, { values }: DependencySource, domain: NodeDomain): NodeSet {
  return values.map((value, code) => (holds(predicate, value) ? domain.whole[code] : []))
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
