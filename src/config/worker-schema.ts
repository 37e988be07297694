/** The keys of a worker file. A key's environment variable, if it has one, overrides the file. */
import { httpOptions } from './http-options.js'
import { choice, option, optional, optionalChoice } from './option.js'

export const workerSchema = {
  group: {
    id: option<string>('name', 'Name of the worker group; prefix of transactional ids.', 'genesis', {
      env: 'GENESIS_GROUP_ID',
    }),
    enabled: option<boolean>(
      'flag',
      'Whether to share connectors with the other workers of the group, through Kafka topics. Off: the worker runs standalone.',
      false,
      { env: 'GENESIS_GROUP_ENABLED' },
    ),
    session_timeout: option<number>(
      'duration',
      'Time without heartbeats after which the group considers a worker lost.',
      '10s',
      { minimum: 1000, aliases: ['session.timeout.ms'] },
    ),
    heartbeat_interval: option<number>(
      'duration',
      'Time between heartbeats; at most a third of session_timeout. Workers learn of a rebalance with the next one.',
      '1s',
      { minimum: 100, aliases: ['heartbeat.interval.ms'] },
    ),
    rebalance_timeout: option<number>('duration', 'Maximum time for workers to rejoin when the group changes.', '60s', {
      minimum: 1000,
      aliases: ['rebalance.timeout.ms'],
    }),
    lost_worker_delay: option<number>(
      'duration',
      "How long a lost worker's tasks wait for it to return before they are reassigned.",
      '3s',
      { aliases: ['scheduled.rebalance.max.delay.ms'] },
    ),
  },
  config_storage: {
    topic: option<string>(
      'topic',
      "Compacted topic for the group's connector configurations; one partition.",
      'genesis-configs',
      {
        env: 'GENESIS_CONFIG_STORAGE_TOPIC',
        aliases: ['config.storage.topic'],
      },
    ),
    replication_factor: option<number>(
      'count',
      "Replication factor if the topic is created; -1: the broker's default.",
      -1,
      { minimum: -1, maximum: 32_767, aliases: ['config.storage.replication.factor'] },
    ),
  },
  status_storage: {
    topic: option<string>(
      'topic',
      "Compacted topic for the states of the group's tasks; one partition.",
      'genesis-status',
      {
        env: 'GENESIS_STATUS_STORAGE_TOPIC',
        aliases: ['status.storage.topic'],
      },
    ),
    replication_factor: option<number>(
      'count',
      "Replication factor if the topic is created; -1: the broker's default.",
      -1,
      { minimum: -1, maximum: 32_767, aliases: ['status.storage.replication.factor'] },
    ),
  },
  kafka: {
    brokers: option<string[]>('list', 'Bootstrap brokers, host:port each.', ['127.0.0.1:9092'], {
      env: 'KAFKA_BROKERS',
      flag: '--kafka-servers',
      code: 'bootstrapServers',
      aliases: ['bootstrap.servers'],
    }),
    client_id: option<string>('name', "Name of this worker in brokers' logs and quotas.", 'genesis', {
      env: 'KAFKA_CLIENT_ID',
      code: 'clientId',
      aliases: ['client.id'],
    }),
    tls: {
      enabled: option<boolean>('flag', 'Whether to connect with TLS.', false, {
        env: 'KAFKA_TLS_ENABLED',
        code: 'tls.enabled',
      }),
      ca: optional<string>('pem', "CA certificates to trust. Unset: Node's built-in list.", {
        env: 'KAFKA_TLS_CA',
        code: 'tls.ca',
      }),
      cert: optional<string>('pem', 'Client certificate.', { env: 'KAFKA_TLS_CERT', code: 'tls.cert' }),
      key: optional<string>('pem', 'Private key of the client certificate.', {
        env: 'KAFKA_TLS_KEY',
        code: 'tls.key',
        sensitive: true,
      }),
      passphrase: optional<string>('text', 'Passphrase of the private key.', {
        env: 'KAFKA_TLS_PASSPHRASE',
        code: 'tls.passphrase',
        sensitive: true,
      }),
      server_name: optional<string>('text', "Server name expected in the certificate. Unset: the broker's host.", {
        env: 'KAFKA_TLS_SERVER_NAME',
        code: 'tls.serverName',
      }),
      verify: option<boolean>('flag', "Whether to verify the broker's certificate. Disable in tests only.", true, {
        env: 'KAFKA_TLS_VERIFY',
        code: 'tls.verify',
      }),
    },
    sasl: {
      mechanism: optionalChoice(
        ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'AWS_MSK_IAM'],
        'SASL mechanism. Unset: no authentication. AWS_MSK_IAM needs the package aws-msk-iam-sasl-signer-js.',
        { env: 'KAFKA_SASL_MECHANISM', code: 'sasl.mechanism' },
      ),
      username: optional<string>('text', 'User name (PLAIN, SCRAM).', {
        env: 'KAFKA_SASL_USERNAME',
        code: 'sasl.username',
      }),
      password: optional<string>('text', 'Password (PLAIN, SCRAM).', {
        env: 'KAFKA_SASL_PASSWORD',
        code: 'sasl.password',
        sensitive: true,
      }),
      token: optional<string>('text', 'Static token (OAUTHBEARER).', {
        env: 'KAFKA_SASL_TOKEN',
        code: 'sasl.token',
        sensitive: true,
      }),
      region: optional<string>('text', 'AWS region of the cluster (AWS_MSK_IAM).', {
        env: 'KAFKA_SASL_REGION',
        code: 'sasl.region',
      }),
      assertion_file: optional<string>(
        'path',
        'File with a JWT that is sent to the token endpoint instead of a client secret (RFC 7523), read again for each token. With client_id it authenticates the client, without it is the grant. Relative to this file.',
        { env: 'KAFKA_SASL_ASSERTION_FILE', code: 'sasl.assertionFile' },
      ),
      token_endpoint: optional<string>('url', 'Token endpoint for client credentials or an assertion (OAUTHBEARER).', {
        env: 'KAFKA_SASL_TOKEN_ENDPOINT',
        code: 'sasl.tokenEndpoint',
      }),
      client_id: optional<string>('text', 'Client id at the token endpoint.', {
        env: 'KAFKA_SASL_CLIENT_ID',
        code: 'sasl.clientId',
      }),
      client_secret: optional<string>('text', 'Client secret at the token endpoint.', {
        env: 'KAFKA_SASL_CLIENT_SECRET',
        code: 'sasl.clientSecret',
        sensitive: true,
      }),
      scope: optional<string>('text', 'Scope to request at the token endpoint.', {
        env: 'KAFKA_SASL_SCOPE',
        code: 'sasl.scope',
      }),
    },
    connect_timeout: option<number>('duration', 'Maximum wait for a connection.', '10s', { minimum: 1 }),
    request_timeout: option<number>('duration', 'Request timeout: maximum wait for a response.', '30s', { minimum: 1 }),
  },
  registry: {
    url: optional<string>('url', 'Schema registry (Confluent API). Needed for formats with a schema in Kafka.', {
      env: 'SCHEMA_REGISTRY_URL',
      code: 'registry.url',
      flag: '--registry',
    }),
    username: optional<string>('text', 'User name (basic authentication).', {
      env: 'SCHEMA_REGISTRY_USERNAME',
      code: 'registry.username',
    }),
    password: optional<string>('text', 'Password (basic authentication).', {
      env: 'SCHEMA_REGISTRY_PASSWORD',
      code: 'registry.password',
      sensitive: true,
    }),
    token: optional<string>('text', 'Bearer token, instead of a user name and password.', {
      env: 'SCHEMA_REGISTRY_TOKEN',
      code: 'registry.token',
      sensitive: true,
    }),
    ca: optional<string>('pem', "CA certificates to trust. Unset: Node's built-in list.", {
      env: 'SCHEMA_REGISTRY_CA',
      code: 'registry.ca',
    }),
    request_timeout: option<number>('duration', 'Request timeout: maximum wait for a response.', '30s', { minimum: 1 }),
  },
  checkpoints: {
    topic: option<string>(
      'topic',
      'Compacted topic for checkpoints (offset.storage.topic in Kafka Connect).',
      'genesis-checkpoints',
      {
        env: 'GENESIS_CHECKPOINTS_TOPIC',
        aliases: ['offset.storage.topic'],
      },
    ),
    replication_factor: option<number>(
      'count',
      "Replication factor if the topic is created; -1: the broker's default.",
      -1,
      {
        minimum: -1,
        maximum: 32_767,
        aliases: ['offset.storage.replication.factor'],
      },
    ),
    partitions: option<number>('count', 'Partitions if the topic is created.', 8, {
      minimum: 1,
      maximum: 1000,
      aliases: ['offset.storage.partitions'],
    }),
  },
  http: httpOptions,
  connectors: {
    path: optional<string>(
      'path',
      'Folder where a standalone worker stores connectors created over REST. Relative to this file. Unset: they are lost when the process ends.',
      { env: 'GENESIS_CONNECTORS_PATH' },
    ),
  },
  models: {
    path: option<string>(
      'path',
      'Folder of models for connectors created over REST. Relative to this file.',
      'models',
      { env: 'GENESIS_MODELS_PATH' },
    ),
  },
  schemas: {
    path: option<string>(
      'path',
      'Folder of schemas for connectors created over REST. Relative to this file.',
      'schemas',
      { env: 'GENESIS_SCHEMAS_PATH' },
    ),
  },
  files: {
    path: optional<string>(
      'path',
      'Output folder for file sinks of connectors created over REST. Relative to this file. Unset: no file sinks over REST.',
      { env: 'GENESIS_FILES_PATH' },
    ),
  },
  secrets: {
    path: optional<string>(
      'path',
      'Folder of files that connectors created over REST can read with `${file:…}`. Relative to this file. Unset: none.',
      { env: 'GENESIS_SECRETS_PATH' },
    ),
    env: optional<string>(
      'text',
      'Regular expression for environment variables that connectors created over REST can read with `${env:…}`, such as `SECRET_.*`. Unset: none.',
      { env: 'GENESIS_SECRETS_ENV' },
    ),
  },
  log: {
    level: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'Minimum level to log.', 'info', {
      env: 'GENESIS_LOG_LEVEL',
    }),
    format: choice(
      ['auto', 'json', 'line'],
      'JSON logs or status lines; auto: lines on a terminal, otherwise JSON.',
      'auto',
      {
        env: 'GENESIS_LOG_FORMAT',
      },
    ),
  },
  shutdown: {
    timeout: option<number>('duration', 'Maximum time for open transactions to finish after SIGTERM.', '30s'),
  },
  threads: option<number | 'auto'>('threads', 'Threads for tasks; auto: one per core, 0: the main thread.', 'auto', {
    env: 'GENESIS_THREADS',
  }),
} as const
