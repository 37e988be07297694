import type { Value, Vector } from '../../record.js'
import { dictionaryOf } from '../fields.js'
import type { WordTopics } from '../artifact.js'
import type { ModelColumn, Model } from '../model.js'
import type { NodeOutput } from '../sample/circuit-sampler.js'
import { columnsIn, type Formula } from '../expression/formula.js'
import { inputOf, type ColumnInput } from '../expression/input.js'
import { Checked, type Codes } from './checked.js'
import type { CheckLaw } from './check-digits.js'
import { Composed, type Part } from './composed.js'
import { ComputedNumber, ComputedText, ComputedBoolean } from './computed.js'
import { namesInRelation } from '../relations/range.js'
import { Relation, type RelationPart } from '../relations/relation.js'
import { Cycle, List } from './cycle.js'
import { WallClock, EventTime, Sequence } from './numbers.js'
import type { GeneratedColumn } from './generated.js'
import { parsePattern } from './pattern-parts.js'
import { Pattern } from './pattern.js'
import { Items } from './items.js'
import { Masked } from './masked.js'
import type { Lookup } from '../references/reference.js'
import { Pool } from './pool.js'
import { Filled } from './filled.js'
import { formsOf, type Form } from './regex-forms.js'
import { RegexText } from './regex-text.js'
import { parseTemplate } from './template-parts.js'
import { Template } from './template.js'
import { Uuid } from './uuid.js'
import { Worded, wordedForm, type Topics } from './worded.js'

/** The vectors of a record, and the columns that fill those outside the circuit, in order of evaluation. */
export interface BuiltColumns {
  /** By column index; undefined for columns that nothing needs. */
  readonly vectors: readonly (Vector | undefined)[]
  readonly generated: readonly GeneratedColumn[]
  /** Columns computed from learned columns only, without random words. They are filled first. */
  readonly derived: readonly GeneratedColumn[]
}

/** Opens the generator of a column's list items, with the given capacity. */
export type OpenItems = (item: Model, column: string, capacity: number) => Lookup

/**
 * The names of the columns that a record needs: the visible ones, or those in `names`, and all columns these are computed from.
 */
export function neededColumns({ columns }: Model, names?: ReadonlySet<string>): Set<string> {
  const needed = new Set<string>()
  const visit = (column: ModelColumn | undefined): void => {
    if (column === undefined || needed.has(column.name)) return
    needed.add(column.name)
    for (const name of namesIn(column, columns)) visit(columns.find((other) => other.name === name))
  }
  columns.filter(({ name, hidden }) => names?.has(name) ?? !hidden).forEach(visit)
  return needed
}

/** The names of the columns that a column is computed from. */
function namesIn({ source }: ModelColumn, columns: readonly ModelColumn[]): string[] {
  switch (source.from) {
    case 'dependency':
      return [source.column]
    case 'composed':
      return [source.day, source.time]
    case 'filled':
      return [source.form]
    case 'worded':
      return [source.form, ...(source.topics ? [source.topics.column] : [])]
    case 'masked':
      return [source.value, source.by]
    case 'relation':
      return namesInRelation(source)
    case 'formula':
      return columnsIn(source.formula)
    case 'items':
      return [source.length]
    case 'template': {
      const parts = parseTemplate(source.template)
      return typeof parts === 'string' ? [] : parts.flatMap((part) => (part.kind === 'column' ? [part.column] : []))
    }
    case 'uuid': {
      const time = source.version === 7 && columns.find((column) => column.source.from === 'event_time')
      return time ? [time.name] : []
    }
    default:
      return []
  }
}

/** `filled`: the columns to generate values for; the others only reserve their random words of each row. */
export function buildColumns(
  model: Model,
  outputOf: (node: number) => NodeOutput,
  capacity: number,
  takeDraws: (count: number) => number,
  filled: ReadonlySet<string>,
  openItems: OpenItems,
  needed: ReadonlySet<string> = neededColumns(model),
): BuiltColumns {
  const builder = new Builder(model, outputOf, capacity, takeDraws, filled, openItems)
  const vectors = model.columns.map((column) => (needed.has(column.name) ? builder.vectorOf(column) : undefined))
  return { vectors, generated: builder.generated, derived: builder.derived }
}

function isDerived(column: GeneratedColumn): boolean {
  return column instanceof Composed || column instanceof Relation || column instanceof Masked
}

class Builder {
  readonly generated: GeneratedColumn[] = []
  readonly derived: GeneratedColumn[] = []
  readonly #built = new Map<string, { vector: Vector; maxBytes: number }>()

  constructor(
    readonly model: Model,
    readonly outputOf: (node: number) => NodeOutput,
    readonly capacity: number,
    readonly takeDraws: (count: number) => number,
    readonly filled: ReadonlySet<string>,
    readonly openItems: OpenItems,
  ) {}

  vectorOf(column: ModelColumn): Vector {
    return this.#column(column).vector
  }

  #named(name: string): ModelColumn {
    return this.model.columns.find((column) => column.name === name)!
  }

  #column(column: ModelColumn): { vector: Vector; maxBytes: number } {
    const known = this.#built.get(column.name)
    if (known) return known
    const built = this.#build(column)
    this.#built.set(column.name, built)
    return built
  }

  #build(column: ModelColumn): { vector: Vector; maxBytes: number } {
    const { source, nullable, missing = 0 } = column
    const { capacity, takeDraws } = this
    switch (source.from) {
      case 'circuit': {
        const { codes, values } = this.outputOf(source.node)
        const vector: Vector = values ? { kind: 'number', values, codes } : { kind: 'dictionary', codes }
        return { vector, maxBytes: 0 }
      }
      case 'dependency': {
        const decider = this.#named(source.column).source
        const node = decider.from === 'circuit' ? decider.node : -1
        return { vector: { kind: 'dictionary', codes: this.outputOf(node).codes }, maxBytes: 0 }
      }
      case 'composed': {
        const part = (name: string): Part => {
          const named = this.#named(name)
          return { vector: this.vectorOf(named), dictionary: dictionaryOf(named, this.model.columns) }
        }
        return this.#add(column.name, new Composed(part(source.day), part(source.time), capacity))
      }
      case 'masked': {
        const [value, by] = [this.#named(source.value), this.#named(source.by)]
        const values = dictionaryOf(by, this.model.columns) ?? []
        const absent = Uint8Array.from(values, (each) => (source.values.some((one) => one === each) ? 1 : 0))
        const absentCode = dictionaryOf(column, this.model.columns)?.indexOf(null) ?? 0
        const parts = { value: this.vectorOf(value), by: this.vectorOf(by) }
        return this.#add(column.name, new Masked(parts, absent, absentCode, capacity))
      }
      case 'relation': {
        const part = (name: string): RelationPart => {
          const named = this.#named(name)
          return { type: named.type, vector: this.vectorOf(named), dictionary: dictionaryOf(named, this.model.columns) }
        }
        return this.#add(column.name, new Relation(source, column.type, part, capacity))
      }
      case 'sequence':
        return this.#add(column.name, new Sequence(source.start, source.step, capacity))
      case 'event_time':
        return this.#add(column.name, new EventTime(source, missing, capacity, takeDraws))
      case 'clock':
        return this.#add(column.name, new WallClock(capacity))
      case 'cycle':
        return this.#add(column.name, new Cycle(source, missing, capacity, takeDraws))
      case 'formula':
        return this.#add(column.name, this.#computed(column, source.formula))
      case 'items': {
        const { length, most, item } = source
        const { codes, values: lengths } = this.#coded(length)
        const items = this.openItems(item, column.name, capacity * most)
        return this.#add(column.name, new Items(codes, lengths as (number | null)[], items, most, nullable, capacity))
      }
      case 'list':
        return this.#add(column.name, new List(source.values.length, missing, capacity, takeDraws))
      case 'filled': {
        const { codes, values } = this.#coded(source.form)
        const forms = values.map(formOf)
        return this.#add(column.name, checked(new Filled(codes, forms, nullable, capacity, takeDraws), source.check))
      }
      case 'worded': {
        const { codes, values } = this.#coded(source.form)
        const forms = values.map((value) => (typeof value === 'string' ? (wordedForm(value) ?? null) : null))
        const topics = source.topics && this.#topics(source.topics)
        return this.#add(column.name, new Worded(codes, forms, source.words, nullable, capacity, takeDraws, topics))
      }
      case 'regex': {
        const texts = new RegexText(formsOf(source), nullable, missing, capacity, takeDraws)
        return this.#add(column.name, checked(texts, source.check))
      }
      case 'pool':
        return this.#add(column.name, new Pool(source.values.length, source.weights, missing, capacity, takeDraws))
      case 'pattern': {
        const parts = parsePattern(source.pattern)
        const texts = new Pattern(typeof parts === 'string' ? [] : parts, nullable, missing, capacity, takeDraws)
        return this.#add(column.name, checked(texts, source.check))
      }
      case 'uuid': {
        const [time] = namesIn(column, this.model.columns)
        const vector = time === undefined ? undefined : this.vectorOf(this.#named(time))
        const times = vector?.kind === 'number' ? vector.values : undefined
        return this.#add(column.name, new Uuid(source.version, times, nullable, missing, capacity, takeDraws))
      }
      case 'template': {
        const parts = parseTemplate(source.template)
        const inputs = (typeof parts === 'string' ? [] : parts).map((part) => {
          if (part.kind === 'text') return part.text
          const named = this.#named(part.column)
          return {
            ...this.#column(named),
            type: named.type,
            dictionary: dictionaryOf(named, this.model.columns),
            filter: part.filter,
          }
        })
        return this.#add(column.name, new Template(inputs, nullable, missing, capacity, takeDraws))
      }
    }
  }

  #topics({ column, values: topics, shares }: WordTopics): Topics {
    const { codes, values } = this.#coded(column)
    const topicOf = new Map(topics.map((value, topic) => [value, topic]))
    return { codes, shares: values.map((value) => shares[topicOf.get(String(value)) ?? -1] ?? []) }
  }

  /** The codes of a learned column, and the values that they stand for. */
  #coded(name: string): { codes: Uint16Array; values: readonly (Value | undefined)[] } {
    const named = this.#named(name)
    const vector = this.vectorOf(named)
    const codes = vector.kind === 'dictionary' ? vector.codes : new Uint16Array(this.capacity)
    return { codes, values: dictionaryOf(named, this.model.columns) ?? [] }
  }

  #computed({ type, nullable }: ModelColumn, formula: Formula): GeneratedColumn {
    const { capacity } = this
    const input = (name: string): ColumnInput => {
      const named = this.#named(name)
      return inputOf(named.type, this.vectorOf(named), dictionaryOf(named, this.model.columns))
    }
    if (type.kind === 'boolean') return new ComputedBoolean(formula, input, capacity)
    if (type.kind === 'string') return new ComputedText(formula, nullable, input, capacity)
    return new ComputedNumber(formula, type, input, capacity)
  }

  #add(name: string, generated: GeneratedColumn & { maxBytes?: number }): { vector: Vector; maxBytes: number } {
    if (this.filled.has(name)) (isDerived(generated) ? this.derived : this.generated).push(generated)
    return { vector: generated.vector, maxBytes: generated.maxBytes ?? 0 }
  }
}

function checked(codes: Codes, law: CheckLaw | undefined): Codes {
  return law === undefined ? codes : new Checked(codes, law)
}

function formOf(value: Value | undefined): Form | null {
  return typeof value === 'string' ? (formsOf({ regex: value })[0] ?? null) : null
}
