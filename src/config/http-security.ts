/** Who may use a worker's HTTP interface, and how it is encrypted. Secrets in here are hashes and the TLS key. */
import { createPublicKey } from 'node:crypto'
import { isIP } from 'node:net'
import { checkItems, throwErrors } from './check.js'
import { certificateItems, tokenItems, userItems, type httpOptions } from './http-options.js'
import type { OptionTree, Values } from './option.js'
import { parsePasswordHash, parseTokenHash, type PasswordHash } from './password-hash.js'
import type { Environment } from './placeholders.js'
import type { ConfigSource } from './source.js'

type HttpValues = Values<typeof httpOptions>

/** `admin`: all calls. `reader`: GET and HEAD, and plain-text secrets are hidden. */
export type Role = 'admin' | 'reader'

export interface HttpSecurity {
  /** Other machines may connect without TLS or authentication. */
  readonly isInsecure: boolean
  readonly tls: HttpTls | null
  /** Null: no authentication; everyone who can connect is an admin. */
  readonly auth: HttpAuth | null
  /** Addresses and ranges of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  /** Per client address; 0: unlimited. */
  readonly requestsPerSecond: number
}

/** PEM text, and the file it came from, which may change; null: none. */
export interface PemSource {
  readonly path: string | null
  readonly text: string
}

export interface HttpTls {
  readonly cert: PemSource
  readonly key: PemSource
  readonly ca: PemSource | null
  readonly passphrase: string | null
  readonly clientAuth: 'none' | 'requested' | 'required'
}

export interface HttpAuth {
  readonly users: readonly { readonly name: string; readonly hash: PasswordHash; readonly role: Role }[]
  readonly tokens: readonly { readonly name: string; readonly sha256: Buffer; readonly role: Role }[]
  /** By common name; `*`: any. */
  readonly certificates: readonly { readonly name: string; readonly role: Role }[]
  readonly jwt: JwtAuth | null
}

export interface JwtAuth {
  /** Either a URL or PEM text. */
  readonly keys: { readonly jwksUrl: string } | { readonly publicKey: string }
  readonly issuer: string
  readonly audience: string
  /** Path of the claim. */
  readonly roleClaim: readonly string[]
  /** The claim's value for each role. */
  readonly roles: Readonly<Record<Role, string>>
}

/** What httpSecurityOf needs of a worker file. */
export interface HttpSource {
  readonly values: HttpValues
  readonly source: ConfigSource
  readonly env: Environment
  readonly folder: string
  /** Reads PEM text or a PEM file; reports what is wrong with it. */
  readonly pem: (path: string, text: string | null) => PemSource | null
  readonly fail: (path: string, what: string, found: string, expected: string, remedy?: string) => void
}

/** Reports missing and contradictory settings through `fail`; throws for wrong rows of `http.auth`. */
export function httpSecurityOf(http: HttpSource): HttpSecurity {
  const { values } = http
  const security: HttpSecurity = {
    isInsecure: values.insecure,
    tls: tlsOf(http),
    auth: authOf(http),
    trustedProxies: values.trusted_proxies,
    requestsPerSecond: values.requests_per_second,
  }
  if (values.enabled) checkReach(http, security)
  return security
}

/** Whether only this machine can connect to a server that listens on it. */
export function isLoopback(host: string): boolean {
  const bare = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/, '')
  if (isIP(bare) === 4) return bare.startsWith('127.')
  return bare === '::1' || bare === 'localhost' || bare.endsWith('.localhost')
}

function checkReach({ values, fail }: HttpSource, { isInsecure, tls, auth }: HttpSecurity): void {
  if (isInsecure || isLoopback(values.host) || (tls !== null && auth !== null)) return
  const missing = [
    ...(tls === null ? ['TLS (http.tls)'] : []),
    ...(auth === null ? ['authentication (http.auth)'] : []),
  ]
  fail(
    'http.host',
    `other machines could connect without ${missing.join(' and ')}`,
    values.host,
    'http.tls and http.auth, or a loopback address',
    'Set both, or http.insecure: true (GENESIS_HTTP_INSECURE=true) if the network is isolated or a proxy provides them: docs/security.md',
  )
}

function tlsOf({ values: { tls }, pem, fail }: HttpSource): HttpTls | null {
  if (tls.cert === null && tls.key === null) {
    const used = (['passphrase', 'ca'] as const).find((name) => tls[name] !== null)
    const unused = used ?? (tls.client_auth === 'none' ? undefined : 'client_auth')
    if (unused !== undefined) fail(`http.tls.${unused}`, 'TLS is off', unused, 'http.tls.cert and http.tls.key')
    return null
  }
  if (tls.cert === null || tls.key === null)
    fail('http.tls', 'a certificate and its key go together', tls.cert === null ? 'a key' : 'a cert', 'cert and key')
  if ((tls.ca !== null) !== (tls.client_auth !== 'none')) {
    const found = tls.ca === null ? `client_auth: ${tls.client_auth}` : 'ca'
    fail('http.tls', 'client certificates need both a CA and client_auth', found, 'ca, and client_auth other than none')
  }
  const [cert, key, ca] = [pem('http.tls.cert', tls.cert), pem('http.tls.key', tls.key), pem('http.tls.ca', tls.ca)]
  if (cert === null || key === null) return null
  return { cert, key, ca, passphrase: tls.passphrase, clientAuth: tls.client_auth }
}

function authOf(http: HttpSource): HttpAuth | null {
  const { values, fail } = http
  const users = rowsOf(http, 'users', userItems).map(({ name, password, role }) => {
    if (name.includes(':')) fail('http.auth.users', 'a user name cannot contain a colon', name, 'another name')
    return { name, hash: parsePasswordHash(password), role }
  })
  const tokens = rowsOf(http, 'tokens', tokenItems).map(({ name, hash, role }) => {
    return { name, sha256: parseTokenHash(hash), role }
  })
  const certificates = rowsOf(http, 'certificates', certificateItems)
  const jwt = jwtOf(http)
  for (const { name, hash } of users)
    if (hash === null) fail(`http.auth.users`, `user ${name}: not a password hash`, 'a secret', hashed, remedy)
  for (const { name, sha256 } of tokens)
    if (sha256 === null)
      fail('http.auth.tokens', `token ${name}: not a token hash`, 'a secret', 'sha256:<64 digits>', `${remedy} --token`)
  if (users.length !== new Set(users.map(({ name }) => name)).size)
    fail('http.auth.users', 'two users have the same name', users.map(({ name }) => name).join(', '), 'one row each')
  const asksForCertificates = values.tls.client_auth !== 'none'
  if (certificates.length > 0 && !asksForCertificates)
    fail(
      'http.auth.certificates',
      'client certificates are off',
      'certificates',
      'http.tls.client_auth and http.tls.ca',
    )
  if (certificates.length === 0 && asksForCertificates) {
    const every = "certificates: [{ name: '*', role: admin }] makes every certificate of the CA an admin"
    fail('http.tls.client_auth', 'no client certificate has a role', 'no http.auth.certificates', 'a role', every)
  }
  if (users.length + tokens.length + certificates.length === 0 && jwt === null) return null
  return {
    users: users.flatMap(({ hash, ...user }) => (hash === null ? [] : [{ ...user, hash }])),
    tokens: tokens.flatMap(({ sha256, ...token }) => (sha256 === null ? [] : [{ ...token, sha256 }])),
    certificates,
    jwt,
  }
}

const hashed = 'scrypt:ln=15,r=8,p=3:<salt>:<key>'
const remedy = 'Print one with genesis hash-password'

/** The rows under a key of `http.auth`: maps, or a text with them, such as a mounted file. */
function rowsOf<T extends OptionTree>({ source, env, folder, values }: HttpSource, key: string, items: T): Values<T>[] {
  if ((values.auth as Readonly<Record<string, unknown>>)[key] === undefined) return []
  const checked = checkItems(items, ['http', 'auth', key], source, { env, folder })
  throwErrors(checked.flatMap(({ errors }) => errors))
  return checked.map((one) => one.values)
}

function jwtOf({ values: { insecure, auth }, pem, fail }: HttpSource): JwtAuth | null {
  const { jwks_url: jwksUrl, public_key: publicKey, issuer, audience } = auth.jwt
  if (jwksUrl === null && publicKey === null) {
    if (issuer !== null || audience !== null)
      fail('http.auth.jwt', 'no keys to verify tokens with', 'neither', 'jwks_url or public_key')
    return null
  }
  if (jwksUrl !== null && publicKey !== null)
    fail('http.auth.jwt', 'jwks_url and public_key exclude each other', 'both', 'one of them')
  if (issuer === null || audience === null)
    fail(
      'http.auth.jwt',
      'tokens of other issuers or for other services would be accepted',
      'no issuer or no audience',
      'both',
    )
  if (jwksUrl !== null && !insecure && new URL(jwksUrl).protocol !== 'https:' && !isLoopback(new URL(jwksUrl).hostname))
    fail(
      'http.auth.jwt.jwks_url',
      'keys fetched without TLS can be forged',
      jwksUrl,
      'https://, or http.insecure: true',
    )
  const key = pem('http.auth.jwt.public_key', publicKey)
  if (key !== null && !isPublicKey(key.text))
    fail('http.auth.jwt.public_key', 'not a public key', 'other PEM text', 'a public key or certificate')
  if (issuer === null || audience === null || (jwksUrl === null && key === null)) return null
  return {
    keys: jwksUrl === null ? { publicKey: key?.text ?? '' } : { jwksUrl },
    issuer,
    audience,
    roleClaim: auth.jwt.role_claim.split('.'),
    roles: { admin: auth.jwt.admin, reader: auth.jwt.reader },
  }
}

function isPublicKey(pem: string): boolean {
  try {
    createPublicKey(pem)
    return true
  } catch {
    return false
  }
}
