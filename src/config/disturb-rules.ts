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
    readonly key: string | null
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
      what: 'hardly any record would stay undisturbed',
      found: `probabilities of ${Number(sum.toFixed(6))} together`,
      expected: `at most ${maxInAll} together`,
    },
    {
      on: ['disturb.late.probability', 'disturb.out_of_order.probability'],
      broken: moved > maxMoved,
      what: 'no order would be left to be late in',
      found: `late and out_of_order of ${moved} together`,
      expected: `at most ${maxMoved} together`,
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
      what: 'a tombstone needs a key',
      found: 'no key',
      expected: 'key: <column>, or no disturb.tombstone',
    },
    {
      on: ['disturb.missing_field.probability', 'disturb.null.probability', 'value.use_latest'],
      broken: (has('missing_field') || has('null')) && kafka && value.format === 'avro' && value.use_latest,
      what: 'fields that can be missing or null must be known before the registry is asked',
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
