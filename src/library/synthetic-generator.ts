import { conditionShare } from '../model/condition-share.js'
import { loadModel } from '../model/load.js'
import type { Model } from '../model/model.js'
import { openGenerator } from '../model/open.js'
import { makeBatch, type AnyRow, type Batch } from './batch.js'
import { checkOptions, count, objectOption, positionOption } from './options.js'
import type { Column } from './publisher.js'
import { asPublic, asStreamingError } from './streaming-error.js'

/** Which records a sample has. */
export interface SampleOptions {
  /** Conditions on every record, in the literal form of docs/conditions.md. */
  readonly conditions?: unknown
  /** An integer from 0 to 2^53 − 1. @default 0 */
  readonly seed?: number
  /** Position of the first record. @default 0 */
  readonly from?: number
}

/** The model behind a generator. */
export let modelOf: <Row extends object>(generator: SyntheticGenerator<Row>) => Model

/**
 * A pre-trained model. `Row` is the type of its records, as `genesis describe MODEL --types` prints it.
 */
export class SyntheticGenerator<Row extends object = AnyRow> {
  /** The model's name. */
  readonly name: string
  /** Columns of a record, in order. */
  readonly columns: readonly Column[]
  readonly #model: Model

  private constructor(model: Model) {
    this.#model = model
    this.name = model.artifact.name
    this.columns = model.fields.map(({ name, type, nullable }) => ({ name, type, nullable }))
  }

  /**
   * Reads a model file. Rejects with MODEL_UNREADABLE, MODEL_INVALID or MODEL_TOO_NEW, naming the place in the file.
   */
  static async load<Row extends object = AnyRow>(path: string): Promise<SyntheticGenerator<Row>> {
    try {
      return new SyntheticGenerator<Row>(await loadModel(path))
    } catch (error) {
      throw asStreamingError(error)
    }
  }

  /** The probability, 0 to 1, that a record of the model satisfies the conditions: exact, not sampled. */
  probability(conditions: unknown): number {
    return asPublic(() => conditionShare(this.#model, conditions))
  }

  /**
   * Generates `length` records (1 to 1,000,000): the same as the first ones of a stream with these options. Throws
   * CONDITION_INVALID, CONDITION_UNSATISFIABLE or OPTION_INVALID.
   */
  sample(length: number, options: SampleOptions = {}): Batch<Row> {
    return asPublic(() => {
      checkOptions(
        'sample',
        { length, ...options },
        { length: count(1, 1e6), conditions: objectOption, seed: positionOption, from: positionOption },
      )
      const { conditions, seed = 0, from = 0 } = options
      const generator = openGenerator(this.#model, { conditions, seed, capacity: length })
      generator.start(from)
      return makeBatch<Row>(generator.generate(length))
    })
  }

  static {
    modelOf = (generator) => generator.#model
  }
}
