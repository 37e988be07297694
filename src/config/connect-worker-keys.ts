/**
 * Settings for which Kafka Connect's workers have their own form (4.2.1: DistributedConfig, StandaloneConfig,
 * RestServerConfig and the configurations of their clients): listeners, security, configuration providers.
 */
import { translateListeners, type TranslationSink } from './connect-listeners.js'
import type { Path } from './source.js'

/** A value for one of our options. `key`: the key it was given under. */
interface Translated {
  readonly key: string
  readonly path: Path
  readonly item: unknown
}

interface Problem {
  readonly key: string
  readonly what: string
  readonly found: string
  readonly expected: string
}

export interface Translation {
  /** Keys that have been translated. */
  readonly used: ReadonlySet<string>
  readonly values: readonly Translated[]
  readonly problems: readonly Problem[]
  /** Messages for the log. */
  readonly remarks: readonly string[]
}

/** Prefixes for one kind of client; here all clients share their settings. */
export const clientPrefixes: readonly string[] = ['producer.', 'consumer.', 'admin.']

/** Connect's keys that have no effect here. */
const known: ReadonlySet<string> = new Set(
  `access.control.allow.methods access.control.allow.origin admin.listeners auto.include.jmx.reporter client.dns.lookup
  config.providers connect.protocol connections.max.idle.ms connector.client.config.override.policy header.converter
  header.converter.plugin.version inter.worker.key.generation.algorithm inter.worker.key.size inter.worker.key.ttl.ms
  inter.worker.signature.algorithm inter.worker.verification.algorithms internal.key.converter internal.value.converter
  key.converter key.converter.plugin.version metadata.max.age.ms metadata.recovery.rebootstrap.trigger.ms
  metadata.recovery.strategy metric.reporters metrics.num.samples metrics.recording.level metrics.sample.window.ms
  offset.flush.interval.ms offset.flush.timeout.ms offset.storage.file.filename plugin.discovery plugin.path
  receive.buffer.bytes reconnect.backoff.max.ms reconnect.backoff.ms response.http.headers.config
  rest.advertised.listener retry.backoff.max.ms retry.backoff.ms send.buffer.bytes
  socket.connection.setup.timeout.max.ms status.storage.partitions topic.creation.enable topic.tracking.allow.reset
  topic.tracking.enable value.converter value.converter.plugin.version worker.sync.timeout.ms
  worker.unsync.backoff.ms`.split(/\s+/),
)
const knownPrefixes =
  `key.converter. value.converter. header.converter. internal.key.converter. internal.value.converter.
  config.providers. config.storage. offset.storage. status.storage. listeners.https. admin.listeners.https.
  metrics.context. sasl. ssl. security. producer. consumer. admin.`.split(/\s+/)

/** Whether Connect's workers accept it. */
export function isConnectKey(key: string): boolean {
  return known.has(key) || knownPrefixes.some((prefix) => key.startsWith(prefix) && key.length > prefix.length)
}

/** Client timeouts in milliseconds that we have options for. */
const clientTimes: ReadonlyMap<string, Path> = new Map([
  ['request.timeout.ms', ['kafka', 'request_timeout']],
  ['socket.connection.setup.timeout.ms', ['kafka', 'connect_timeout']],
])

/** Translates what it can of these flat keys. */
export function connectKeysOf(flat: ReadonlyMap<string, unknown>): Translation {
  const translator = new Translator(flat)
  translateListeners(flat, translator)
  translator.exactlyOnce()
  translator.times()
  translator.security()
  translator.providers()
  return translator
}

class Translator implements Translation, TranslationSink {
  readonly used = new Set<string>()
  readonly values: Translated[] = []
  readonly problems: Problem[] = []
  readonly remarks: string[] = []
  readonly #flat: ReadonlyMap<string, unknown>

  constructor(flat: ReadonlyMap<string, unknown>) {
    this.#flat = flat
  }

  /** A worker setting in Connect; here `delivery` of each connector. */
  exactlyOnce(): void {
    const key = 'exactly.once.source.support'
    const text = this.take(key)
    if (text !== null && text !== 'enabled')
      this.refuse(key, 'it cannot be switched off for all connectors', text, 'enabled')
  }

  times(): void {
    const shutdown = this.take('task.shutdown.graceful.timeout.ms')
    if (shutdown !== null)
      this.set('task.shutdown.graceful.timeout.ms', ['shutdown', 'timeout'], `${Number(shutdown)}ms`)
    for (const [name, path] of clientTimes) {
      const found = this.#takeOfClients(name)
      if (found !== null) this.set(found.key, path, `${Number(found.text)}ms`)
    }
  }

  security(): void {
    const protocol = this.#takeOfClients('security.protocol')
    if (protocol === null) return
    const { key, text } = protocol
    const match = /^(SASL_)?(SSL|PLAINTEXT)$/i.exec(text)
    if (match === null)
      return this.refuse(key, 'not a security protocol', text, 'PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL')
    if (match[2].toUpperCase() === 'SSL') {
      this.set(key, ['kafka', 'tls', 'enabled'], true)
      this.#tls()
    }
    if (match[1] !== undefined) this.#sasl()
  }

  #tls(): void {
    const type = (kind: 'truststore' | 'keystore'): string =>
      (this.#takeOfClients(`ssl.${kind}.type`)?.text ?? 'JKS').toUpperCase()
    const [truststore, keystore] = [type('truststore'), type('keystore')]
    const texts: readonly (readonly [name: string, option: string])[] = [
      ['ssl.truststore.certificates', 'ca'],
      ['ssl.keystore.certificate.chain', 'cert'],
      ['ssl.keystore.key', 'key'],
      ['ssl.key.password', 'passphrase'],
    ]
    for (const [name, option] of texts) {
      const found = this.#takeOfClients(name)
      if (found !== null) this.set(found.key, ['kafka', 'tls', option], found.text)
    }
    const stores = [
      ['ssl.truststore.location', truststore, ['ca']],
      ['ssl.keystore.location', keystore, ['cert', 'key']],
    ] as const
    for (const [name, format, options] of stores) {
      const found = this.#takeOfClients(name)
      if (found === null) continue
      if (format !== 'PEM')
        this.refuse(found.key, 'unsupported certificate store format', format, 'a PEM file, with type PEM')
      for (const option of options) this.set(found.key, ['kafka', 'tls', option], found.text)
    }
  }

  #sasl(): void {
    const names = {
      'sasl.mechanism': 'mechanism',
      'sasl.oauthbearer.token.endpoint.url': 'token_endpoint',
      'sasl.oauthbearer.client.credentials.client.id': 'client_id',
      'sasl.oauthbearer.client.credentials.client.secret': 'client_secret',
      'sasl.oauthbearer.scope': 'scope',
      'sasl.oauthbearer.assertion.file': 'assertion_file',
    }
    for (const [name, option] of Object.entries(names)) {
      const found = this.#takeOfClients(name)
      if (found !== null) this.set(found.key, ['kafka', 'sasl', option], found.text)
    }
    const jaas = this.#takeOfClients('sasl.jaas.config')
    if (jaas === null) return
    // Amazon's module takes no login: credentials are those of the AWS SDK.
    if (/\bIAMLoginModule\b/.test(jaas.text)) return
    const module = /^\s*\S*?(Plain|Scram|OAuthBearer)LoginModule\s+required\s+([^;]*);?\s*$/s.exec(jaas.text)
    if (module === null)
      return this.refuse(
        jaas.key,
        'unknown login module',
        'a secret',
        'PlainLoginModule, ScramLoginModule or OAuthBearerLoginModule',
      )
    const options = { username: 'username', password: 'password' }
    const grants = { clientId: 'client_id', clientSecret: 'client_secret', scope: 'scope' }
    const wanted = Object.entries(module[1] === 'OAuthBearer' ? grants : options)
    const given = new Map(
      [...module[2].matchAll(/(\w+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|'([^']*)'|(\S+))/g)].map(
        ([, name, double, single, bare]) => [name, double?.replace(/\\(.)/g, '$1') ?? single ?? bare],
      ),
    )
    for (const [name, option] of wanted) {
      const text = given.get(name)
      if (text !== undefined) this.set(jaas.key, ['kafka', 'sasl', option], text)
    }
  }

  /** KIP-297: what connectors may read through `${env:…}` and `${file:…}`. */
  providers(): void {
    const names =
      this.#text('config.providers')
        ?.split(',')
        .map((name) => name.trim()) ?? []
    for (const name of names) {
      const prefix = `config.providers.${name}.`
      const provider = this.#text(`${prefix}class`)?.split('.').at(-1)
      if (provider === 'EnvVarConfigProvider' && name === 'env') {
        this.#takeProvider(prefix)
        this.set(`${prefix}class`, ['secrets', 'env'], this.take(`${prefix}param.allowlist.pattern`) ?? '.*')
      } else if (provider === 'FileConfigProvider' && name === 'file') {
        this.#takeProvider(prefix)
        const paths = this.take(`${prefix}param.allowed.paths`)?.split(',') ?? []
        if (paths.length === 1) this.set(`${prefix}param.allowed.paths`, ['secrets', 'path'], paths[0].trim())
        else if (paths.length > 1)
          this.refuse(`${prefix}param.allowed.paths`, 'several folders', paths.join(','), 'one folder')
        else this.remarks.push(`connectors cannot read files: ${prefix}param.allowed.paths names no folder`)
      } else this.remarks.push(`unknown provider ${name}: connectors can use \${env:…} and \${file:…}`)
    }
  }

  #takeProvider(prefix: string): void {
    this.used.add('config.providers')
    this.used.add(`${prefix}class`)
  }

  #text(key: string): string | null {
    const item = this.#flat.get(key)
    if (typeof item === 'string') return item
    return typeof item === 'number' || typeof item === 'boolean' ? String(item) : null
  }

  take(key: string): string | null {
    const text = this.#text(key)
    if (text !== null) this.used.add(key)
    return text
  }

  /** A key for all clients, or for one kind if the others have no other value. */
  #takeOfClients(name: string): { readonly key: string; readonly text: string } | null {
    const given = [name, ...clientPrefixes.map((prefix) => prefix + name)].flatMap((key) => {
      const text = this.take(key)
      return text === null ? [] : [{ key, text }]
    })
    const others = given.filter(({ text }) => text !== given[0].text).map(({ key }) => key)
    if (others.length > 0) this.remarks.push(`${others.join(', ')}: ignored, all connections use ${given[0].key}`)
    return given.at(0) ?? null
  }

  set(key: string, path: Path, item: unknown): void {
    this.values.push({ key, path, item })
  }

  refuse(key: string, what: string, found: string, expected: string): void {
    this.problems.push({ key, what, found, expected })
  }
}
