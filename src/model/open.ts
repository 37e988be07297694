import { createHash } from 'node:crypto'
import { GenesisError } from '../errors.js'
import type { ColumnBatch, Field, Vector } from '../record.js'
import { checkBatchSize, checkPosition, defaultCapacity, type Generator } from './generator.js'
import type { TimeCurve } from './artifact.js'
import type { ModelColumn, Model } from './model.js'
import { buildColumns, neededColumns } from './generated/build.js'
import type { GeneratedColumn } from './generated/generated.js'
import { blockRows } from './random/block-words.js'
import { RowWords } from './random/row-words.js'
import { CircuitSampler, type NodeOutput } from './sample/circuit-sampler.js'
import { Retry } from './sample/retry.js'
import {
  checkDistinct,
  checkTaken,
  Reference,
  takenColumns,
  type Lookup,
  type ReferenceShape,
} from './references/reference.js'
import { following } from './time/following.js'
import { tablesOf, type RecheckedConditions } from './conditions/compile.js'
import { domainsOf } from './conditions/domain.js'
import { allChecks, forbiddenCheck, rowCheck } from './conditions/row-check.js'
import { columnsIn } from './expression/formula.js'
import { inputOf, type ColumnInput } from './expression/input.js'
import { columnsOf } from './conditions/negated.js'
import { fingerprintOf } from './stream-fingerprint.js'
import { dictionaryOf, vectorKind } from './fields.js'

export interface GeneratorOptions {
  /** In the literal form of docs/conditions.md. @default none: all records of the model */
  readonly conditions?: unknown
  /** An integer from 0 to 2^53 − 1. @default 0 */
  readonly seed?: number
  /** The shard to generate, from 0: positions p with p mod shards = shard. @default 0 */
  readonly shard?: number
  /** Number of shards. @default 1 */
  readonly shards?: number
  /** Maximum number of records per call of `generate`. @default 4096 */
  readonly capacity?: number
  /** The curve that event_time columns follow instead of their own step or curve. @default null: their own */
  readonly eventTimes?: TimeCurve | null
  /** Columns taken from the records of other streams. @default none */
  readonly references?: readonly References[]
  /** Whether batches of lives also contain the row before each event. @default false */
  readonly before?: boolean
  /** Whether a record without a value follows each deletion in lives. @default false */
  readonly tombstones?: boolean
}

export interface References extends ReferenceShape {
  readonly to: Model
  /** Conditions, seed, event times and references of the referenced stream. */
  readonly options: Pick<GeneratorOptions, 'conditions' | 'seed' | 'eventTimes' | 'references'>
}

/**
 * Opens a generator of one shard's records at the shard's first position. Throws CONDITION_INVALID or CONDITION_UNSATISFIABLE, naming
 * the part of the conditions at fault.
 */
export function openGenerator(model: Model, options: GeneratorOptions = {}): Generator {
  const { lives } = model
  if (lives === undefined) return new ModelGenerator(model, options)
  // Conditions and references apply to the entities.
  return lives.open(options, (capacity) => new ModelGenerator(lives.entity, { ...options, capacity }))
}

/**
 * The measured share of candidates that satisfy the conditions they are drawn under: 1, unless the conditions are on columns computed by
 * relations.
 */
export function acceptedShare(model: Model, conditions: unknown): number {
  return new ModelGenerator(model.lives?.entity ?? model, { conditions }).accepted
}

class ModelGenerator implements Generator, Lookup {
  readonly fields: readonly Field[]
  readonly fingerprint: string
  readonly capacity: number
  readonly #shard: number
  readonly #shards: number
  readonly #words: RowWords
  readonly #circuit: CircuitSampler
  readonly #generated: readonly GeneratedColumn[]
  /** Columns computed from learned ones. */
  readonly #derived: readonly GeneratedColumn[]
  readonly #retry: Retry | null = null
  readonly vectors: readonly Vector[]
  readonly #references: readonly Reference[]
  readonly #positions = new Float64Array(blockRows)
  readonly #drawsCircuit: boolean
  #position: number

  /** `only`: the columns to generate values for; default: all. */
  constructor(
    given: Model,
    {
      conditions,
      seed = 0,
      shard = 0,
      shards = 1,
      capacity = defaultCapacity,
      eventTimes,
      references = [],
    }: GeneratorOptions,
    only?: ReadonlySet<string>,
  ) {
    this.capacity = capacity
    this.#shard = shard
    this.#shards = shards
    this.#position = shard
    const model = eventTimes ? following(given, eventTimes) : given
    let draws = 0
    const takeDraws = (count: number): number => (draws += count) - count
    const { nodes, choice, checked } = tablesOf(model, conditions)
    const needed = neededColumns(model)
    const shown = only ? neededColumns(model, only) : needed
    const looked = checked === null ? [] : columnsChecked(checked, model)
    const filled = looked.length === 0 ? shown : new Set([...shown, ...neededColumns(model, new Set(looked))])
    const all = new Set([...needed, ...filled])
    this.#drawsCircuit = model.columns.some(({ name, source }) => source.from === 'circuit' && filled.has(name))
    // Space after the batch is for redrawn rows.
    const size = checked === null ? capacity : capacity + blockRows
    const outputs = model.columnOfNode.map((index) => {
      const column = model.columns[index]
      return all.has(column.name) ? nodeOutput(column, size) : null
    })
    this.#circuit = new CircuitSampler(nodes, choice, takeDraws, (node) => outputs[node])
    const circuitDraws = draws
    const { vectors, generated, derived } = buildColumns(
      model,
      (node) => outputs[node]!,
      size,
      takeDraws,
      filled,
      (item, column, items) => itemsOf(item, column, items, seed),
      all,
    )
    this.#generated = generated
    this.#derived = derived
    const visible = vectors.filter((vector, index): vector is Vector => !model.columns[index].hidden)
    checkDistinct(references)
    this.#references = references.map((each, index) => {
      const place = references.length === 1 ? 'references' : `references[${index}]`
      return referenceOf(each, place, capacity, takeDraws)
    })
    const own = { fields: [...model.fields], vectors: visible }
    const record = this.#references.reduce((all, each) => each.added(all.fields, all.vectors), own)
    this.fields = record.fields
    this.vectors = record.vectors
    const others = this.#references.map(({ identity }) => identity)
    this.fingerprint = fingerprintOf(model, conditions, seed, eventTimes ?? null, others)
    this.#words = new RowWords(seed, draws, only !== undefined)
    if (checked === null) return
    const output = (node: number): NodeOutput => outputs[node]!
    const values = { output, vector: (index: number) => vectors[index]! }
    const input = (name: string): ColumnInput => {
      const index = model.columns.findIndex((column) => column.name === name)
      const column = model.columns[index]
      return inputOf(column.type, vectors[index]!, dictionaryOf(column, model.columns))
    }
    const forbidden = (model.artifact.forbid ?? []).map((formula) => forbiddenCheck(formula, input))
    this.#retry = new Retry({
      ...{ circuit: this.#circuit, derived, seed, draws: circuitDraws, spare: capacity, partOf: checked.partOf },
      checks: checked.expressions.map((expression) =>
        allChecks([...(expression === null ? [] : [rowCheck(expression, domainsOf(model), values)]), ...forbidden]),
      ),
      outputs: outputs.filter((each) => each !== null),
      numbers: derived.flatMap(({ vector }) => (vector.kind === 'number' ? [vector.values] : [])),
    })
  }

  /** The measured share of draws that satisfy the conditions, if rows are redrawn until they do; otherwise 1. */
  get accepted(): number {
    return this.#retry?.accepted ?? 1
  }

  get position(): number {
    return this.#position
  }

  start(position: number): void {
    checkPosition(position, this.#shard, this.#shards)
    this.#position = position
  }

  generate(count: number): ColumnBatch {
    checkBatchSize(count, this.capacity)
    const start = this.#position
    const stride = this.#shards
    this.begin()
    if (this.#drawsCircuit) this.#circuit.prepare(this.#words.block, count)
    for (let to = 0; to < count; to += blockRows) {
      const rows = Math.min(blockRows, count - to)
      const position = start + to * stride
      for (let i = 0; i < rows; i++) this.#positions[i] = position + i * stride
      this.#words.fill(position, stride, rows)
      this.#draw(this.#positions, to, rows)
    }
    this.#position = start + count * stride
    return { fields: this.fields, start, stride, length: count, vectors: this.vectors }
  }

  begin(): void {
    for (const column of this.#generated) column.begin?.()
    for (const reference of this.#references) reference.begin()
  }

  fillAt(positions: Float64Array, to: number, count: number): void {
    this.#words.fillAt(positions, count)
    this.#draw(positions, to, count)
  }

  #draw(positions: Float64Array, to: number, count: number): void {
    const { words } = this.#words
    if (this.#drawsCircuit) this.#circuit.draw(words, to, count)
    for (const column of this.#derived) column.draw(words, positions, to, count)
    this.#retry?.run(positions, to, count)
    for (const column of this.#generated) column.draw(words, positions, to, count)
    for (const reference of this.#references) reference.draw(words, positions, to, count)
  }
}

/** The items of a column's lists. Their random words differ from those of records at the same positions. */
function itemsOf(item: Model, column: string, capacity: number, seed: number): Lookup {
  const digest = createHash('sha256').update(`items ${seed} ${column}`).digest()
  const names = new Set(item.fields.map(({ name }) => name))
  return new ModelGenerator(item, { seed: digest.readUIntBE(0, 6), capacity }, names)
}

function referenceOf(
  { to: given, options, ...shape }: References,
  place: string,
  capacity: number,
  takeDraws: (count: number) => number,
): Reference {
  // A reference to a stream of lives is to its entities.
  const to = given.lives?.entity ?? given
  const only = new Set(takenColumns(shape).map(([, other]) => other))
  const lookup = within(place, () => new ModelGenerator(to, { ...options, capacity }, only))
  checkTaken(shape, place, lookup.fields, clockColumns(to))
  return new Reference(shape, lookup, takeDraws)
}

/** Says in errors that they are about the referenced stream. */
function within<T>(place: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    const { code, what, details } = error
    const inner = details.place === undefined ? what : `${details.place}: ${what}`
    throw new GenesisError(code, `the referenced stream: ${inner}`, { ...details, place, cause: error })
  }
}

/** The columns that contain the wall clock. */
function clockColumns(model: Model): Set<string> {
  const clocks = model.columns.filter(({ source }) => source.from === 'clock').map(({ name }) => name)
  const names = model.columns.map(({ name }) => name)
  return new Set(names.filter((name) => clocks.some((clock) => neededColumns(model, new Set([name])).has(clock))))
}

/** The columns that decide whether a row satisfies the conditions. */
function columnsChecked({ expressions }: RecheckedConditions, model: Model): string[] {
  const conditioned = expressions.flatMap((expression) => (expression === null ? [] : columnsOf(expression, model)))
  return [...conditioned, ...(model.artifact.forbid ?? []).flatMap(columnsIn)]
}

function nodeOutput({ source }: ModelColumn, capacity: number): NodeOutput {
  const values = vectorKind(source) === 'number' ? new Float64Array(capacity) : null
  return { codes: new Uint16Array(capacity), values }
}
