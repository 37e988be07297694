import { disturbKinds, maxInAll, maxMoved } from './disturb.js'
import type { DisturbKind, DisturbValues } from './disturb.js'
import type { Rule } from './rule.js'

/** Which faults go together, and with which sinks. */
export function disturbRules(
  disturb: DisturbValues,
  {
    sink,
    key,
    value,
  }: {
    readonly sink: { readonly type: string; readonly format?: unknown }
    readonly key: string | readonly string[] | null
    readonly value: { readonly format: string; readonly use_latest: boolean }
  },
): Rule[] {
  const has = (kind: DisturbKind): boolean => disturb[kind].probability > 0
  const kafka = sink.type === 'kafka'
  const sum = disturbKinds.reduce((total, kind) => total + disturb[kind].probability, 0)
  const moved = disturb.late.probability + disturb.out_of_order.probability
  const form = `sink.type ${sink.type} with format ${String(sink.format)}`
  return [
    {
      on: disturbKinds.map((kind) => `disturb.${kind}.probability`),
      broken: sum > maxInAll + 1e-9,
      what: 'too few records would stay undisturbed',
      found: `a total probability of ${Number(sum.toFixed(6))}`,
      expected: `a total of at most ${maxInAll}`,
    },
    {
      on: ['disturb.late.probability', 'disturb.out_of_order.probability'],
      broken: moved > maxMoved,
      what: 'too many records would be moved to keep any order',
      found: `a total of ${moved} for late and out_of_order`,
      expected: `a total of at most ${maxMoved}`,
    },
    {
      on: ['disturb.tombstone.probability', 'sink.type'],
      broken: has('tombstone') && !kafka,
      what: 'only the kafka sink has tombstones',
      found: `sink.type ${sink.type}`,
      expected: 'sink.type: kafka, or no disturb.tombstone',
    },
    {
      on: ['disturb.tombstone.probability', 'key'],
      broken: has('tombstone') && kafka && key === null,
      what: 'a tombstone needs a key',
      found: 'no key',
      expected: 'key: <column>, or no disturb.tombstone',
    },
    {
      on: ['disturb.missing_field.probability', 'disturb.null.probability', 'value.use_latest'],
      broken: (has('missing_field') || has('null')) && kafka && value.format !== 'json' && value.use_latest,
      what: 'which fields can be missing or null must be known without the registry',
      found: 'value.use_latest: true',
      expected: 'value.schema, or neither disturb.missing_field nor disturb.null',
    },
    {
      on: ['disturb.malformed.probability', 'value.format'],
      broken: has('malformed') && kafka && value.format === 'protobuf',
      what: 'a truncated Protobuf message can be a valid one',
      found: 'value.format: protobuf',
      expected: 'another format, or no disturb.malformed',
    },
    {
      on: [
        ...(['missing_field', 'null', 'malformed'] as const).map((kind) => `disturb.${kind}.probability`),
        'value.format',
      ],
      broken: (has('missing_field') || has('null') || has('malformed')) && kafka && value.format === 'string',
      what: 'a text has no fields, and part of it is one',
      found: 'value.format: string',
      expected: 'another format, or none of disturb.missing_field, disturb.null and disturb.malformed',
    },
    {
      on: ['disturb.malformed.probability', 'sink.format', 'sink.type'],
      broken: has('malformed') && !kafka && (sink.format === 'csv' || sink.format === 'avro'),
      what:
        sink.format === 'avro'
          ? 'a malformed record would corrupt its whole block of the Avro container'
          : 'a truncated CSV line may still be valid',
      found: form,
      expected: 'json, or no disturb.malformed',
    },
    {
      on: ['disturb.missing_field.probability', 'sink.format', 'sink.type'],
      broken: has('missing_field') && !kafka && sink.format === 'csv',
      what: 'a CSV line cannot omit cells',
      found: form,
      expected: 'disturb.null, or another format',
    },
  ]
}
