/** Faults in the data on purpose, as an option of connectors, of the library and of the command line. */
import { option, optional } from './option.js'
import type { Values } from './option.js'
import type { Rule } from './rule.js'

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
  /** A late record comes after so many of those that follow it. */
  readonly lateBy: number
  /** A record out of order comes after 1 to so many of those that follow it. */
  readonly outOfOrderWithin: number
  /** Columns that may be left out, or be null; null: any that can be. */
  readonly missingFields: readonly string[] | null
  readonly nullFields: readonly string[] | null
}

/** With more there would be no order to be late in. */
const mostMoved = 0.5
/** What is left undisturbed, at least; the room that faults near the end of a block need. */
export const mostInAll = 0.9
/** A block of the stream is sixteen times as long, and is planned as a whole. */
const furthest = 4000

const probability = (doc: string, maximum = mostInAll) =>
  option<number>('number', `${doc}: with this probability.`, 0, { minimum: 0, maximum })
const fields = (doc: string) => optional<string[]>('columns', `${doc} None: any column that can be.`)

export const disturbSchema = {
  seed: optional<number>('count', 'Seed of the faults. None: the seed of the stream.', {
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
  }),
  late: {
    probability: probability('A record comes late', mostMoved),
    by: option<number>('count', 'A late record comes after so many of those that follow it.', 100, {
      minimum: 1,
      maximum: furthest,
    }),
  },
  out_of_order: {
    probability: probability('A record comes after some of those that follow it', mostMoved),
    within: option<number>('count', 'After 1 to so many of them, at random.', 10, { minimum: 1, maximum: furthest }),
  },
  duplicate: { probability: probability('A record comes twice in a row', mostMoved) },
  missing_field: {
    probability: probability('A field is left out (in Avro it has its default, or null)'),
    fields: fields('Columns that may be left out.'),
  },
  null: { probability: probability('A field is null'), fields: fields('Columns that may be null.') },
  malformed: { probability: probability('The value is cut off, so that it cannot be decoded') },
  tombstone: { probability: probability('The value of the record itself is null') },
} as const

type Disturb = Values<typeof disturbSchema>

/** Null: nothing is disturbed. `seed`: of the stream. */
export function disturbOf(values: Disturb, seed: number): DisturbConfig | null {
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

/** Which faults go together, and with which sinks. */
export function disturbRules(
  disturb: Disturb,
  {
    sink,
    key,
    value,
  }: {
    readonly sink: { readonly type: string; readonly format: string }
    readonly key: string | null
    readonly value: { readonly format: string; readonly use_latest: boolean }
  },
): Rule[] {
  const has = (kind: DisturbKind): boolean => disturb[kind].probability > 0
  const kafka = sink.type === 'kafka'
  const sum = disturbKinds.reduce((total, kind) => total + disturb[kind].probability, 0)
  const moved = disturb.late.probability + disturb.out_of_order.probability
  const form = `sink.type ${sink.type} with format ${sink.format}`
  return [
    {
      on: disturbKinds.map((kind) => `disturb.${kind}.probability`),
      broken: sum > mostInAll + 1e-9,
      what: 'hardly a record would be left undisturbed',
      found: `probabilities of ${Number(sum.toFixed(6))} together`,
      expected: `at most ${mostInAll} together`,
    },
    {
      on: ['disturb.late.probability', 'disturb.out_of_order.probability'],
      broken: moved > mostMoved,
      what: 'no order would be left to be late in',
      found: `late and out_of_order of ${moved} together`,
      expected: `at most ${mostMoved} together`,
    },
    {
      on: ['disturb.tombstone.probability', 'sink.type'],
      broken: has('tombstone') && !kafka,
      what: 'only a topic has tombstones',
      found: `sink.type ${sink.type}`,
      expected: 'sink.type: kafka, or no disturb.tombstone',
    },
    {
      on: ['disturb.tombstone.probability', 'key'],
      broken: has('tombstone') && kafka && key === null,
      what: 'a tombstone is for a key',
      found: 'no key',
      expected: 'key: <column>, or no disturb.tombstone',
    },
    {
      on: ['disturb.missing_field.probability', 'disturb.null.probability', 'value.use_latest'],
      broken: (has('missing_field') || has('null')) && kafka && value.format === 'avro' && value.use_latest,
      what: 'which fields can be missing or null is to be known before the registry is asked',
      found: 'value.use_latest: true',
      expected: 'value.schema, or neither disturb.missing_field nor disturb.null',
    },
    {
      on: ['disturb.malformed.probability', 'sink.format', 'sink.type'],
      broken: has('malformed') && !kafka && (sink.format === 'csv' || sink.format === 'avro'),
      what:
        sink.format === 'avro'
          ? 'a malformed record would spoil its whole block of the Avro container'
          : 'a line of CSV that is cut off may pass for another one',
      found: form,
      expected: 'json, or no disturb.malformed',
    },
    {
      on: ['disturb.missing_field.probability', 'sink.format', 'sink.type'],
      broken: has('missing_field') && !kafka && sink.format === 'csv',
      what: 'a line of CSV has all its cells',
      found: form,
      expected: 'disturb.null, or another format',
    },
  ]
}
