/** The keys of a worker file under `http`. */
import { choice, maps, option, optional, required } from './option.js'

const role = (): ReturnType<typeof choice<'admin' | 'reader'>> =>
  choice(
    ['admin', 'reader'],
    'admin: all calls. reader: GET and HEAD only, and plain-text secrets are hidden.',
    'reader',
  )

/** Each of `http.auth.users`. */
export const userItems = {
  name: required<string>('text', 'User name; no colon.'),
  password: required<string>('text', 'Hash of the password, printed by `genesis hash-password`.', { sensitive: true }),
  role: role(),
}

/** Each of `http.auth.tokens`. */
export const tokenItems = {
  name: required<string>('text', 'Who uses the token; appears in audit lines.'),
  hash: required<string>('text', 'SHA-256 of the token, printed by `genesis hash-password --token`.', {
    sensitive: true,
  }),
  role: role(),
}

/** Each of `http.auth.certificates`. */
export const certificateItems = {
  name: required<string>(
    'text',
    "Common name (CN) of a client certificate's subject; `*`: any that the CA has signed.",
  ),
  role: role(),
}

export const httpOptions = {
  enabled: option<boolean>(
    'flag',
    "Whether to serve HTTP: Kafka Connect's REST API, /genesis, /health, /ready and /metrics.",
    false,
    {
      env: 'GENESIS_HTTP_ENABLED',
    },
  ),
  host: option<string>(
    'text',
    'Address to listen on; by default only reachable from this machine. Any other needs http.tls and http.auth, or http.insecure.',
    '127.0.0.1',
    { env: 'GENESIS_HTTP_HOST' },
  ),
  port: option<number>('count', 'Port to listen on; 0: any free port.', 8083, {
    env: 'GENESIS_HTTP_PORT',
    minimum: 0,
    maximum: 65_535,
  }),
  ui: option<boolean>('flag', 'Whether to serve the web page under /ui/.', true, { env: 'GENESIS_HTTP_UI' }),
  insecure: option<boolean>(
    'flag',
    'Whether other machines may connect without TLS or authentication: for isolated networks, or behind a proxy that provides them.',
    false,
    { env: 'GENESIS_HTTP_INSECURE' },
  ),
  advertised_host: optional<string>(
    'text',
    "Host at which others reach this worker, as in the worker ids of states. Unset: the host it listens on, or the machine's name.",
    { aliases: ['rest.advertised.host.name'] },
  ),
  advertised_port: optional<number>('count', 'Port at which others reach this worker. Unset: the port it listens on.', {
    minimum: 1,
    maximum: 65_535,
    aliases: ['rest.advertised.port'],
  }),
  trusted_proxies: option<string[]>(
    'addresses',
    'Proxies whose X-Forwarded-For header names the client, for rate limits and audit lines.',
    [],
  ),
  requests_per_second: option<number>(
    'count',
    'Maximum requests per second and client address, with bursts of ten times as many; others get 429. Loopback and /health are exempt. 0: unlimited.',
    100,
    { minimum: 0, maximum: 1_000_000, env: 'GENESIS_HTTP_REQUESTS_PER_SECOND' },
  ),
  tls: {
    cert: optional<string>(
      'pem',
      'Certificate chain; with it, the worker serves HTTPS only. A changed file takes effect without a restart.',
      { env: 'GENESIS_HTTP_TLS_CERT' },
    ),
    key: optional<string>('pem', 'Private key of the certificate.', { env: 'GENESIS_HTTP_TLS_KEY', sensitive: true }),
    passphrase: optional<string>('text', 'Passphrase of the private key.', {
      env: 'GENESIS_HTTP_TLS_PASSPHRASE',
      sensitive: true,
    }),
    ca: optional<string>('pem', 'CA certificates that sign client certificates.', { env: 'GENESIS_HTTP_TLS_CA' }),
    client_auth: choice(
      ['none', 'requested', 'required'],
      'Client certificates. requested: accepted, so probes and other logins still work. required: no connection without one, not even to /health.',
      'none',
      { env: 'GENESIS_HTTP_TLS_CLIENT_AUTH' },
    ),
  },
  auth: {
    users: maps(userItems, 'Users for basic authentication.'),
    tokens: maps(tokenItems, 'Static bearer tokens.'),
    certificates: maps(certificateItems, 'Roles of client certificates (http.tls.client_auth).'),
    jwt: {
      jwks_url: optional<string>(
        'url',
        'JWKS with the public keys of JSON Web Tokens (RFC 7517), sent as bearer tokens.',
      ),
      public_key: optional<string>('pem', 'Public key or certificate of JSON Web Tokens, instead of jwks_url.'),
      issuer: optional<string>('text', 'Required issuer (`iss`).'),
      audience: optional<string>('text', 'Required audience (`aud`), so that tokens for other services are refused.'),
      role_claim: option<string>(
        'text',
        'Claim with the roles, a list or space-separated text; dots lead into objects, such as `realm_access.roles`.',
        'roles',
      ),
      admin: option<string>('text', 'Value of the claim that means admin.', 'genesis-admin'),
      reader: option<string>('text', 'Value of the claim that means reader.', 'genesis-reader'),
    },
  },
} as const
