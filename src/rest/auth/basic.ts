/** Basic authentication (RFC 7617). */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { HttpAuth } from '../../config/http-security.js'
import type { PasswordHash } from '../../config/password-hash.js'
import { HttpError } from '../http-error.js'
import { decoyHash, isPassword } from './password.js'
import type { Principal } from './principal.js'

/** Logins that may wait for their turn; further ones are answered with 503. */
const maxWaiting = 16

export class BasicLogins {
  readonly #users: ReadonlyMap<string, HttpAuth['users'][number]>
  readonly #decoy: PasswordHash
  /** Of the last right password of each user, by a key of this process: scrypt is too slow for every call. */
  readonly #known = new Map<string, Buffer>()
  readonly #secret = randomBytes(32)
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(users: HttpAuth['users']) {
    this.#users = new Map(users.map((user) => [user.name, user]))
    this.#decoy = decoyHash(users[0]?.hash)
  }

  /**
   * Null: unknown user or wrong password. `mayTry` is asked immediately before a password is tried. Throws 503 if too
   * many logins wait.
   */
  async check(credentials: string, mayTry: () => boolean): Promise<Principal | null> {
    const text = Buffer.from(credentials, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    if (colon === -1) return null
    const [name, password] = [text.slice(0, colon), text.slice(colon + 1)]
    const user = this.#users.get(name)
    const digest = createHmac('sha256', this.#secret).update(text).digest()
    const known = this.#known.get(name)
    const isKnown = known !== undefined && timingSafeEqual(known, digest)
    if (!isKnown && !(await this.#inTurn(mayTry, password, user?.hash ?? this.#decoy))) return null
    if (user === undefined) return null
    this.#known.set(name, digest)
    return { name, method: 'basic', role: user.role }
  }

  /** One at a time: a flood of logins must not occupy the threads that files and DNS need too. */
  async #inTurn(mayTry: () => boolean, password: string, hash: PasswordHash): Promise<boolean> {
    if (this.#waiting >= maxWaiting) throw new HttpError(503, 'Too many logins at once')
    this.#waiting++
    const turn = this.#last.then(() => mayTry() && isPassword(password, hash))
    this.#last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      this.#waiting--
    }
  }
}
