/**
 * Redraws rows until they satisfy their conditions (von Neumann's rejection sampling), for conditions on columns computed by
 * relations. Attempt k of a row takes its words from (seed, position, k), so a record still depends only on its position.
 */
import { GenesisError } from '../../errors.js'
import type { RowCheck } from '../conditions/row-check.js'
import type { GeneratedColumn } from '../generated/generated.js'
import { blockRows } from '../random/block-words.js'
import { RowWords } from '../random/row-words.js'
import type { CircuitSampler, NodeOutput } from './circuit-sampler.js'

export interface RetryParts {
  readonly circuit: CircuitSampler
  readonly derived: readonly GeneratedColumn[]
  /** By part of a mix. */
  readonly checks: readonly RowCheck[]
  /** The part that each conjunction belongs to. */
  readonly partOf: Uint16Array
  readonly outputs: readonly NodeOutput[]
  /** Vectors of the computed columns. */
  readonly numbers: readonly Float64Array[]
  readonly seed: number
  readonly draws: number
  /** Index of the first of `blockRows` scratch rows. */
  readonly spare: number
}

/** Minimum share of the candidates that must satisfy the conditions. */
const minShare = 0.01
const trialRows = 4 * blockRows
/** At an acceptance rate of 1 %, one row in 10^17 would need more. */
const maxAttempts = 4000

export class Retry {
  /** Measured share of candidates that satisfy the conditions. */
  readonly accepted: number
  readonly #parts: RetryParts
  readonly #words: RowWords
  readonly #passed = new Uint8Array(blockRows)
  readonly #each = new Uint8Array(blockRows)
  readonly #left = new Int32Array(blockRows)
  readonly #positions = new Float64Array(blockRows)
  readonly #choice = new Uint16Array(blockRows)

  /** Throws CONDITION_INVALID if fewer than one candidate in a hundred passes. */
  constructor(parts: RetryParts) {
    this.#parts = parts
    this.#words = new RowWords(parts.seed, parts.draws)
    this.accepted = this.#trial()
    if (this.accepted >= minShare) return
    throw new GenesisError('CONDITION_INVALID', 'too few candidates satisfy the conditions', {
      place: 'conditions',
      found:
        this.accepted === 0
          ? `none of ${trialRows} candidates`
          : `${(100 * this.accepted).toFixed(2)} % of ${trialRows} candidates`,
      expected: `at least ${100 * minShare} %`,
      remedy: 'Widen the range, put the condition on the columns that the value is computed from, or forbid less',
    })
  }

  /** Checks `count` rows from index `to`, drawn for `positions`, and redraws those that fail. */
  run(positions: Float64Array, to: number, count: number): void {
    const { circuit, checks, spare, partOf } = this.#parts
    const { components } = circuit
    const choice = this.#choice
    const passed = this.#passed
    if (checks.length > 1) for (let i = 0; i < count; i++) choice[i] = 1 + partOf[components[i]]
    this.#check(to, count)
    let left = 0
    for (let i = passed.indexOf(0); i >= 0 && i < count; i = passed.indexOf(0, i + 1)) {
      this.#left[left] = to + i
      choice[left] = 1 + partOf[components[i]]
      this.#positions[left++] = positions[i]
    }
    for (let attempt = 1; left > 0; attempt++) {
      if (attempt > maxAttempts) throw new GenesisError('INTERNAL', 'no record that satisfies the conditions was found')
      this.#draw(this.#positions, left, attempt)
      this.#check(spare, left)
      let failed = 0
      for (let i = 0; i < left; i++) {
        if (this.#passed[i]) {
          this.#copy(spare + i, this.#left[i])
          continue
        }
        this.#left[failed] = this.#left[i]
        this.#choice[failed] = this.#choice[i]
        this.#positions[failed++] = this.#positions[i]
      }
      left = failed
    }
  }

  #draw(positions: Float64Array, count: number, attempt: number): void {
    const { circuit, derived, spare } = this.#parts
    this.#words.fillAt(positions, count, attempt)
    const { words } = this.#words
    circuit.draw(words, spare, count, this.#choice)
    for (const column of derived) column.draw(words, positions, spare, count)
  }

  /** Rows whose part of a mix is choice − 1. */
  #check(from: number, count: number): void {
    const { checks } = this.#parts
    if (checks.length === 1) return checks[0](from, count, this.#passed)
    checks.forEach((check, part) => {
      check(from, count, this.#each)
      for (let i = 0; i < count; i++) if (this.#choice[i] === part + 1) this.#passed[i] = this.#each[i]
    })
  }

  #copy(from: number, to: number): void {
    for (const { codes, values } of this.#parts.outputs) {
      codes[to] = codes[from]
      if (values !== null) values[to] = values[from]
    }
    for (const numbers of this.#parts.numbers) numbers[to] = numbers[from]
  }

  #trial(): number {
    const { checks, partOf, circuit } = this.#parts
    let accepted = 0
    const found = new Float64Array(checks.length)
    const all = new Float64Array(checks.length)
    for (let done = 0; done < trialRows; done += blockRows) {
      for (let i = 0; i < blockRows; i++) this.#positions[i] = done + i
      this.#choice.fill(0)
      this.#draw(this.#positions, blockRows, 0x7fffffff)
      for (let i = 0; i < blockRows; i++) this.#choice[i] = 1 + partOf[circuit.components[i]]
      this.#check(this.#parts.spare, blockRows)
      for (let i = 0; i < blockRows; i++) {
        accepted += this.#passed[i]
        found[this.#choice[i] - 1] += this.#passed[i]
        all[this.#choice[i] - 1]++
      }
    }
    // For a mix: the part that needs the most draws.
    let least = accepted / trialRows
    for (let part = 0; part < checks.length; part++)
      if (all[part] > 30) least = Math.min(least, found[part] / all[part])
    return least
  }
}
