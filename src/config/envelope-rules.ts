import { disturbKinds, type DisturbValues } from './disturb.js'
import type { Rule } from './rule.js'

/** What goes with `value.envelope`. */
export function envelopeRules({
  value,
  sink,
  key,
  disturb,
}: {
  readonly value: { readonly envelope: string; readonly format: string; readonly use_latest: boolean }
  readonly sink: { readonly type: string }
  readonly key: string | readonly string[] | null
  readonly disturb: DisturbValues
}): Rule[] {
  const { envelope } = value
  const isSet = envelope !== 'none'
  return [
    {
      on: ['value.envelope', 'sink.type'],
      broken: isSet && sink.type !== 'kafka',
      what: 'only the kafka sink has envelopes',
      found: `envelope ${envelope} with sink.type ${sink.type}`,
      expected: 'sink.type: kafka, or no value.envelope',
    },
    {
      on: ['value.envelope', 'key'],
      broken: isSet && sink.type === 'kafka' && key === null,
      what: 'changes of an entity need its key',
      found: 'no key',
      expected: 'key: <column>, or no value.envelope',
    },
    {
      on: ['value.envelope', 'value.format'],
      broken: envelope === 'debezium' && !['avro', 'json'].includes(value.format),
      what: "Debezium's envelope is not written in this format",
      found: `value.format: ${value.format}`,
      expected: 'avro or json, or another value.envelope',
    },
    {
      on: ['value.envelope', 'value.format'],
      broken: envelope === 'upsert' && value.format === 'string',
      what: 'a text is no row',
      found: 'value.format: string',
      expected: 'another format, or no value.envelope',
    },
    {
      on: ['value.envelope', 'value.use_latest'],
      broken: envelope === 'debezium' && value.use_latest,
      what: "the rows' schema must be known without the registry",
      found: 'value.use_latest: true',
      expected: 'value.schema, or no value.envelope',
    },
    {
      on: ['value.envelope', 'disturb'],
      broken: isSet && disturbKinds.some((kind) => disturb[kind].probability > 0),
      what: 'disturbed records have no envelope',
      found: `envelope ${envelope} with disturb`,
      expected: 'one of them',
    },
  ]
}
