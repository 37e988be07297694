/** Worker file and environment as a checked configuration. */
import { readFileSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { GenesisError } from '../errors.js'
import { check, throwErrors } from './check.js'
import type { ClusterOptions, SaslOptions, TlsOptions } from './cluster.js'
import { httpSecurityOf, type HttpSource, type PemSource } from './http-security.js'
import type { Values } from './option.js'
import type { Environment } from './placeholders.js'
import { plainSource, readSources, readConfigText } from './source.js'
import type { ConfigSource } from './source.js'
import { parseProperties } from './properties.js'
import { workerSchema } from './worker-schema.js'
import type { WorkerConfig } from './worker.js'

type WorkerValues = Values<typeof workerSchema>

/**
 * The worker's configuration: defaults, overridden by the file (null: none), overridden by environment variables.
 * Throws one GenesisError with all errors in `details.all`.
 */
export async function loadWorker(path: string | null, env: Environment): Promise<WorkerConfig> {
  const folder = path === null ? process.cwd() : dirname(path)
  const sources = path === null ? [] : await readWorkerSources(path)
  if (sources.length > 1) {
    throw new GenesisError('CONFIG_INVALID', 'a worker file holds one document', {
      place: sources[1].place([]),
      found: `${sources.length}`,
      expected: '1',
    })
  }
  if (sources.length === 0) return parseWorker(plainSource({}, path ?? 'worker'), env, folder)
  const { withWorkerKeys } = await import('./worker-keys.js')
  const { source, remarks } = withWorkerKeys(sources[0])
  return parseWorker(source, env, folder, remarks)
}

/** A `.properties` file in Kafka Connect's form, or a YAML or JSON file. */
async function readWorkerSources(path: string): Promise<ConfigSource[]> {
  if (!isProperties(path)) return readSources(path)
  const value = Object.fromEntries(parseProperties(await readConfigText(path)))
  return [{ ...plainSource(value, path), file: path }]
}

function isProperties(path: string | null): boolean {
  return path !== null && extname(path) === '.properties'
}

/** The same from an already read source by our keys; relative paths start from `folder`. `remarks`: about its keys. */
export function parseWorker(
  source: ConfigSource,
  env: Environment,
  folder: string,
  remarks: readonly string[] = [],
): WorkerConfig {
  const checked = check(workerSchema, source, { env, folder, anyText: isProperties(source.file) })
  throwErrors(checked.errors)
  return toConfig(checked.values, source, { env, folder, remarks })
}

interface Surroundings {
  readonly env: Environment
  readonly folder: string
  readonly remarks: readonly string[]
}

function toConfig(values: WorkerValues, source: ConfigSource, { env, folder, remarks }: Surroundings): WorkerConfig {
  const errors: GenesisError[] = []
  const fail: Fail = (path, what, found, expected, remedy) => {
    const place = source.place(path.split('.'))
    errors.push(new GenesisError('CONFIG_INVALID', what, { place, found, expected, remedy }))
  }
  const pemSource = (path: string, text: string | null): PemSource | null => {
    if (text === null) return null
    if (text.includes('-----BEGIN')) return { path: null, text }
    const file = resolve(folder, text)
    try {
      const content = readFileSync(file, 'utf8')
      if (content.includes('-----BEGIN')) return { path: file, text: content }
      fail(path, 'not a PEM file', file, 'text containing -----BEGIN …')
    } catch (cause) {
      const code = String((cause as NodeJS.ErrnoException).code)
      fail(
        path,
        'the PEM file cannot be read',
        code === 'ENAMETOOLONG' ? 'other text' : `${file} (${code})`,
        'a PEM file',
      )
    }
    return null
  }
  const pem = (path: string, text: string | null): string | null => pemSource(path, text)?.text ?? null

  const { registry } = values
  const address = registry.url === null ? null : new URL(registry.url)
  const kafka: ClusterOptions = {
    brokers: values.kafka.brokers,
    clientId: values.kafka.client_id,
    tls: tlsOf(values, pemSource, fail),
    sasl: saslOf(values, folder, fail),
    connectTimeoutMs: values.kafka.connect_timeout,
    requestTimeoutMs: values.kafka.request_timeout,
  }
  const config: WorkerConfig = {
    group: {
      id: values.group.id,
      enabled: values.group.enabled,
      sessionTimeoutMs: values.group.session_timeout,
      heartbeatMs: values.group.heartbeat_interval,
      rebalanceTimeoutMs: values.group.rebalance_timeout,
      lostWorkerDelayMs: values.group.lost_worker_delay,
    },
    kafka,
    registry: {
      url: address === null ? null : withoutCredentials(address),
      // In the URL they would be shown wherever it is.
      username: registry.username ?? credential(address?.username),
      password: registry.password ?? credential(address?.password),
      token: registry.token,
      ca: pem('registry.ca', registry.ca),
      requestTimeoutMs: registry.request_timeout,
    },
    checkpoints: {
      topic: values.checkpoints.topic,
      replicationFactor: values.checkpoints.replication_factor,
      partitions: values.checkpoints.partitions,
    },
    connectorsPath: values.connectors.path === null ? null : resolve(folder, values.connectors.path),
    rest: {
      models: resolve(folder, values.models.path),
      schemas: resolve(folder, values.schemas.path),
      files: values.files.path === null ? null : resolve(folder, values.files.path),
      secrets: values.secrets.path === null ? null : resolve(folder, values.secrets.path),
      variables: values.secrets.env === null ? null : variablesOf(values.secrets.env, fail),
    },
    configStorage: {
      topic: values.config_storage.topic,
      replicationFactor: values.config_storage.replication_factor,
    },
    statusStorage: {
      topic: values.status_storage.topic,
      replicationFactor: values.status_storage.replication_factor,
    },
    http: {
      enabled: values.http.enabled,
      host: values.http.host,
      port: values.http.port,
      ui: values.http.ui,
      security: httpSecurityOf({ values: values.http, source, env, folder, pem: pemSource, fail }),
    },
    advertised: { host: values.http.advertised_host, port: values.http.advertised_port },
    log: values.log,
    shutdown: { timeoutMs: values.shutdown.timeout },
    threads: values.threads,
    remarks,
  }
  if (config.registry.token !== null && config.registry.username !== null) {
    fail(
      'registry.token',
      'token and username exclude each other',
      'both',
      'one of registry.token and registry.username',
    )
  }
  throwErrors(errors)
  return config
}

type Fail = HttpSource['fail']

/** As in Connect's EnvVarConfigProvider, the pattern must match the whole name. */
function variablesOf(pattern: string, fail: Fail): RegExp | null {
  try {
    return new RegExp(`^(?:${pattern})$`)
  } catch (cause) {
    fail('secrets.env', 'not a regular expression', pattern, (cause as Error).message)
    return null
  }
}

function tlsOf({ kafka: { tls } }: WorkerValues, pem: HttpSource['pem'], fail: Fail): TlsOptions | null {
  if (!tls.enabled) {
    const used = (['ca', 'cert', 'key', 'passphrase', 'server_name'] as const).find((name) => tls[name] !== null)
    if (used !== undefined) fail(`kafka.tls.${used}`, 'TLS is off', `${used}`, 'kafka.tls.enabled: true')
    return null
  }
  if ((tls.cert === null) !== (tls.key === null)) {
    fail(
      'kafka.tls',
      'a client certificate and its key go together',
      tls.cert === null ? 'a key' : 'a cert',
      'cert and key',
    )
  }
  const [ca, cert, key] = (['ca', 'cert', 'key'] as const).map((name) => pem(`kafka.tls.${name}`, tls[name]))
  const files = { ca: ca?.path ?? undefined, cert: cert?.path ?? undefined, key: key?.path ?? undefined }
  return {
    ...(Object.values(files).some((path) => path !== undefined) && { files }),
    ca: ca?.text,
    cert: cert?.text,
    key: key?.text,
    passphrase: tls.passphrase ?? undefined,
    serverName: tls.server_name ?? undefined,
    rejectUnauthorized: tls.verify,
  }
}

function saslOf({ kafka: { sasl, tls } }: WorkerValues, folder: string, fail: Fail): SaslOptions | null {
  const { mechanism, username, password, token } = sasl
  if (mechanism === null) {
    const used = (['username', 'password', 'token', 'token_endpoint'] as const).find((name) => sasl[name] !== null)
    if (used !== undefined)
      fail(`kafka.sasl.${used}`, 'no SASL mechanism that uses it is set', used, 'kafka.sasl.mechanism')
    return null
  }
  if (mechanism === 'AWS_MSK_IAM') {
    if (sasl.region === null) fail('kafka.sasl.region', 'no AWS region', 'nothing', 'such as eu-central-1')
    if (!tls.enabled)
      fail('kafka.sasl.mechanism', 'AWS_MSK_IAM without TLS', 'kafka.tls.enabled: false', 'kafka.tls.enabled: true')
    return { mechanism: 'OAUTHBEARER', awsRegion: sasl.region ?? '' }
  }
  if (mechanism !== 'OAUTHBEARER') {
    if (username !== null && password !== null) return { mechanism, username, password }
    fail('kafka.sasl.mechanism', 'incomplete login', mechanism, 'username and password')
    return null
  }
  const { token_endpoint: tokenEndpoint, client_id: clientId, client_secret: clientSecret } = sasl
  if (token !== null) return { mechanism, token }
  if (tokenEndpoint !== null && sasl.assertion_file !== null) {
    const assertionFile = resolve(folder, sasl.assertion_file)
    return { mechanism, tokenEndpoint, assertionFile, clientId: clientId ?? undefined, scope: sasl.scope ?? undefined }
  }
  if (tokenEndpoint !== null && clientId !== null && clientSecret !== null) {
    return { mechanism, tokenEndpoint, clientId, clientSecret, scope: sasl.scope ?? undefined }
  }
  fail(
    'kafka.sasl.mechanism',
    'incomplete login',
    mechanism,
    'token, or token_endpoint with client_id and client_secret, or with assertion_file',
  )
  return null
}

function withoutCredentials(address: URL): string {
  const bare = new URL(address)
  bare.username = ''
  bare.password = ''
  return bare.href.replace(/\/$/, '')
}

function credential(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : decodeURIComponent(text)
}
