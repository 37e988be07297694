import { isIPv6 } from 'node:net'

interface Bucket {
  tokens: number
  at: number
}

export interface BudgetOptions {
  /** Tokens regained per second. */
  readonly perSecond: number
  /** Tokens of an address that has not been seen lately. */
  readonly burst: number
  /** Milliseconds, of a monotonic clock. */
  readonly now?: () => number
  /** Addresses remembered; the longest unseen are forgotten first. */
  readonly maxAddresses?: number
}

/** A token bucket for each client address: an IPv4 address, or the /64 of an IPv6 address. */
export class AddressBudget {
  readonly #buckets = new Map<string, Bucket>()
  readonly #perSecond: number
  readonly #burst: number
  readonly #now: () => number
  readonly #maxAddresses: number

  constructor({ perSecond, burst, now = () => performance.now(), maxAddresses = 10_000 }: BudgetOptions) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#now = now
    this.#maxAddresses = maxAddresses
  }

  isSpent(address: string): boolean {
    return this.#tokensOf(networkOf(address)) < 1
  }

  /** Takes a token; false: there is none. */
  spend(address: string): boolean {
    const network = networkOf(address)
    const tokens = this.#tokensOf(network)
    // Inserted again, so that the map is ordered by last use.
    this.#buckets.delete(network)
    this.#buckets.set(network, { tokens: tokens < 1 ? tokens : tokens - 1, at: this.#now() })
    if (this.#buckets.size > this.#maxAddresses) this.#forgetOldest()
    return tokens >= 1
  }

  /** Whole seconds until there is a token again. */
  secondsUntilToken(address: string): number {
    return Math.max(1, Math.ceil((1 - this.#tokensOf(networkOf(address))) / this.#perSecond))
  }

  #forgetOldest(): void {
    for (const network of this.#buckets.keys()) {
      this.#buckets.delete(network)
      return
    }
  }

  #tokensOf(network: string): number {
    const bucket = this.#buckets.get(network)
    if (bucket === undefined) return this.#burst
    return Math.min(this.#burst, bucket.tokens + ((this.#now() - bucket.at) / 1000) * this.#perSecond)
  }
}

/** One client usually has a whole /64. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const bare = address.split('%', 1)[0]
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)
  if (mapped !== null) return mapped[1]
  const [head, tail] = bare.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - after.length }, () => '0')
  return [...groups, ...zeros, ...after].slice(0, 4).join(':')
}
