/** Converts checked values to the program's configuration. */
import { extname, resolve } from 'node:path'
import type { connectorSchema, referenceSchema } from './connector-schema.js'
import { fileExtensions, type ConnectorConfig, type RateShape, type ReferencesConfig } from './connector.js'
import { disturbConfigOf } from './disturb.js'
import { headerConfigsOf, type HeaderConfig } from './headers.js'
import type { Values } from './option.js'
import { sinkOf } from './sink-section.js'

/** A connector from its checked values; relative paths start from `folder`. */
export function toConnector(
  values: Values<typeof connectorSchema>,
  references: readonly ReferencesConfig[],
  file: string | null,
  folder: string,
): ConnectorConfig {
  const { topic_creation, value, throughput, transaction, producer, errors } = values
  const schema = value.schema === null ? null : schemaOf(value.schema, folder)
  return {
    name: values.name,
    file,
    sinkName: null,
    // If both are missing, a rule has reported it.
    model: values.model === null ? (schema ?? '') : resolve(folder, values.model),
    topic: values.topic,
    topicCreation: {
      enabled: topic_creation.enabled,
      partitions: topic_creation.partitions,
      replicationFactor: topic_creation.replication_factor,
      config: Object.fromEntries(
        Object.entries(JSON.parse(topic_creation.config) as object).map(([key, item]) => [key, String(item)]),
      ),
    },
    key: values.key,
    keyFormat: values.key_format,
    timestamp: values.timestamp,
    headers: headersIn(values.headers),
    value: {
      format: value.format,
      column: value.column,
      schema,
      autoRegister: value.auto_register,
      useLatest: value.use_latest,
      subject: value.subject,
      schemaReferences: Object.entries(JSON.parse(value.schema_references) as object).map(([name, path]) => ({
        name,
        file: resolve(folder, String(path)),
      })),
      normalize: value.normalize,
      subjectStrategy: value.subject_strategy,
      envelope: value.envelope,
      tombstones: value.tombstones,
    },
    conditions: values.conditions === null ? null : JSON.parse(values.conditions),
    references,
    throughput: throughputOf(throughput, folder),
    sink: sinkOf(values.sink, folder),
    delivery: values.delivery,
    transaction: {
      boundary: transaction.boundary,
      intervalMs: transaction.interval,
      timeoutMs: transaction.timeout,
    },
    compression: values.compression,
    producer: { client: producer.client, maxBatchBytes: producer.max_batch_size },
    tasks: { max: values.tasks.max },
    seed: values.seed,
    deadLetterTopic: errors.deadletterqueue.topic.name,
    disturb: disturbConfigOf(values.disturb, values.seed),
    errors: {
      policy: errors.policy,
      maxRetries: errors.max_retries === -1 ? Infinity : errors.max_retries,
      retryTimeoutMs: errors.retry.timeout === -1 ? Infinity : errors.retry.timeout,
      backoffFactor: errors.backoff_factor,
      initialBackoffMs: errors.initial_backoff,
      maxBackoffMs: errors.max_backoff,
    },
  }
}

/** Invalid headers have been reported by a rule. */
function headersIn(headers: string | null): HeaderConfig[] {
  const read = headers === null ? [] : headerConfigsOf(JSON.parse(headers) as Record<string, unknown>)
  return typeof read === 'string' ? [] : read
}

/** The rate, from the section `throughput`; a curve's path starts from `folder`. */
export function throughputOf(
  values: Values<typeof connectorSchema>['throughput'],
  folder: string,
): ConnectorConfig['throughput'] {
  return {
    rate: values.rate,
    batchSize: values.batch_size,
    intervalMs: values.interval,
    maxRecords: values.max_records,
    adaptive: values.adaptive ? { targetLatencyMs: values.target_latency } : null,
    arrivals: values.arrivals,
    shape: shapeOf(values.shape, folder),
    eventTime: values.event_time,
  }
}

/** Missing values have been reported by a rule. */
function shapeOf(shape: Values<typeof connectorSchema>['throughput']['shape'], folder: string): RateShape {
  const { type, speed, amplitude, curve, period, to_rate: toRate, burst_rate: burstRate, burst_length: burstMs } = shape
  if (type === 'curve' && curve !== null) return { type, file: resolve(folder, curve), speed }
  if (type === 'ramp' && toRate !== null && period !== null) return { type, toRate, periodMs: period, speed }
  if (type === 'sine' && period !== null) return { type, amplitude, periodMs: period, speed }
  if (type === 'bursts' && burstRate !== null && burstMs !== null && period !== null) {
    return { type, burstRate, burstMs, periodMs: period, speed }
  }
  return { type: 'constant', speed }
}

/** A connector's references to other streams. */
export function referenceOf(values: Values<typeof referenceSchema>, folder: string): ReferencesConfig {
  const { column, connector, key, skew, among, copy } = values
  const copied = Object.entries(JSON.parse(copy) as object).map(([own, other]) => [own, String(other)])
  const isFile = /[/\\]/.test(connector) || fileExtensions.has(extname(connector))
  return {
    column,
    connector: isFile ? { file: resolve(folder, connector) } : { name: connector, folder },
    key,
    skew,
    among,
    copy: Object.fromEntries(copied) as Record<string, string>,
  }
}

function schemaOf(schema: string, folder: string): string | object {
  return schema.trimStart().startsWith('{') ? (JSON.parse(schema) as object) : resolve(folder, schema)
}
