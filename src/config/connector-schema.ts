/** The keys of a connector file. No key is a prefix of another: dotted names of them are unambiguous. */
import { disturbSchema } from './disturb.js'
import { choice, maps, option, optional, optionalChoice, required } from './option.js'
import { sinkSection } from './sink-section.js'

/** What a reference to another connector's stream says. */
export const referenceSchema = {
  column: required<string>('text', "Column that gets the key of another stream's record."),
  connector: required<string>(
    'text',
    'The other connector: its file, relative to this one, if it is the only one there; or its name, if its file is in the same folder as this one, or is this one.',
  ),
  key: required<string>('text', "Column of the other stream's records that is the key."),
  skew: choice(
    ['uniform', 'zipf', 'recent'],
    'Which records are referred to: all alike, the first ones most (the k-th as 1/k), or those most that are newest at the own position.',
    'uniform',
  ),
  among: optional<number>(
    'count',
    'How many records of the other stream there are to refer to: its positions from 0. None: its max_records.',
    { minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  ),
  copy: option<string>(
    'map',
    'Columns that are copied from the same record, such as `{customer_segment: segment}`: own name and name there.',
    {},
  ),
}

export const connectorSchema = {
  name: required<string>(
    'name',
    'Name of the connector: of its checkpoints, its transactional ids and in every message.',
  ),
  model: required<string>(
    'path',
    'Model file that makes the records (`genesis fit` trains one). Relative to this file.',
  ),
  topic: optional<string>('topic', 'Topic that the records go to. Needed with the kafka sink.'),
  topic_creation: {
    enabled: option<boolean>('flag', 'Whether a missing topic is created. One that exists is never altered.', true),
    partitions: option<number>('count', 'Partitions of a topic that is created.', 1, { minimum: 1, maximum: 100_000 }),
    replication_factor: option<number>(
      'count',
      "Replicas of a topic that is created; -1 is the broker's default.",
      -1,
      {
        minimum: -1,
        maximum: 32_767,
      },
    ),
    config: option<string>('map', 'Configuration of a topic that is created, such as `retention.ms`.', {}),
  },
  key: optional<string>(
    'text',
    'Column whose value is the key of a record; records of one key go to one partition. None: no key, and the records are dealt evenly.',
  ),
  key_format: choice(['string', 'long', 'avro', 'json'], 'How the key is encoded.', 'string'),
  value: {
    format: choice(
      ['avro', 'json'],
      "How values are encoded for Kafka: Avro in the registry's wire format, or JSON.",
      'avro',
    ),
    schema: optional<string>(
      'schema',
      'Avro schema of the values: the path of an .avsc file (relative to this file) or the schema itself. None: derived from the model.',
    ),
    auto_register: option<boolean>('flag', 'Whether the schema is registered if the subject does not have it.', true),
    use_latest: option<boolean>('flag', "Whether the subject's latest schema is used for encoding.", false),
    subject: optional<string>('text', 'Subject of the schema in the registry. None: `<topic>-value`.'),
  },
  conditions: optional<string>(
    'object',
    'What every record satisfies, such as `{segment: premium}`. None: no condition.',
  ),
  references: maps(
    referenceSchema,
    "Columns that come from the records of other connectors' streams. None: all are the model's.",
  ),
  throughput: {
    rate: optional<number>(
      'number',
      'Records a second of the whole connector, over all its tasks. None: as many as go. Excludes interval.',
      { minimum: 0.000001, maximum: 1e9 },
    ),
    batch_size: option<number>('count', 'The most records that are generated at a time.', 4096, {
      minimum: 1,
      maximum: 65_536,
    }),
    interval: optional<number>('duration', 'One batch of batch_size every so often. Excludes rate.', { minimum: 1 }),
    adaptive: option<boolean>(
      'flag',
      'Finds the rate by itself: as high as it goes while the 95 % latency of acknowledgements stays at target_latency; rate is then its upper bound. Excludes interval, shape and arrivals.',
      false,
    ),
    target_latency: option<number>('duration', 'What 95 % of acknowledgements take at most, with adaptive.', '100ms', {
      minimum: 1,
    }),
    arrivals: choice(
      ['even', 'poisson'],
      'How records are spread over the time that the rate gives them: evenly, or as a Poisson process, seeded by seed.',
      'even',
    ),
    shape: {
      type: optionalChoice(
        ['constant', 'ramp', 'sine', 'bursts', 'curve'],
        'How the rate changes: not; in a line from rate to to_rate over period; as day and night around rate; rate with bursts of burst_rate; or as recorded. None: constant.',
      ),
      period: optional<number>('duration', 'Time of the ramp, of a wave, or from one burst to the next.', {
        minimum: 1,
      }),
      to_rate: optional<number>('number', 'ramp: the rate that it ends at and keeps.', { minimum: 0, maximum: 1e9 }),
      amplitude: option<number>(
        'number',
        'sine: how far the rate swings, as a share of it. It begins at its lowest.',
        0.8,
        {
          minimum: 0,
          maximum: 1,
        },
      ),
      burst_rate: optional<number>('number', 'bursts: records a second in a burst.', { minimum: 0, maximum: 1e9 }),
      burst_length: optional<number>('duration', 'bursts: how long a burst lasts, at the beginning of every period.', {
        minimum: 1,
      }),
      curve: optional<string>(
        'path',
        'curve: CSV file with a line `seconds,rate` for every point, in place of rate; straight lines between, and from the beginning again after the last. Relative to this file.',
      ),
      speed: option<number>(
        'number',
        "How many times faster the shape's time passes: with 168 a week takes an hour.",
        1,
        {
          minimum: 1e-6,
          maximum: 1e6,
        },
      ),
    },
    event_time: choice(
      ['model', 'throughput'],
      "What the model's event_time columns go by: their own step, or this throughput, with its shape and at its speed.",
      'model',
    ),
    max_records: optional<number>(
      'count',
      'The connector is complete after so many records. None: it goes on for ever.',
      {
        minimum: 1,
      },
    ),
  },
  sink: sinkSection,
  delivery: choice(
    ['exactly-once', 'at-least-once'],
    'exactly-once: records and checkpoint in one transaction. at-least-once: the checkpoint follows the acknowledgements.',
    'exactly-once',
  ),
  transaction: {
    boundary: choice(
      ['interval', 'batch'],
      'What ends a transaction (or, at-least-once, what a checkpoint follows): the interval, or every batch.',
      'interval',
    ),
    interval: option<number>('duration', 'Longest time between two commits with boundary interval.', '100ms', {
      minimum: 1,
    }),
    timeout: option<number>(
      'duration',
      'After this time the broker aborts a transaction whose producer is gone. At most its transaction.max.timeout.ms.',
      '60s',
      { minimum: 1000 },
    ),
  },
  compression: choice(['none', 'gzip', 'snappy', 'lz4', 'zstd'], 'Compression of record batches.', 'none'),
  producer: {
    client: choice(
      ['wire', 'kafkajs'],
      'Producer implementation: the fast one, or kafkajs (gzip or no compression only).',
      'wire',
    ),
    max_batch_size: option<number>(
      'size',
      "Largest record batch in a request. The topic's max.message.bytes bounds it too.",
      '1MB',
      { minimum: 1000, maximum: 1_000_000_000 },
    ),
  },
  tasks: {
    max: option<number>(
      'count',
      'Tasks, and so shards, that the stream is dealt to. Fixed for the life of its checkpoints.',
      1,
      {
        minimum: 1,
        maximum: 10_000,
      },
    ),
  },
  disturb: disturbSchema,
  seed: option<number>('count', 'Seed of the stream: another seed, other records.', 0, { minimum: 0 }),
  errors: {
    policy: choice(
      ['retry', 'skip', 'stop'],
      'After a failed delivery: try again from the checkpoint; the same, but leave out records that are refused for their own sake; or fail at once.',
      'retry',
    ),
    max_retries: option<number>('count', 'Tries after the first before the task fails; -1 is no end.', 10, {
      minimum: -1,
    }),
    backoff_factor: option<number>('number', 'Each wait is so many times the one before.', 2, {
      minimum: 1,
      maximum: 100,
    }),
    initial_backoff: option<number>('duration', 'First wait before a retry.', '100ms'),
    max_backoff: option<number>('duration', 'Longest wait before a retry.', '60s'),
    deadletterqueue: {
      topic: {
        name: optional<string>(
          'topic',
          'With policy skip and the kafka sink: topic for the records that are left out, with the error in headers; created as topic_creation says. None: they are only counted.',
        ),
      },
    },
  },
} as const
