import { GenesisError } from '../errors.js'
import type { SaslOptions } from '../config/cluster.js'

type OAuthOptions = Extract<SaslOptions, { mechanism: 'OAUTHBEARER' }>

/** A token is fetched anew this long before it expires, so that a broker never sees one in its last seconds. */
const marginMs = 30_000

interface CachedToken {
  value: Promise<string>
  freshUntil: number
}

// One token per set of credentials, however many connections are made from it.
const cache = new WeakMap<OAuthOptions, CachedToken>()

/**
 * The bearer token to authenticate with: the fixed one, or one from a client-credentials grant (RFC 6749 §4.4), kept
 * until shortly before it expires. Throws KAFKA_AUTHENTICATION if the endpoint refuses, KAFKA_UNREACHABLE if it does not answer.
 */
export async function bearerToken(options: OAuthOptions, timeoutMs: number): Promise<string> {
  if (options.token !== undefined) return options.token
  const cached = cache.get(options)
  if (cached !== undefined && Date.now() < cached.freshUntil) return cached.value
  const entry: CachedToken = { value: Promise.resolve(''), freshUntil: Infinity }
  entry.value = grant(options, timeoutMs).then(
    ({ token, expiresInMs }) => {
      entry.freshUntil = Date.now() + Math.max(expiresInMs / 2, expiresInMs - marginMs)
      return token
    },
    (error: unknown) => {
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
  // fetch() refuses it too, with the whole URL in its message.
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
    throw new GenesisError('KAFKA_AUTHENTICATION', 'the token endpoint gives no token', {
      place,
      found: `HTTP status ${response.status}`,
      expected: 'a JSON object with access_token',
      remedy: 'Check the OAUTHBEARER client id, client secret and scope',
    })
  return { token: answer.access_token, expiresInMs: (answer.expires_in ?? 300) * 1000 }
}

function hasToken(answer: unknown): answer is { access_token: string; expires_in?: number } {
  if (typeof answer !== 'object' || answer === null || !('access_token' in answer)) return false
  const expiresIn = 'expires_in' in answer ? answer.expires_in : undefined
  return typeof answer.access_token === 'string' && (expiresIn === undefined || typeof expiresIn === 'number')
}
