import { createHash, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { HttpAuth, Role } from '../../config/http-security.js'
import { AddressBudget } from '../address-budget.js'
import { BasicLogins } from './basic.js'
import type { JsonWebTokens } from './jwt.js'
import type { Principal } from './principal.js'

/** Failed attempts of an address: ten at once, then one every six seconds. */
const failures = { perSecond: 1 / 6, burst: 10 }

export interface Credentials {
  /** The header Authorization. */
  readonly authorization: string | undefined
  readonly socket: Socket
  /** Address of the client. */
  readonly address: string
}

export type Verdict =
  | { readonly principal: Principal }
  /** `failed`: credentials were sent, and are wrong. */
  | { readonly principal: null; readonly failed: boolean; readonly retryAfterSeconds: number | null }

const missing: Verdict = { principal: null, failed: false, retryAfterSeconds: null }
const wrong: Verdict = { principal: null, failed: true, retryAfterSeconds: null }

/** Finds out who sent a request. */
export class Authenticator {
  /** Values of WWW-Authenticate: the accepted schemes. */
  readonly challenges: readonly string[]
  readonly #basic: BasicLogins
  readonly #auth: HttpAuth
  readonly #jwt: JsonWebTokens | null
  readonly #failures: AddressBudget

  private constructor(auth: HttpAuth, jwt: JsonWebTokens | null, budget: AddressBudget) {
    this.#auth = auth
    this.#basic = new BasicLogins(auth.users)
    this.#jwt = jwt
    this.#failures = budget
    const { users, tokens } = auth
    this.challenges = [
      ...(users.length > 0 ? ['Basic realm="genesis", charset="UTF-8"'] : []),
      ...(tokens.length > 0 || jwt !== null ? ['Bearer realm="genesis"'] : []),
    ]
  }

  static async create(auth: HttpAuth, budget: AddressBudget = new AddressBudget(failures)): Promise<Authenticator> {
    // Loaded only where it is used.
    const jwt = auth.jwt === null ? null : new (await import('./jwt.js')).JsonWebTokens(auth.jwt)
    return new Authenticator(auth, jwt, budget)
  }

  /** Throws 503 if it cannot tell at present, 403 for a valid token without a role. */
  async check({ authorization, socket, address }: Credentials): Promise<Verdict> {
    if (authorization === undefined) {
      const principal = this.#certificate(socket)
      return principal === null ? missing : { principal }
    }
    const mayTry = (): boolean => !this.#failures.isSpent(address)
    if (!mayTry()) return this.#refused(address)
    const principal = await this.#credentials(authorization, mayTry)
    if (principal !== null) return { principal }
    if (!this.#failures.spend(address)) return this.#refused(address)
    return wrong
  }

  #refused(address: string): Verdict {
    return { principal: null, failed: true, retryAfterSeconds: this.#failures.secondsUntilToken(address) }
  }

  async #credentials(authorization: string, mayTry: () => boolean): Promise<Principal | null> {
    const [, scheme, value] = /^(\S+) +(\S+) *$/.exec(authorization) ?? []
    if (scheme === undefined) return null
    if (scheme.toLowerCase() === 'basic') return this.#basic.check(value, mayTry)
    if (scheme.toLowerCase() !== 'bearer') return null
    return this.#token(value) ?? (await this.#jwt?.check(value)) ?? null
  }

  /** Compares with every token, so that the time says nothing about which is near. */
  #token(text: string): Principal | null {
    const sha256 = createHash('sha256').update(text).digest()
    const [found] = this.#auth.tokens.filter((token) => timingSafeEqual(token.sha256, sha256))
    return found === undefined ? null : { name: found.name, method: 'token', role: found.role }
  }

  #certificate(socket: Socket): Principal | null {
    if (this.#auth.certificates.length === 0 || !(socket instanceof TLSSocket) || !socket.authorized) return null
    // A subject can have several common names; those get no role of their own.
    const name: unknown = socket.getPeerCertificate().subject?.CN
    const own = typeof name === 'string' ? name : null
    const role = this.#roleOf(own)
    return role === null ? null : { name: own, method: 'certificate', role }
  }

  #roleOf(name: string | null): Role | null {
    const { certificates } = this.#auth
    const row = certificates.find((one) => one.name === name) ?? certificates.find((one) => one.name === '*')
    return row?.role ?? null
  }
}
