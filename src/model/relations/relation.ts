/** Columns computed by relations. Hot: allocates nothing per row. */
import type { FieldType, NumberVector, Value, Vector } from '../../record.js'
import type { ColumnOrigin } from '../artifact.js'
import type { GeneratedColumn } from '../generated/generated.js'
import { inputOf, type ColumnInput, type NumberInput } from '../expression/input.js'
import { unitOf, type Formula, type Rounding } from '../expression/formula.js'
import { compileFormula } from '../expression/program.js'
import { blockRows } from '../random/block-words.js'

export type RelationOrigin = Extract<ColumnOrigin, { from: 'relation' }>

/** Ratios are held as integers in units of 1 / `ratioUnit`. */
export const ratioUnit = 1_000_000

/** A column that a relation reads. */
export interface RelationPart {
  readonly type: FieldType
  readonly vector: Vector
  /** The values of its codes, if it only has codes. */
  readonly dictionary: readonly (Value | undefined)[] | undefined
}

/** Computes numbers from other columns, in the held form of this one, for a block of rows. */
type Numbers = (to: number, count: number) => Float64Array

/** Computes the values of a relation (see `ColumnOrigin`) for a block of rows. */
export class Relation implements GeneratedColumn {
  readonly vector: NumberVector
  readonly #base: Numbers
  readonly #above: Numbers | null
  readonly #rest: NumberInput | null
  readonly #ratio: boolean
  readonly #own: NumberInput | null
  /** The rest that marks an exception; NaN: none. */
  readonly #notSo: number
  readonly #grain: number
  readonly #bounds: readonly [number, number] | null
  readonly #atLeast: readonly Numbers[]
  readonly #atMost: readonly Numbers[]

  constructor(source: RelationOrigin, type: FieldType, partOf: (name: string) => RelationPart, capacity: number) {
    this.vector = { kind: 'number', values: new Float64Array(capacity), codes: undefined }
    const named = (name: string): ColumnInput => {
      const { type: own, vector, dictionary } = partOf(name)
      return inputOf(own, vector, dictionary)
    }
    const numbers = (name: string): NumberInput => {
      const input = named(name)
      if (input.kind !== 'number') throw new TypeError(`column ${name} is not of numbers`)
      return input
    }
    this.#base = numbersOf(source.formula, named, type, source.rounding ?? 'half')
    this.#above = source.above === undefined ? null : numbersOf(source.above, named, type, 'half')
    this.#rest = source.rest === undefined ? null : numbers(source.rest)
    this.#ratio = source.by === 'ratio'
    this.#own = source.own === undefined ? null : numbers(source.own)
    this.#notSo = source.notSo ?? NaN
    this.#grain = type.kind === 'double' ? 0 : (source.grain ?? 1)
    this.#bounds = source.bounds ?? null
    this.#atLeast = (source.atLeast ?? []).map((column) => numbersOf({ column }, named, type, 'ceil'))
    this.#atMost = (source.atMost ?? []).map((column) => numbersOf({ column }, named, type, 'floor'))
  }

  draw(_words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const { values } = this.vector
    const base = this.#base(to, count)
    if (this.#rest === null) for (let i = 0; i < count; i++) values[to + i] = base[i]
    else if (this.#ratio) multiplied(values, base, this.#rest, this.#grain, to, count)
    else added(values, base, this.#rest, to, count)
    if (this.#above !== null) {
      const above = this.#above(to, count)
      for (let i = 0; i < count; i++) values[to + i] += above[i]
    }
    if (this.#bounds !== null) {
      const [low, high] = this.#bounds
      for (let i = to; i < to + count; i++) {
        if (values[i] < low) values[i] = low
        else if (values[i] > high) values[i] = high
      }
    }
    for (const numbers of this.#atLeast) {
      const least = numbers(to, count)
      for (let i = 0; i < count; i++) if (values[to + i] < least[i]) values[to + i] = least[i]
    }
    for (const numbers of this.#atMost) {
      const most = numbers(to, count)
      for (let i = 0; i < count; i++) if (values[to + i] > most[i]) values[to + i] = most[i]
    }
    if (this.#own !== null) this.#replace(base, this.#own, to, count)
  }

  /** The column's own values, for rows without a formula value and for exceptions. */
  #replace(base: Float64Array, { codes, numbers }: NumberInput, to: number, count: number): void {
    const { values } = this.vector
    const rest = this.#rest
    const notSo = this.#notSo
    for (let i = 0; i < count; i++) {
      const at = to + i
      const holds = base[i] === base[i] && (rest === null || restAt(rest, at) !== notSo)
      if (holds) continue
      values[at] = codes === null ? numbers[at] : numbers[codes[at]]
    }
  }
}

/** The numbers of a formula. If it is just a column of the same unit, returns that column's numbers, if possible without copying. */
function numbersOf(
  formula: Formula,
  named: (name: string) => ColumnInput,
  type: FieldType,
  rounding: Rounding,
): Numbers {
  const input = typeof formula === 'object' && formula !== null && 'column' in formula ? named(formula.column) : null
  if (input === null || input.kind !== 'number' || !isSameUnit(input.type, type)) {
    const program = compileFormula(formula, named, type, rounding)
    return (to, count) => program.run(to, count)
  }
  const { codes, numbers } = input
  if (codes === null) return (to, count) => numbers.subarray(to, to + count)
  const block = new Float64Array(blockRows)
  return (to, count) => {
    for (let i = 0; i < count; i++) block[i] = numbers[codes[to + i]]
    return block
  }
}

function isSameUnit(a: FieldType, b: FieldType): boolean {
  return a.kind === b.kind && unitOf(a).scale === unitOf(b).scale
}

function restAt({ codes, numbers }: NumberInput, at: number): number {
  return codes === null ? numbers[at] : numbers[codes[at]]
}

function added(
  values: Float64Array,
  base: Float64Array,
  { codes, numbers }: NumberInput,
  to: number,
  count: number,
): void {
  if (codes === null) for (let i = 0; i < count; i++) values[to + i] = base[i] + numbers[to + i]
  else for (let i = 0; i < count; i++) values[to + i] = base[i] + numbers[codes[to + i]]
}

/** base · rest, rounded to the column's grid. */
function multiplied(
  values: Float64Array,
  base: Float64Array,
  { codes, numbers }: NumberInput,
  grain: number,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const rest = codes === null ? numbers[to + i] : numbers[codes[to + i]]
    values[to + i] = ratioOf(base[i], rest, grain)
  }
}

/** base times a rest in millionths, rounded to the nearest grid value, halves away from zero; not rounded if there is no grid. */
export function ratioOf(base: number, rest: number, grain: number): number {
  const value = (base * rest) / ratioUnit
  if (grain === 0) return value
  const steps = Math.floor(Math.abs(value) / grain + 0.5) * grain
  return value < 0 && steps > 0 ? -steps : steps
}
