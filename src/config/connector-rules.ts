/** What no single option can say: which options go together. */
import { GenesisError } from '../errors.js'
import type { Checked } from './check.js'
import type { connectorSchema } from './connector-schema.js'
import type { ConnectorConfig } from './connector.js'
import { disturbRules } from './disturb-rules.js'
import { locationOf } from './location.js'
import { formatDuration } from './quantity.js'
import { rateRules } from './rate-rules.js'
import type { Rule } from './rule.js'
import type { WorkerConfig } from './worker.js'

/** The rules that a connector breaks, of those whose options are good in themselves. */
export function brokenRules({ values, failed }: Checked<typeof connectorSchema>): Rule[] {
  const { throughput, sink, topic, producer, compression, transaction, errors, tasks } = values
  const deadLetters = errors.deadletterqueue.topic.name
  const isWebSocket = sink.type === 'websocket' || sink.type === 'websocket-server'
  const rules: Rule[] = [
    ...rateRules(throughput),
    ...disturbRules(values.disturb, values),
    {
      on: ['topic', 'sink.type'],
      broken: sink.type === 'kafka' && topic === null,
      what: 'the kafka sink needs a topic',
      found: 'none',
      expected: 'topic: <name>',
    },
    {
      on: ['topic', 'sink.type'],
      broken: sink.type === 'kafka' && topic !== null && topic.startsWith('__'),
      what: 'the topic is internal to Kafka',
      found: `${topic}`,
      expected: 'a name that does not begin with __',
    },
    {
      on: ['sink.path', 'sink.type'],
      broken: sink.type === 'file' && sink.path === null,
      what: 'the file sink needs a path',
      found: 'none',
      expected: 'sink.path: <file>',
    },
    {
      on: ['sink.url', 'sink.type'],
      broken: sink.type === 'websocket' && sink.url === null,
      what: 'the websocket sink needs a url',
      found: 'none',
      expected: 'sink.url: ws://<host>:<port>/<path>',
    },
    {
      on: ['sink.url', 'sink.type'],
      broken: sink.type !== 'websocket' && sink.url !== null,
      what: 'only the websocket sink has a url',
      found: `sink.type ${sink.type}`,
      expected: 'sink.type: websocket',
    },
    {
      on: ['sink.port', 'sink.type'],
      broken: sink.type === 'websocket-server' && sink.port === null,
      what: 'the websocket-server sink needs a port',
      found: 'none',
      expected: 'sink.port: <number>, or 0 for any free one',
    },
    {
      on: ['sink.port', 'sink.type'],
      broken: sink.type !== 'websocket-server' && sink.port !== null,
      what: 'only the websocket-server sink has a port',
      found: `sink.type ${sink.type}`,
      expected: 'sink.type: websocket-server',
    },
    {
      on: ['throughput.rate', 'throughput.interval', 'sink.type'],
      broken: sink.type === 'websocket-server' && throughput.rate === null && throughput.interval === null,
      what: 'a live stream needs a pace: its clients do not slow it down',
      found: 'none',
      expected: 'throughput.rate or throughput.interval',
    },
    {
      on: ['tasks.max', 'sink.type'],
      broken: sink.type === 'websocket-server' && tasks.max !== 1,
      what: 'one task listens on a port',
      found: `tasks.max ${tasks.max}`,
      expected: 'tasks.max: 1 with sink.type: websocket-server',
    },
    {
      on: ['sink.format', 'sink.type'],
      broken: isWebSocket ? sink.format === 'csv' : sink.format === 'ndjson',
      what: isWebSocket ? 'WebSocket messages have no CSV' : 'lines of JSON are called json here',
      found: sink.format,
      expected: isWebSocket ? 'json, ndjson or avro' : 'json, csv or avro',
    },
    {
      on: ['sink.path', 'sink.type'],
      broken: sink.type !== 'file' && sink.path !== null,
      what: 'only the file sink has a path',
      found: `sink.type ${sink.type}`,
      expected: 'sink.type: file',
    },
    {
      on: ['sink.format', 'sink.type'],
      broken: sink.type === 'stdout' && sink.format === 'avro',
      what: 'the stdout sink writes text',
      found: 'avro',
      expected: 'json or csv',
    },
    {
      on: ['compression', 'producer.client'],
      broken: producer.client === 'kafkajs' && !['none', 'gzip'].includes(compression),
      what: 'kafkajs does not have this compression',
      found: compression,
      expected: 'none or gzip, or producer.client: wire',
    },
    {
      on: ['transaction.timeout', 'transaction.interval', 'transaction.boundary'],
      broken: transaction.boundary === 'interval' && transaction.timeout < 2 * transaction.interval,
      what: 'transactions would time out before they end',
      found: `timeout ${formatDuration(transaction.timeout)}, interval ${formatDuration(transaction.interval)}`,
      expected: 'a timeout of at least twice the interval',
    },
    {
      on: ['errors.deadletterqueue.topic.name', 'errors.policy', 'sink.type'],
      broken: deadLetters !== null && (errors.policy !== 'skip' || sink.type !== 'kafka'),
      what: 'only records that are skipped on their way to a topic are dead letters',
      found: `errors.policy ${errors.policy}, sink.type ${sink.type}`,
      expected: 'errors.policy: skip and sink.type: kafka',
    },
    {
      on: ['errors.deadletterqueue.topic.name', 'topic'],
      broken: deadLetters !== null && deadLetters === topic,
      what: 'dead letters need a topic of their own',
      found: `${deadLetters}`,
      expected: 'another topic than that of the records',
    },
    {
      on: ['errors.max_backoff', 'errors.initial_backoff'],
      broken: errors.max_backoff < errors.initial_backoff,
      what: 'the longest wait is shorter than the first',
      found: `max_backoff ${formatDuration(errors.max_backoff)}, initial_backoff ${formatDuration(errors.initial_backoff)}`,
      expected: 'max_backoff of at least initial_backoff',
    },
  ]
  return rules.filter(({ broken, on }) => broken && !on.some((key) => failed.has(key)))
}

/** Whether the schemas of its records, or of their keys, are in a registry. */
export function needsRegistry({ sink, value, key, keyFormat }: ConnectorConfig): boolean {
  return sink.type === 'kafka' && (value.format === 'avro' || (key !== null && keyFormat === 'avro'))
}

/** What a connector needs of the worker it is to run on and does not find. */
export function checkOnWorker(connector: ConnectorConfig, worker: WorkerConfig): GenesisError[] {
  if (connector.sink.type !== 'kafka') return []
  const errors: GenesisError[] = []
  if (needsRegistry(connector) && worker.registry.url === null) {
    errors.push(
      new GenesisError('CONFIG_INVALID', 'Avro in Kafka needs a schema registry', {
        place: locationOf(connector, connector.value.format === 'avro' ? 'value.format' : 'key_format'),
        found: 'no registry.url',
        expected: 'registry.url in the worker file, or the environment variable SCHEMA_REGISTRY_URL',
      }),
    )
  }
  if (connector.topic === worker.checkpoints.topic) {
    errors.push(
      new GenesisError('CONFIG_INVALID', 'a connector cannot write to the topic of the checkpoints', {
        place: locationOf(connector, 'topic'),
        found: `topic ${connector.topic}`,
        expected: 'another topic',
      }),
    )
  }
  if (connector.deadLetterTopic === worker.checkpoints.topic) {
    errors.push(
      new GenesisError('CONFIG_INVALID', 'dead letters cannot go to the topic of the checkpoints', {
        place: locationOf(connector, 'errors.deadletterqueue.topic.name'),
        found: `topic ${connector.deadLetterTopic}`,
        expected: 'another topic',
      }),
    )
  }
  return errors
}
