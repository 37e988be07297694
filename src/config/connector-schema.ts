/** The keys of a connector file. No key is a prefix of another, so dotted names are unambiguous. */
import { disturbSchema } from './disturb.js'
import { choice, maps, option, optional, optionalChoice, required } from './option.js'
import { sinkSection } from './sink-section.js'

/** A reference to another connector's stream. */
export const referenceSchema = {
  column: required<string>('text', "Column that receives the key of another stream's record."),
  connector: required<string>(
    'text',
    'The other connector: its file (relative to this one) if it holds a single connector, or its name if it is in this file or another file of the same folder.',
  ),
  key: required<string>('text', "Key column of the other stream's records."),
  skew: choice(
    ['uniform', 'zipf', 'recent'],
    'Which records are referenced. uniform: all equally often; zipf: the first ones most often (the k-th proportionally to 1/k); recent: mostly the newest as of the current position.',
    'uniform',
  ),
  among: optional<number>(
    'count',
    'Number of records of the other stream to choose from, starting at position 0. Unset: its max_records.',
    { minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  ),
  copy: option<string>(
    'map',
    'Columns copied from the same record, as `{<name here>: <name there>}`, such as `{customer_segment: segment}`.',
    {},
  ),
}

export const connectorSchema = {
  name: required<string>(
    'name',
    'Name of the connector, used in its checkpoints, transactional ids and all messages.',
    { code: 'name' },
  ),
  model: optional<string>(
    'path',
    'Model file to generate records from (`genesis fit` trains one), a YAML declaration, or a schema. Relative to this file. Unset: records are generated from value.schema.',
    { importance: 'high' },
  ),
  topic: optional<string>('topic', 'Destination topic. Required with the kafka sink.', {
    flag: '--topic',
    code: 'topic',
    aliases: ['kafka.topic'],
    importance: 'high',
  }),
  topic_creation: {
    enabled: option<boolean>(
      'flag',
      'Whether to create the topic if it does not exist. Existing topics are never altered.',
      true,
      {
        code: 'topicCreation.enabled',
      },
    ),
    partitions: option<number>('count', 'Number of partitions of a created topic.', 1, {
      minimum: 1,
      maximum: 100_000,
      code: 'topicCreation.partitions',
      aliases: ['topic.creation.default.partitions'],
    }),
    replication_factor: option<number>(
      'count',
      "Replication factor of a created topic; -1: the broker's default.",
      -1,
      {
        minimum: -1,
        maximum: 32_767,
        code: 'topicCreation.replicationFactor',
        aliases: ['topic.creation.default.replication.factor'],
      },
    ),
    config: option<string>(
      'map',
      'Configuration of a created topic, such as `retention.ms`.',
      {},
      {
        code: 'topicCreation.config',
      },
    ),
  },
  key: optional<string | string[]>(
    'key',
    'Column used as the record key, or a list of columns: a record of them, in key_format json, avro, json-schema or protobuf. Records with the same key go to the same partition. Unset: no key; records are spread evenly over the partitions.',
    { code: 'key', importance: 'medium' },
  ),
  key_format: choice(['string', 'long', 'avro', 'json', 'json-schema', 'protobuf'], 'Encoding of the key.', 'string', {
    code: 'keyFormat',
  }),
  timestamp: optional<string>(
    'text',
    'Kafka sink only: timestamp or date column used as the record timestamp, the event time for Streams, Flink and ksqlDB. Unset: the time of sending.',
    { code: 'timestamp' },
  ),
  headers: optional<string>(
    'object',
    'Kafka sink only: record headers by name; each value is a string, `{ column: name }`, `{ position: task }` or `{ position: iteration }` (the record number within its task). Unset: none.',
  ),
  value: {
    format: choice(
      ['avro', 'json', 'json-schema', 'protobuf', 'string'],
      "Encoding of values in Kafka: Avro, JSON with a JSON Schema, or Protobuf, in the registry's wire format; JSON without a schema; or the text of one column.",
      'avro',
      { flag: '--format', code: 'valueSerializer', codeDefault: 'json', importance: 'medium' },
    ),
    column: optional<string>('text', 'With format string: column whose text is the value. Unset: the only column.', {
      code: 'valueColumn',
    }),
    schema: optional<string>(
      'schema',
      'Schema of the values, in the language of the format: path of a file (relative to this file), or the schema itself. Unset: derived from the model.',
      { flag: '--schema', code: 'avroSchema', importance: 'medium' },
    ),
    schema_references: option<string>(
      'map',
      'Schemas that the schema refers to, as `{<name>: <path>}`, each after those it refers to itself. The name is what the schema calls it (the full name of an Avro type, the path of a Protobuf import, what precedes # in a $ref), and its subject.',
      {},
    ),
    normalize: option<boolean>(
      'flag',
      'Whether the registry compares schemas in their normal form, so that one that differs in form alone is not another version.',
      false,
      { aliases: ['value.converter.normalize.schemas'] },
    ),
    auto_register: option<boolean>('flag', 'Whether to register the schema if the subject does not have it.', true, {
      aliases: ['value.converter.auto.register.schemas'],
    }),
    use_latest: option<boolean>('flag', "Whether to encode with the subject's latest schema.", false, {
      aliases: ['value.converter.use.latest.version'],
    }),
    subject: optional<string>('text', 'Subject of the schema in the registry. Unset: determined by subject_strategy.'),
    subject_strategy: choice(
      ['topic', 'record', 'topic_record'],
      "Name of the subject, unless subject is set. topic: `<topic>-value`; record: the record's full name, for topics with several kinds of records; topic_record: `<topic>-<full name>`. The key's subject is always `<topic>-key`.",
      'topic',
    ),
    envelope: choice(
      ['none', 'upsert', 'debezium'],
      "How the life-cycle events of entities are written to Kafka. upsert: the row after each event, and a tombstone where the entity is deleted; debezium: the row before and after, and the operation, in Debezium's envelope.",
      'none',
    ),
    tombstones: option<boolean>(
      'flag',
      "With envelope debezium: whether a record with the same key and no value follows each deletion, as Debezium's do by default.",
      true,
      { aliases: ['tombstones.on.delete'] },
    ),
  },
  conditions: optional<string>('object', 'Conditions on every record, such as `{segment: premium}`. Unset: none.', {
    flag: '--conditions',
    code: 'conditions',
    importance: 'medium',
  }),
  references: maps(
    referenceSchema,
    "Columns taken from the records of other connectors' streams. Unset: all columns come from the model.",
  ),
  throughput: {
    rate: optional<number>(
      'number',
      'Records per second for the whole connector, across all its tasks. Unset: unlimited. Excludes interval.',
      { minimum: 0.000001, maximum: 1e9, flag: '--rate-limit', code: 'rateLimit', importance: 'high' },
    ),
    batch_size: option<number>('count', 'Maximum records per generated batch.', 4096, {
      minimum: 1,
      maximum: 65_536,
      flag: '--batch-size',
      code: 'batchSize',
      codeDefault: 100,
    }),
    interval: optional<number>('duration', 'One batch of batch_size per interval. Excludes rate.', {
      minimum: 1,
      flag: '--interval',
      code: 'intervalSeconds',
    }),
    adaptive: option<boolean>(
      'flag',
      'Finds the highest rate at which the 95th percentile of acknowledgement latency stays within target_latency; rate becomes the upper bound. Excludes interval, shape and arrivals.',
      false,
      { flag: '--adaptive-rate', code: 'adaptiveRate' },
    ),
    target_latency: option<number>(
      'duration',
      'With adaptive: target 95th percentile of acknowledgement latency.',
      '100ms',
      {
        minimum: 1,
        flag: '--target-latency-ms',
        code: 'targetLatencyMs',
      },
    ),
    arrivals: choice(
      ['even', 'poisson'],
      'How records are spread over time: evenly, or as a Poisson process seeded by seed.',
      'even',
      { flag: '--arrivals', code: 'arrivals' },
    ),
    shape: {
      type: optionalChoice(
        ['constant', 'ramp', 'sine', 'bursts', 'curve'],
        'How the rate changes. constant: not at all; ramp: linearly from rate to to_rate over period; sine: a day-and-night wave around rate; bursts: rate with bursts of burst_rate; curve: as recorded in a file. Unset: constant.',
        { flag: '--shape.type', code: 'shape.type' },
      ),
      period: optional<number>(
        'duration',
        'Duration of the ramp or of one wave, or time between the starts of bursts.',
        {
          minimum: 1,
          code: 'shape.periodSeconds',
        },
      ),
      to_rate: optional<number>('number', 'ramp: final rate, held after the ramp.', {
        minimum: 0,
        maximum: 1e9,
        code: 'shape.toRate',
      }),
      amplitude: option<number>('number', 'sine: amplitude as a share of rate. The wave starts at its minimum.', 0.8, {
        minimum: 0,
        maximum: 1,
        code: 'shape.amplitude',
      }),
      burst_rate: optional<number>('number', 'bursts: records per second in a burst.', {
        minimum: 0,
        maximum: 1e9,
        code: 'shape.burstRate',
      }),
      burst_length: optional<number>('duration', 'bursts: length of a burst, at the start of every period.', {
        minimum: 1,
        code: 'shape.burstSeconds',
      }),
      curve: optional<string>(
        'path',
        'curve: CSV file with one `seconds,rate` line per point, used instead of rate; interpolated linearly and repeated after the last point. Relative to this file.',
        { code: 'shape.file' },
      ),
      speed: option<number>('number', "Speed-up of the shape's clock: with 168, a week takes an hour.", 1, {
        minimum: 1e-6,
        maximum: 1e6,
        code: 'shape.speed',
      }),
    },
    event_time: choice(
      ['model', 'throughput'],
      "What the model's event_time columns follow. model: their own step; throughput: this rate, with its shape and speed.",
      'model',
      { flag: '--event-time', code: 'eventTime' },
    ),
    max_records: optional<number>(
      'count',
      'Number of records after which the connector is complete. Unset: unlimited.',
      { minimum: 1, flag: '--max-records', code: 'maxRecords', aliases: ['iterations'], importance: 'high' },
    ),
  },
  sink: sinkSection,
  delivery: choice(
    ['exactly-once', 'at-least-once'],
    'exactly-once: records and checkpoint in one transaction. at-least-once: the checkpoint is written after the acknowledgements.',
    'exactly-once',
    { code: 'delivery', codeDefault: 'at-least-once', importance: 'medium' },
  ),
  transaction: {
    boundary: choice(
      ['interval', 'batch'],
      'When to commit (at-least-once: when to write a checkpoint): at every interval, or after every batch.',
      'interval',
    ),
    interval: option<number>(
      'duration',
      'With boundary interval: maximum time from the first record of a transaction to its commit.',
      '100ms',
      {
        minimum: 1,
        aliases: ['transaction.boundary.interval.ms'],
      },
    ),
    timeout: option<number>(
      'duration',
      'Time after which the broker aborts the transaction of a producer that is gone; at most the broker-side transaction.max.timeout.ms.',
      '60s',
      { minimum: 1000, aliases: ['producer.override.transaction.timeout.ms'] },
    ),
  },
  compression: choice(['none', 'gzip', 'snappy', 'lz4', 'zstd'], 'Compression of record batches.', 'none', {
    code: 'compression',
    aliases: ['producer.override.compression.type'],
  }),
  producer: {
    client: choice(
      ['wire', 'kafkajs'],
      'Producer implementation: wire (fast), or kafkajs (gzip or no compression only).',
      'wire',
    ),
    max_batch_size: option<number>(
      'size',
      "Maximum size of a record batch; also limited by the topic's max.message.bytes.",
      '1MB',
      { minimum: 1000, maximum: 1_000_000_000 },
    ),
  },
  tasks: {
    max: option<number>(
      'count',
      'Number of tasks, and of shards of the stream. Fixed as long as its checkpoints exist.',
      1,
      { minimum: 1, maximum: 10_000, importance: 'high' },
    ),
  },
  disturb: disturbSchema,
  seed: option<number>('count', 'Seed of the stream; a different seed generates different records.', 0, {
    minimum: 0,
    flag: '--seed',
    code: 'seed',
    aliases: ['random.seed'],
    importance: 'medium',
  }),
  errors: {
    policy: choice(
      ['retry', 'skip', 'stop'],
      'What to do when delivery fails. retry: retry from the checkpoint; skip: also skip records that are themselves at fault; stop: fail immediately.',
      'retry',
      { code: 'onError' },
    ),
    max_retries: option<number>(
      'count',
      'Maximum consecutive retries before the task fails; -1: unlimited for temporary outages (unreachable broker or registry, full disk), 10 for other retriable errors.',
      -1,
      {
        minimum: -1,
        code: 'maxRetries',
        codeDefault: 3,
      },
    ),
    retry: {
      timeout: option<number>(
        'timeout',
        'Maximum time from the first of consecutive failures until the task fails; -1: unlimited.',
        -1,
      ),
    },
    backoff_factor: option<number>('number', 'Factor by which the wait grows with each retry.', 2, {
      minimum: 1,
      maximum: 100,
      code: 'backoffFactor',
    }),
    initial_backoff: option<number>('duration', 'Wait before the first retry, minus up to 50 % jitter.', '100ms', {
      code: 'initialBackoffSeconds',
    }),
    max_backoff: option<number>(
      'duration',
      'Maximum wait before a retry. Shorter during an outage: of the tasks waiting for the same resource, one retries about every second.',
      '60s',
      {
        code: 'maxBackoffSeconds',
        aliases: ['errors.retry.delay.max.ms'],
      },
    ),
    deadletterqueue: {
      topic: {
        name: optional<string>(
          'topic',
          'With policy skip and the kafka sink: topic for skipped records, with the error in headers; created according to topic_creation. Unset: they are only counted.',
          { code: 'deadLetterTopic' },
        ),
      },
    },
  },
} as const
