/** Where and how Kafka Connect's workers serve REST (4.2.1: RestServerConfig, SslConfigs), in our options. */
import type { Path } from './source.js'

/** Collects what has been translated. */
export interface TranslationSink {
  /** The text of a key, which counts as translated; null: not given. */
  take(key: string): string | null
  set(key: string, path: Path, item: unknown): void
  refuse(key: string, what: string, found: string, expected: string): void
  readonly remarks: string[]
}

const basicExtension = 'BasicAuthSecurityRestExtension'

export function translateListeners(flat: ReadonlyMap<string, unknown>, sink: TranslationSink): void {
  extensions(flat, sink)
  const text = sink.take('listeners')
  const [host, port] = [sink.take('rest.host.name'), sink.take('rest.port')]
  if (text === null) {
    if (host !== null || port !== null) listen('rest.port', host ?? '', Number(port ?? 8083), sink)
    return
  }
  // The first of several is used.
  const match = /^(https?):\/\/(.*):(\d+)$/i.exec(text.split(',')[0].trim())
  if (match === null)
    return sink.refuse('listeners', 'not a valid listener address', text, 'http://<host>:<port> or https://…')
  listen('listeners', match[2], Number(match[3]), sink)
  if (match[1].toLowerCase() === 'https') tls(flat, sink)
}

function listen(key: string, host: string, port: number, sink: TranslationSink): void {
  // Without a host Connect listens on every address.
  sink.set(key, ['http', 'host'], host === '' ? '0.0.0.0' : host)
  sink.set(key, ['http', 'port'], port)
  sink.set(key, ['http', 'enabled'], true)
}

/** `listeners.https.ssl.…`; if there is none of these, `ssl.…` (AbstractConfig.valuesWithPrefixAllOrNothing). */
function tls(flat: ReadonlyMap<string, unknown>, sink: TranslationSink): void {
  const own = 'listeners.https.'
  const prefix = [...flat.keys()].some((key) => key.startsWith(own)) ? own : ''
  const copy = (name: string, options: readonly string[]): void => {
    const text = sink.take(prefix + name)
    if (text !== null) for (const option of options) sink.set(prefix + name, ['http', 'tls', option], text)
  }
  const store = (kind: 'keystore' | 'truststore', options: readonly string[]): void => {
    const type = (sink.take(`${prefix}ssl.${kind}.type`) ?? 'JKS').toUpperCase()
    const location = `${prefix}ssl.${kind}.location`
    if (flat.has(location) && type !== 'PEM')
      sink.refuse(location, 'unsupported certificate store format', type, 'a PEM file, with type PEM')
    copy(`ssl.${kind}.location`, options)
  }
  store('keystore', ['cert', 'key'])
  copy('ssl.keystore.certificate.chain', ['cert'])
  copy('ssl.keystore.key', ['key'])
  copy('ssl.key.password', ['passphrase'])
  clientCertificates(prefix, store, copy, sink)
}

/** In Connect, a certificate that the truststore accepts is all that a client needs. */
function clientCertificates(
  prefix: string,
  store: (kind: 'truststore', options: readonly string[]) => void,
  copy: (name: string, options: readonly string[]) => void,
  sink: TranslationSink,
): void {
  const key = `${prefix}ssl.client.auth`
  const clientAuth = sink.take(key) ?? 'none'
  if (clientAuth === 'none') return
  sink.set(key, ['http', 'tls', 'client_auth'], clientAuth)
  store('truststore', ['ca'])
  copy('ssl.truststore.certificates', ['ca'])
  if (clientAuth === 'required') sink.set(key, ['http', 'auth', 'certificates'], '[{"name": "*", "role": "admin"}]')
}

/** Ignoring the extension would serve without a login what is meant to need one. */
function extensions(flat: ReadonlyMap<string, unknown>, sink: TranslationSink): void {
  const key = 'rest.extension.classes'
  const classes = sink.take(key)?.split(',') ?? []
  for (const name of classes.map((one) => one.trim()).filter((one) => one !== '')) {
    const isBasic = name.endsWith(basicExtension)
    if (!isBasic) sink.refuse(key, 'REST extensions are not supported', name, `${basicExtension}, or none`)
    else if (!flat.has('http.auth.users'))
      sink.refuse(
        key,
        'its users are in a JAAS file, which is not read',
        name,
        'http.auth.users=[{"name": …, "password": <from genesis hash-password>, "role": "admin"}]',
      )
  }
}
