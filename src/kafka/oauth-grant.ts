/** Tokens from an OAuth 2 token endpoint. */
import { readFile } from 'node:fs/promises'
import type { SaslOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'

export type OAuthOptions = Extract<SaslOptions, { mechanism: 'OAUTHBEARER' }>

export interface NewToken {
  readonly token: string
  readonly expiresInMs: number
}

/** For tokens that do not state a lifetime. */
const defaultLifeMs = 300_000

/** A token from the endpoint. Throws KAFKA_AUTHENTICATION if it refuses, KAFKA_UNREACHABLE if it does not answer. */
export async function grantToken(options: OAuthOptions, timeoutMs: number): Promise<NewToken> {
  const { tokenEndpoint } = options
  if (tokenEndpoint === undefined) throw incomplete()
  const { origin: place, username, password } = new URL(tokenEndpoint)
  // fetch() refuses it too, but with the whole URL in its message.
  if (username !== '' || password !== '')
    throw new GenesisError('CONFIG_INVALID', 'the token endpoint has credentials in its URL', {
      place,
      expected: 'a URL without them, and client id and client secret',
    })
  const { body, authorization } = await requestOf(options)
  let response: Response
  try {
    response = await fetch(tokenEndpoint, {
      method: 'POST',
      headers: { accept: 'application/json', ...(authorization !== null && { authorization }) },
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
      remedy: 'Check the OAUTHBEARER client id, client secret or assertion, and scope',
    })
  const { access_token: token, expires_in: expiresIn } = answer
  return { token, expiresInMs: expiresIn === undefined ? (lifeOf(token) ?? defaultLifeMs) : expiresIn * 1000 }
}

interface GrantRequest {
  readonly body: URLSearchParams
  readonly authorization: string | null
}

async function requestOf({ clientId, clientSecret, scope, assertionFile }: OAuthOptions): Promise<GrantRequest> {
  const scoped = (fields: Record<string, string>): URLSearchParams =>
    new URLSearchParams({ ...fields, ...(scope !== undefined && { scope }) })
  if (assertionFile !== undefined) {
    const assertion = await readAssertion(assertionFile)
    const body: Record<string, string> =
      clientId === undefined
        ? // RFC 7523 §2.1.
          { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }
        : // RFC 7523 §2.2.
          {
            grant_type: 'client_credentials',
            client_id: clientId,
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion: assertion,
          }
    return { body: scoped(body), authorization: null }
  }
  if (clientId === undefined || clientSecret === undefined) throw incomplete()
  // RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
  const login = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`
  return {
    body: scoped({ grant_type: 'client_credentials' }),
    authorization: `Basic ${Buffer.from(login).toString('base64')}`,
  }
}

async function readAssertion(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    throw new GenesisError('KAFKA_AUTHENTICATION', 'the assertion for the token endpoint cannot be read', {
      place: file,
      found: String((cause as NodeJS.ErrnoException).code),
      expected: 'a file with a JWT',
      remedy: 'Check kafka.sasl.assertion_file',
      cause,
    })
  }
}

function incomplete(): GenesisError {
  return new GenesisError('CONFIG_INVALID', 'OAUTHBEARER has neither a token nor a way to get one', {
    expected: 'a token, or a token endpoint with client id and client secret, or with an assertion',
  })
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
