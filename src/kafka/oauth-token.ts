import { GenesisError } from '../errors.js'
import type { SaslOptions } from '../config/cluster.js'

type OAuthOptions = Extract<SaslOptions, { mechanism: 'OAUTHBEARER' }>

/** A session is renewed after four fifths of its life, which is at most the token's: a new token must be ready by then. */
const freshPart = 0.75

/** For tokens that do not state a lifetime. */
const defaultLifeMs = 300_000

interface CachedToken {
  value: Promise<string>
  freshUntil: number
  validUntil: number
}

// One token per set of credentials, shared by all their connections.
const cache = new WeakMap<OAuthOptions, CachedToken>()

/**
 * The bearer token to authenticate with: the fixed one, or one from a client-credentials grant (RFC 6749 §4.4). It is
 * renewed ahead of time; if the endpoint does not answer, the old one is used while it is valid.
 * Throws KAFKA_AUTHENTICATION if the endpoint refuses, KAFKA_UNREACHABLE if it does not answer.
 */
export async function bearerToken(options: OAuthOptions, timeoutMs: number): Promise<string> {
  if (options.token !== undefined) return options.token
  const cached = cache.get(options)
  if (cached !== undefined && Date.now() < cached.freshUntil) return cached.value
  const entry: CachedToken = { value: Promise.resolve(''), freshUntil: Infinity, validUntil: Infinity }
  const askedAt = Date.now()
  entry.value = grant(options, timeoutMs).then(
    ({ token, expiresInMs }) => {
      entry.freshUntil = askedAt + expiresInMs * freshPart
      entry.validUntil = askedAt + expiresInMs
      return token
    },
    (error: unknown) => {
      if (cached !== undefined && Date.now() < cached.validUntil && error instanceof GenesisError && error.retriable) {
        cache.set(options, cached)
        return cached.value
      }
      cache.delete(options)
      throw error
    },
  )
  cache.set(options, entry)
  return entry.value
}

async function grant(options: OAuthOptions, timeoutMs: number): Promise<{ token: string; expiresInMs: number }> {
  const { tokenEndpoint, clientId, clientSecret, scope } = options
  if (tokenEndpoint === undefined || clientId === undefined || clientSecret === undefined)
    throw new GenesisError('CONFIG_INVALID', 'OAUTHBEARER has neither a token nor an endpoint to get one from', {
      expected: 'token, or token endpoint with client id and client secret',
    })
  const { origin: place, username, password } = new URL(tokenEndpoint)
  // fetch() refuses it too, but with the whole URL in its message.
  if (username !== '' || password !== '')
    throw new GenesisError('CONFIG_INVALID', 'the token endpoint has credentials in its URL', {
      place,
      expected: 'a URL without them, and client id and client secret',
    })
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  if (scope !== undefined) body.set('scope', scope)
  let response: Response
  try {
    response = await fetch(tokenEndpoint, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        // RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
        authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')}`,
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch (cause) {
    throw new GenesisError('KAFKA_UNREACHABLE', 'the token endpoint does not answer', {
      place,
      remedy: 'Check the OAUTHBEARER token endpoint',
      cause,
    })
  }
  const answer: unknown = await response.json().catch(() => null)
  if (!response.ok || !hasToken(answer))
    throw new GenesisError('KAFKA_AUTHENTICATION', 'the token endpoint returned no token', {
      place,
      found: `HTTP status ${response.status}`,
      expected: 'a JSON object with access_token',
      remedy: 'Check the OAUTHBEARER client id, client secret and scope',
    })
  const { access_token: token, expires_in: expiresIn } = answer
  return { token, expiresInMs: expiresIn === undefined ? (lifeOf(token) ?? defaultLifeMs) : expiresIn * 1000 }
}

function hasToken(answer: unknown): answer is { access_token: string; expires_in?: number } {
  if (typeof answer !== 'object' || answer === null || !('access_token' in answer)) return false
  const expiresIn = 'expires_in' in answer ? answer.expires_in : undefined
  return typeof answer.access_token === 'string' && (expiresIn === undefined || typeof expiresIn === 'number')
}

/** Remaining lifetime of a JWT (RFC 7519 §4.1.4), ms; null for any other token. */
function lifeOf(token: string): number | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    if (typeof claims !== 'object' || claims === null || !('exp' in claims) || typeof claims.exp !== 'number')
      return null
    return Math.max(0, claims.exp * 1000 - Date.now())
  } catch {
    return null
  }
}
