import { scryptSync } from 'node:crypto'
import { parsePasswordHash, type PasswordHash } from '#src/config/password-hash.js'

/** The cheapest hash of a password that is allowed, as text. */
export function cheapHash(password: string): string {
  const salt = Buffer.alloc(16, 1)
  const key = scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 1 })
  return `scrypt:ln=14,r=8,p=1:${salt.toString('base64url')}:${key.toString('base64url')}`
}

export function cheapHashOf(password: string): PasswordHash {
  const hash = parsePasswordHash(cheapHash(password))
  if (hash === null) throw new Error('the cheapest hash is not allowed')
  return hash
}
