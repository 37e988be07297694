import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { formatPasswordHash, type PasswordHash } from '../../config/password-hash.js'

type Parameters = Omit<PasswordHash, 'key'>

/** Recommended by OWASP's Password Storage Cheat Sheet for 32 MiB. */
const recommended = { costLog2: 15, blockSize: 8, parallelization: 3 }
const saltBytes = 16
const keyBytes = 32

/** A new hash as text for `http.auth.users`. */
export async function hashPassword(password: string): Promise<string> {
  const parameters = { ...recommended, salt: randomBytes(saltBytes) }
  return formatPasswordHash({ ...parameters, key: await derive(password, parameters, keyBytes) })
}

/** Takes equally long whether or not the password is right. */
export async function isPassword(password: string, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash, hash.key.length), hash.key)
}

/** A hash that no password has, as costly as real ones: unknown users take as long as wrong passwords. */
export function decoyHash(like: Parameters = { ...recommended, salt: Buffer.alloc(0) }): PasswordHash {
  return { ...like, salt: randomBytes(saltBytes), key: randomBytes(keyBytes) }
}

const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scrypt)

function derive(password: string, parameters: Parameters, bytes: number): Promise<Buffer> {
  const { costLog2, blockSize: r, parallelization: p, salt } = parameters
  const N = 2 ** costLog2
  // The same password can be typed as several sequences of code points (RFC 8265).
  return scryptAsync(password.normalize('NFC'), salt, bytes, { N, r, p, maxmem: 256 * N * r * p })
}
