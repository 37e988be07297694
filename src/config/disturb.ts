/** Faults in the data on purpose, as an option of connectors, of the library and of the command line. */
import { option, optional } from './option.js'
import type { Values } from './option.js'

/** Every kind of fault, by its name in files and labels. */
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

/** How a stream is disturbed. A record has one fault at most. */
export interface DisturbConfig {
  readonly seed: number
  /** Of each kind: the share of the stream's records that it befalls. */
  readonly probabilities: Readonly<Record<DisturbKind, number>>
  /** A late record comes after this many of the records that follow it. */
  readonly lateBy: number
  /** An out-of-order record comes after 1 to this many of the records that follow it. */
  readonly outOfOrderWithin: number
  /** Columns that may be left out, or be null; null: any that can be. */
  readonly missingFields: readonly string[] | null
  readonly nullFields: readonly string[] | null
}

/** With more there would be no order to be late in. */
export const maxMoved = 0.5
/** What is left undisturbed, at least; the room that faults near the end of a block need. */
export const maxInAll = 0.9
/** A block of the stream is sixteen times as long, and is planned as a whole. */
const furthest = 4000

/** `code`: of the kind, in the library. */
const probability = (code: string, doc: string, maximum = maxInAll) =>
  option<number>('number', `${doc}: with this probability.`, 0, {
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
    probability: probability('late', 'A record arrives late', maxMoved),
    by: option<number>('count', 'Number of following records that a late record comes after.', 100, {
      minimum: 1,
      maximum: furthest,
      code: 'disturb.late.by',
    }),
  },
  out_of_order: {
    probability: probability('outOfOrder', 'A record comes after some of the records that follow it', maxMoved),
    within: option<number>(
      'count',
      'Maximum number of following records that it comes after; the number is random, from 1.',
      10,
      { minimum: 1, maximum: furthest, code: 'disturb.outOfOrder.within' },
    ),
  },
  duplicate: { probability: probability('duplicate', 'A record is sent twice in a row', maxMoved) },
  missing_field: {
    probability: probability('missingField', 'A field is omitted (in Avro it has its default, or null)'),
    fields: fields('missingField', 'Columns that may be omitted.'),
  },
  null: { probability: probability('null', 'A field is null'), fields: fields('null', 'Columns that may be null.') },
  malformed: { probability: probability('malformed', 'The value is truncated, so that it cannot be decoded') },
  tombstone: { probability: probability('tombstone', 'The value of the record itself is null') },
} as const

export type DisturbValues = Values<typeof disturbSchema>

/** Null: nothing is disturbed. `seed`: of the stream. */
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
