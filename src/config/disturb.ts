/** Deliberate faults in the data: options of connectors, the library and the command line. */
import { option, optional } from './option.js'
import type { Values } from './option.js'

/** All kinds of faults, by their names in files and labels. */
export const disturbKinds = [
  'late',
  'out_of_order',
  'duplicate',
  'missing_field',
  'null',
  'malformed',
  'tombstone',
] as const

export type DisturbKind = (typeof disturbKinds)[number]

/** How a stream is disturbed. A record has at most one fault. */
export interface DisturbConfig {
  readonly seed: number
  /** Per kind: the share of the stream's records affected. */
  readonly probabilities: Readonly<Record<DisturbKind, number>>
  /** Number of following records that overtake a late record. */
  readonly lateBy: number
  /** Maximum number of following records that overtake an out-of-order record; at least 1. */
  readonly outOfOrderWithin: number
  /** Columns that may be omitted or null; null: any that can be. */
  readonly missingFields: readonly string[] | null
  readonly nullFields: readonly string[] | null
}

/** With more, no order would be left. */
export const maxMoved = 0.5
/** Leaves a minimum undisturbed: faults near the end of a block need the room. */
export const maxInAll = 0.9
/** A block of the stream is sixteen times as long, and is planned as a whole. */
const furthest = 4000

/** `code`: the kind's name in the library. */
const probability = (code: string, doc: string, maximum = maxInAll) =>
  option<number>('number', `Probability that ${doc}.`, 0, {
    minimum: 0,
    maximum,
    code: `disturb.${code}.probability`,
  })
const fields = (code: string, doc: string) =>
  optional<string[]>('columns', `${doc} Unset: any column that can be.`, { code: `disturb.${code}.fields` })

export const disturbSchema = {
  seed: optional<number>('count', 'Seed of the faults. Unset: the seed of the stream.', {
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    code: 'disturb.seed',
  }),
  late: {
    probability: probability('late', 'a record arrives late', maxMoved),
    by: option<number>('count', 'Number of following records that overtake a late record.', 100, {
      minimum: 1,
      maximum: furthest,
      code: 'disturb.late.by',
    }),
  },
  out_of_order: {
    probability: probability('outOfOrder', 'a record is overtaken by some of the following records', maxMoved),
    within: option<number>(
      'count',
      'Maximum number of following records that overtake it; the actual number is random, at least 1.',
      10,
      { minimum: 1, maximum: furthest, code: 'disturb.outOfOrder.within' },
    ),
  },
  duplicate: { probability: probability('duplicate', 'a record is sent twice in a row', maxMoved) },
  missing_field: {
    probability: probability('missingField', 'a field is omitted (in Avro: has its default, or null)'),
    fields: fields('missingField', 'Columns that may be omitted.'),
  },
  null: { probability: probability('null', 'a field is null'), fields: fields('null', 'Columns that may be null.') },
  malformed: { probability: probability('malformed', 'the value is truncated and cannot be decoded') },
  tombstone: { probability: probability('tombstone', "the record's value is null") },
} as const

export type DisturbValues = Values<typeof disturbSchema>

/** Null: no faults. `seed`: the stream's. */
export function disturbConfigOf(values: DisturbValues, seed: number): DisturbConfig | null {
  const probabilities = Object.fromEntries(disturbKinds.map((kind) => [kind, values[kind].probability])) as Record<
    DisturbKind,
    number
  >
  if (Object.values(probabilities).every((share) => share === 0)) return null
  return {
    seed: values.seed ?? seed,
    probabilities,
    lateBy: values.late.by,
    outOfOrderWithin: values.out_of_order.within,
    missingFields: values.missing_field.fields,
    nullFields: values.null.fields,
  }
}
