/** Rules across options: which ones go together. */
import type { CheckedValues } from './check.js'
import type { connectorSchema } from './connector-schema.js'
import { disturbRules } from './disturb-rules.js'
import { envelopeRules } from './envelope-rules.js'
import { headerForms, headerConfigsOf } from './headers.js'
import { formatDuration } from './quantity.js'
import { rateRules } from './rate-rules.js'
import { sinkRules } from './sink-section.js'
import type { Rule } from './rule.js'

/** The rules that a connector breaks; options that are invalid by themselves are left out. */
export function brokenRules({ values, failed }: CheckedValues<typeof connectorSchema>): Rule[] {
  const { model, value, throughput, sink, topic, producer, compression, transaction, errors } = values
  const deadLetters = errors.deadletterqueue.topic.name
  const rules: Rule[] = [
    {
      on: ['model', 'value.schema'],
      broken: model === null && value.schema === null,
      what: 'a model or a schema is required',
      found: 'neither',
      expected: 'model: a model file, or value.schema: a schema',
    },
    {
      on: ['value.column', 'value.format'],
      broken: value.column !== null && value.format !== 'string',
      what: 'only a value of format string is one column',
      found: `value.format: ${value.format}`,
      expected: 'value.format: string, or no value.column',
    },
    {
      on: ['value.schema_references', 'value.schema', 'model', 'sink.type'],
      broken: value.schema_references !== '{}' && (value.schema === null || model === null || sink.type !== 'kafka'),
      what: 'references are those of a schema that a model is written with, in Kafka',
      found: value.schema === null ? 'no value.schema' : model === null ? 'no model' : `sink.type ${sink.type}`,
      expected: 'model, value.schema and the kafka sink, or no value.schema_references',
    },
    ...rateRules(throughput),
    ...disturbRules(values.disturb, values),
    ...envelopeRules(values),
    ...sinkRules(sink, values),
    ...headerRules(values.headers, sink.type),
    {
      on: ['value.subject_strategy', 'value.use_latest', 'value.subject'],
      broken: value.subject_strategy !== 'topic' && value.use_latest && value.subject === null,
      what: "the subject's name depends on the schema to look up",
      found: `use_latest with subject_strategy ${value.subject_strategy}`,
      expected: 'value.subject: <name>, or no use_latest',
    },
    {
      on: ['compression', 'producer.client'],
      broken: producer.client === 'kafkajs' && !['none', 'gzip'].includes(compression),
      what: 'kafkajs does not support this compression',
      found: compression,
      expected: 'none or gzip, or producer.client: wire',
    },
    {
      on: ['transaction.timeout', 'transaction.interval', 'transaction.boundary'],
      broken: transaction.boundary === 'interval' && transaction.timeout < 2 * transaction.interval,
      what: 'transactions would time out before they commit',
      found: `timeout ${formatDuration(transaction.timeout)}, interval ${formatDuration(transaction.interval)}`,
      expected: 'a timeout of at least twice the interval',
    },
    {
      on: ['errors.deadletterqueue.topic.name', 'errors.policy', 'sink.type'],
      broken: deadLetters !== null && (errors.policy !== 'skip' || sink.type !== 'kafka'),
      what: 'a dead-letter topic requires policy skip and the kafka sink',
      found: `errors.policy ${errors.policy}, sink.type ${sink.type}`,
      expected: 'errors.policy: skip and sink.type: kafka',
    },
    {
      on: ['timestamp', 'sink.type'],
      broken: values.timestamp !== null && sink.type !== 'kafka',
      what: 'only Kafka records have timestamps',
      found: `sink.type ${sink.type}`,
      expected: 'sink.type: kafka, or no timestamp',
    },
    {
      on: ['errors.deadletterqueue.topic.name', 'topic'],
      broken: deadLetters !== null && deadLetters === topic,
      what: 'dead letters need a topic of their own',
      found: `${deadLetters}`,
      expected: "a topic other than the records'",
    },
    {
      on: ['errors.max_backoff', 'errors.initial_backoff'],
      broken: errors.max_backoff < errors.initial_backoff,
      what: 'max_backoff is below initial_backoff',
      found: `max_backoff ${formatDuration(errors.max_backoff)}, initial_backoff ${formatDuration(errors.initial_backoff)}`,
      expected: 'max_backoff of at least initial_backoff',
    },
  ]
  return rules.filter(({ broken, on }) => broken && !on.some((key) => failed.has(key)))
}

function headerRules(written: string | null, sink: string): Rule[] {
  const headers = written === null ? [] : headerConfigsOf(JSON.parse(written) as Record<string, unknown>)
  return [
    {
      on: ['headers'],
      broken: typeof headers === 'string',
      what: 'not a valid header value',
      found: `header ${JSON.stringify(headers)}`,
      expected: headerForms,
    },
    {
      on: ['headers', 'sink.type'],
      broken: headers.length > 0 && sink !== 'kafka',
      what: 'only Kafka records have headers',
      found: `headers with sink.type ${sink}`,
      expected: 'sink.type: kafka, or no headers',
    },
  ]
}
