import { GenesisError } from '../errors.js'
import { awsToken } from './aws-token.js'
import { grantToken, type NewToken, type OAuthOptions } from './oauth-grant.js'

/** A session is renewed after four fifths of its life, which is at most the token's: a new token must be ready by then. */
const freshPart = 0.75

interface CachedToken {
  value: Promise<string>
  freshUntil: number
  validUntil: number
}

// One token per set of credentials, shared by all their connections.
const cache = new WeakMap<OAuthOptions, CachedToken>()

/**
 * The bearer token to authenticate with: the fixed one, or one from a grant or signed with AWS credentials. It is
 * renewed ahead of time; if the endpoint does not answer, the old one is used while it is valid.
 * Throws KAFKA_AUTHENTICATION if the endpoint refuses, KAFKA_UNREACHABLE if it does not answer.
 */
export async function bearerToken(options: OAuthOptions, timeoutMs: number): Promise<string> {
  if (options.token !== undefined) return options.token
  const cached = cache.get(options)
  if (cached !== undefined && Date.now() < cached.freshUntil) return cached.value
  const entry: CachedToken = { value: Promise.resolve(''), freshUntil: Infinity, validUntil: Infinity }
  const askedAt = Date.now()
  entry.value = newToken(options, timeoutMs).then(
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

function newToken(options: OAuthOptions, timeoutMs: number): Promise<NewToken> {
  return options.awsRegion === undefined ? grantToken(options, timeoutMs) : awsToken(options.awsRegion)
}
