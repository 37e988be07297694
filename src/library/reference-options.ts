import { GenesisError } from '../errors.js'
import type { References } from '../model/open.js'
import { checkOptions, count, instance, objectOption, oneOf, positionOption, textOption } from './options.js'
import { modelOf, SyntheticGenerator } from './synthetic-generator.js'

/**
 * Columns that come from the records of another stream: orders that refer to customers who exist. The other stream is named
 * by what makes it, generator, conditions and seed; none of it is stored.
 */
export interface ReferenceOptions {
  /** Gets the key; stands in the place of the model's column of this name, or after its last one. */
  readonly column: string
  /** The other stream's model. */
  readonly generator: SyntheticGenerator<object>
  /** The other stream's column that is the key. */
  readonly key: string
  /** How many of the other stream's records there are to refer to: its positions from 0. */
  readonly among: number
  /** Which of them: all alike (the default), the first ones most, or those that are newest at the own position. */
  readonly skew?: 'uniform' | 'zipf' | 'recent'
  /** More columns of the same record, by their own names. */
  readonly copy?: Readonly<Record<string, string>>
  /** Of the other stream. */
  readonly conditions?: unknown
  /** Of the other stream; 0 if left out. */
  readonly seed?: number
  /** What the other stream refers to. */
  readonly references?: readonly ReferenceOptions[]
}

const isMap = {
  expected: 'a map of own names to names there',
  accepts: (value: unknown): boolean =>
    objectOption.accepts(value) && Object.values(value as object).every((name) => typeof name === 'string'),
}

/** The references of a stream as the model has them. Throws OPTION_INVALID. */
export function planReferences(of: string, references: readonly ReferenceOptions[] = []): References[] {
  return references.map((reference, index) => planReference(`${of}: references[${index}]`, reference))
}

function planReference(place: string, reference: ReferenceOptions): References {
  checkOptions(place, reference, {
    column: textOption,
    generator: instance(SyntheticGenerator),
    key: textOption,
    among: count(1),
    skew: oneOf('uniform', 'zipf', 'recent'),
    copy: isMap,
    conditions: objectOption,
    seed: positionOption,
    references: { expected: 'a list', accepts: (value) => Array.isArray(value) },
  })
  const lacking = (['column', 'generator', 'key', 'among'] as const).find((name) => reference[name] === undefined)
  if (lacking !== undefined) {
    throw new GenesisError('OPTION_INVALID', 'a reference is incomplete', { place, expected: lacking })
  }
  const { column, generator, key, among, skew = 'uniform', copy = {}, conditions, seed, references } = reference
  const inner = planReferences(place, references)
  return { column, key, among, skew, copy, to: modelOf(generator), options: { conditions, seed, references: inner } }
}
