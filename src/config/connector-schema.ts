/** The keys of a connector file. No key is a prefix of another: dotted names of them are unambiguous. */
import { disturbSchema } from './disturb.js'
import { choice, maps, option, optional, optionalChoice, required } from './option.js'
import { sinkSection } from './sink-section.js'

/** What a reference to another connector's stream says. */
export const referenceSchema = {
  column: required<string>('text', "Column that receives the key of another stream's record."),
  connector: required<string>(
    'text',
    'The other connector: its file, relative to this one, if that holds a single connector; or its name, if it is in this file or in another file of the same folder.',
  ),
  key: required<string>('text', "Column of the other stream's records that is the key."),
  skew: choice(
    ['uniform', 'zipf', 'recent'],
    'Which records are referenced: uniform: all equally often; zipf: the first most often (the k-th as 1/k); recent: mostly the newest at the current position.',
    'uniform',
  ),
  among: optional<number>(
    'count',
    'Number of records of the other stream to choose from: its positions from 0. Unset: its max_records.',
    { minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  ),
  copy: option<string>(
    'map',
    'Columns copied from the same record, such as `{customer_segment: segment}`: name here and name there.',
    {},
  ),
}

export const connectorSchema = {
  name: required<string>(
    'name',
    'Name of the connector, used in its checkpoints, its transactional ids and all messages.',
    { code: 'name' },
  ),
  model: optional<string>(
    'path',
    'Model file to generate records from (`genesis fit` trains one), a declaration in YAML, or an Avro schema. Relative to this file. Unset: value.schema says what the records are.',
    { importance: 'high' },
  ),
  topic: optional<string>('topic', 'Topic that the records go to. Required with the kafka sink.', {
    flag: '--topic',
    code: 'topic',
    aliases: ['kafka.topic'],
    importance: 'high',
  }),
  topic_creation: {
    enabled: option<boolean>('flag', 'Whether a missing topic is created. An existing topic is never altered.', true, {
      code: 'topicCreation.enabled',
    }),
    partitions: option<number>('count', 'Partitions of a created topic.', 1, {
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
  key: optional<string>(
    'text',
    'Column whose value is the record key; records with the same key go to the same partition. Unset: no key, and records are spread evenly over the partitions.',
    { code: 'key', importance: 'medium' },
  ),
  key_format: choice(['string', 'long', 'avro', 'json'], 'Encoding of the key.', 'string', { code: 'keyFormat' }),
  timestamp: optional<string>(
    'text',
    'Kafka sink only: column of timestamps or dates whose value is the timestamp of a record, as event time for Streams, Flink and ksqlDB. Unset: the time at which the record is sent.',
    { code: 'timestamp' },
  ),
  headers: optional<string>(
    'object',
    'With the kafka sink: headers of every record by their names, each a text, `{ column: name }`, `{ position: task }` or `{ position: iteration }` (the number among the records of its task). Unset: none.',
  ),
  value: {
    format: choice(
      ['avro', 'json'],
      "Encoding of values for Kafka: Avro in the registry's wire format, or JSON.",
      'avro',
      { flag: '--format', code: 'valueSerializer', codeDefault: 'json', importance: 'medium' },
    ),
    schema: optional<string>(
      'schema',
      'Avro schema of the values: the path of an .avsc file (relative to this file) or the schema itself. Unset: derived from the model.',
      { flag: '--schema', code: 'avroSchema', importance: 'medium' },
    ),
    auto_register: option<boolean>('flag', 'Whether the schema is registered if the subject does not have it.', true, {
      aliases: ['value.converter.auto.register.schemas'],
    }),
    use_latest: option<boolean>('flag', "Whether the subject's latest schema is used for encoding.", false, {
      aliases: ['value.converter.use.latest.version'],
    }),
    subject: optional<string>('text', 'Subject of the schema in the registry. Unset: as subject_strategy says.'),
    subject_strategy: choice(
      ['topic', 'record', 'topic_record'],
      "What the subject is called, unless subject says: topic: `<topic>-value`; record: the record's full name, for topics with several kinds of records; topic_record: `<topic>-<full name>`. Keys are always under `<topic>-key`.",
      'topic',
    ),
  },
  conditions: optional<string>(
    'object',
    'Conditions that every record satisfies, such as `{segment: premium}`. Unset: none.',
    {
      flag: '--conditions',
      code: 'conditions',
      importance: 'medium',
    },
  ),
  references: maps(
    referenceSchema,
    "Columns that come from the records of other connectors' streams. Unset: all columns are the model's.",
  ),
  throughput: {
    rate: optional<number>(
      'number',
      'Records per second for the whole connector, across all its tasks. Unset: unlimited. Excludes interval.',
      { minimum: 0.000001, maximum: 1e9, flag: '--rate-limit', code: 'rateLimit', importance: 'high' },
    ),
    batch_size: option<number>('count', 'Maximum records in one generated batch.', 4096, {
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
      'Finds the rate automatically: the highest at which the 95th percentile of acknowledgement latency stays at target_latency; rate is then its upper bound. Excludes interval, shape and arrivals.',
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
      'How records are spread over time at the given rate: evenly, or as a Poisson process, seeded by seed.',
      'even',
      { flag: '--arrivals', code: 'arrivals' },
    ),
    shape: {
      type: optionalChoice(
        ['constant', 'ramp', 'sine', 'bursts', 'curve'],
        'How the rate changes: constant; ramp: linearly from rate to to_rate over period; sine: like day and night around rate; bursts: rate with bursts of burst_rate; curve: as recorded in a file. Unset: constant.',
        { flag: '--shape.type', code: 'shape.type' },
      ),
      period: optional<number>('duration', 'Duration of the ramp or of one wave, or time from one burst to the next.', {
        minimum: 1,
        code: 'shape.periodSeconds',
      }),
      to_rate: optional<number>('number', 'ramp: final rate, kept from then on.', {
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
        'curve: CSV file with one line `seconds,rate` per point, replacing rate; interpolated linearly, and repeated after the last point. Relative to this file.',
        { code: 'shape.file' },
      ),
      speed: option<number>('number', "Speed-up of the shape's time: with 168 a week takes an hour.", 1, {
        minimum: 1e-6,
        maximum: 1e6,
        code: 'shape.speed',
      }),
    },
    event_time: choice(
      ['model', 'throughput'],
      "What the model's event_time columns follow: their own step (model), or this throughput with its shape and speed.",
      'model',
      { flag: '--event-time', code: 'eventTime' },
    ),
    max_records: optional<number>(
      'count',
      'Number of records after which the connector is complete. Unset: it runs until it is stopped.',
      { minimum: 1, flag: '--max-records', code: 'maxRecords', aliases: ['iterations'], importance: 'high' },
    ),
  },
  sink: sinkSection,
  delivery: choice(
    ['exactly-once', 'at-least-once'],
    'exactly-once: records and checkpoint in one transaction. at-least-once: the checkpoint follows the acknowledgements.',
    'exactly-once',
    { code: 'delivery', codeDefault: 'at-least-once', importance: 'medium' },
  ),
  transaction: {
    boundary: choice(
      ['interval', 'batch'],
      'What ends a transaction (at-least-once: what a checkpoint follows): the interval, or every batch.',
      'interval',
    ),
    interval: option<number>('duration', 'Maximum time between two commits with boundary interval.', '100ms', {
      minimum: 1,
      aliases: ['transaction.boundary.interval.ms'],
    }),
    timeout: option<number>(
      'duration',
      'Time after which the broker aborts a transaction whose producer is gone. At most its transaction.max.timeout.ms.',
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
      'Producer implementation: the fast one, or kafkajs (gzip or no compression only).',
      'wire',
    ),
    max_batch_size: option<number>(
      'size',
      "Maximum size of a record batch in a request; the topic's max.message.bytes bounds it too.",
      '1MB',
      { minimum: 1000, maximum: 1_000_000_000 },
    ),
  },
  tasks: {
    max: option<number>(
      'count',
      'Number of tasks, which is the number of shards of the stream. Fixed for the life of its checkpoints.',
      1,
      { minimum: 1, maximum: 10_000, importance: 'high' },
    ),
  },
  disturb: disturbSchema,
  seed: option<number>('count', 'Seed of the stream: another seed gives other records.', 0, {
    minimum: 0,
    flag: '--seed',
    code: 'seed',
    aliases: ['random.seed'],
    importance: 'medium',
  }),
  errors: {
    policy: choice(
      ['retry', 'skip', 'stop'],
      'After a failed delivery: retry: retry from the checkpoint; skip: retry, but skip records that are themselves at fault; stop: fail immediately.',
      'retry',
      { code: 'onError' },
    ),
    max_retries: option<number>(
      'count',
      'Maximum retries in a row before the task fails; -1: unlimited for what passes (an unreachable broker or registry, a full disk), 10 for other retriable errors.',
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
        'Maximum time from the first failure in a row until the task fails; -1: unlimited.',
        -1,
      ),
    },
    backoff_factor: option<number>('number', 'Factor by which the wait grows with every retry.', 2, {
      minimum: 1,
      maximum: 100,
      code: 'backoffFactor',
    }),
    initial_backoff: option<number>('duration', 'Wait before the first retry, minus up to 50 % jitter.', '100ms', {
      code: 'initialBackoffSeconds',
    }),
    max_backoff: option<number>(
      'duration',
      'Maximum wait before a retry. Less during an outage: of the tasks that wait for one thing, one tries about every second.',
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
          'With policy skip and the kafka sink: topic for skipped records, with the error in headers; created as topic_creation says. Unset: they are only counted.',
          { code: 'deadLetterTopic' },
        ),
      },
    },
  },
} as const
