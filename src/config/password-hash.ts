/** Hashes of passwords and tokens as written in a worker file. */

/** A password's scrypt hash (RFC 7914). */
export interface PasswordHash {
  /** log2 of N. */
  readonly costLog2: number
  readonly blockSize: number
  readonly parallelization: number
  readonly salt: Buffer
  readonly key: Buffer
}

/** Below, guessing is cheap; above, every login takes seconds or hundreds of megabytes. */
const costs = { min: 14, max: 18 }
const maxBlockSize = 16
const maxParallelization = 8
const minBytes = 16
const maxBytes = 64

/** `scrypt:ln=15,r=8,p=3:<salt>:<key>`, salt and key in base64url; no character that a shell or Compose interprets. */
export function formatPasswordHash({ costLog2, blockSize, parallelization, salt, key }: PasswordHash): string {
  const parameters = `ln=${costLog2},r=${blockSize},p=${parallelization}`
  return `scrypt:${parameters}:${salt.toString('base64url')}:${key.toString('base64url')}`
}

/** Null: not such a text, or its parameters are too weak or too costly. */
export function parsePasswordHash(text: string): PasswordHash | null {
  const match = /^scrypt:ln=(\d+),r=(\d+),p=(\d+):([\w-]+):([\w-]+)$/.exec(text)
  if (match === null) return null
  const [costLog2, blockSize, parallelization] = match.slice(1, 4).map(Number)
  const [salt, key] = match.slice(4).map((part) => Buffer.from(part, 'base64url'))
  const isSized = [salt, key].every(({ length }) => length >= minBytes && length <= maxBytes)
  const isAffordable = blockSize <= maxBlockSize && parallelization <= maxParallelization
  const isStrong = costLog2 >= costs.min && costLog2 <= costs.max && blockSize >= 8 && parallelization >= 1
  return isSized && isAffordable && isStrong ? { costLog2, blockSize, parallelization, salt, key } : null
}

/** `sha256:<64 hexadecimal digits>`. Enough for a token of 256 random bits, not for a password. Null: not such a text. */
export function parseTokenHash(text: string): Buffer | null {
  const match = /^sha256:([0-9a-f]{64})$/i.exec(text)
  return match === null ? null : Buffer.from(match[1], 'hex')
}
