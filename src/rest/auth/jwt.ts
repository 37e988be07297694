/** JSON Web Tokens as bearer tokens (RFC 7519, RFC 8725). */
import { createPublicKey } from 'node:crypto'
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose'
import type { JwtAuth, Role } from '../../config/http-security.js'
import { HttpError } from '../http-error.js'
import type { Principal } from './principal.js'

/** Only signatures by a private key: with HMAC, anyone who can verify could also sign. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
/** Clocks of other machines may be off by this much, in seconds. */
const clockTolerance = 30

type Verify = (token: string, options: JWTVerifyOptions) => Promise<{ readonly payload: JWTPayload }>

export class JsonWebTokens {
  readonly #auth: JwtAuth
  readonly #verify: Verify

  constructor(auth: JwtAuth) {
    this.#auth = auth
    this.#verify = 'jwksUrl' in auth.keys ? verifyBySet(auth.keys.jwksUrl) : verifyByKey(auth.keys.publicKey)
  }

  /** Null: not a valid token for this service. Throws 503 if the keys cannot be fetched, 403 if the token has no role. */
  async check(token: string): Promise<Principal | null> {
    const { issuer, audience } = this.#auth
    const payload = await this.#payload(token, { issuer, audience, algorithms, clockTolerance })
    if (payload === null) return null
    const role = this.#roleOf(payload)
    if (role === null) throw new HttpError(403, 'HTTP 403 Forbidden: the token has no role for this service')
    return { name: payload.sub ?? null, method: 'jwt', role }
  }

  async #payload(token: string, options: JWTVerifyOptions): Promise<JWTPayload | null> {
    try {
      return (await this.#verify(token, { ...options, requiredClaims: ['exp'] })).payload
    } catch (error) {
      if (error instanceof HttpError) throw error
      return null
    }
  }

  #roleOf(payload: JWTPayload): Role | null {
    const { roleClaim, roles } = this.#auth
    const claim = roleClaim.reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : null),
      payload,
    )
    const given: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
    return given.includes(roles.admin) ? 'admin' : given.includes(roles.reader) ? 'reader' : null
  }
}

function verifyByKey(pem: string): Verify {
  const key = createPublicKey(pem)
  return (token, options) => jwtVerify(token, key, options)
}

/** Fetched when first needed, again every ten minutes, and for an unknown key at most twice a minute. */
function verifyBySet(url: string): Verify {
  const keys = createRemoteJWKSet(new URL(url))
  return (token, options) =>
    jwtVerify(
      token,
      async (...about) => {
        try {
          return await keys(...about)
        } catch (error) {
          if (isAboutToken(error)) throw error
          throw new HttpError(503, 'The keys of JSON Web Tokens cannot be fetched')
        }
      },
      options,
    )
}

/** The keys are there, but none that fits the token. */
function isAboutToken(error: unknown): boolean {
  const kinds = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported]
  return kinds.some((kind) => error instanceof kind)
}
