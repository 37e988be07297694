import type { RawColumn } from '../table/table.js'

/** Reserved for examples (RFC 2606), so mail reaches no one. */
export const exampleDomains: readonly string[] = ['example.com', 'example.org', 'example.net']
/** A domain is kept if at least this many addresses have it. */
const minAddresses = 5
const plain = /^[\p{L}\p{N}.-]+$/u

/** By distinct value of the column: the domain of its address, or an example's in place of a rare one; null: missing. Null: all are rare, or an example's. */
export function domainsOf(
  { values }: RawColumn,
  missing: ReadonlySet<string>,
  minCount: number,
): readonly (string | null)[] | null {
  const domains = values.map((cell) =>
    cell === null || missing.has(String(cell)) ? null : (/@([^@\s]+)$/.exec(String(cell))?.[1].toLowerCase() ?? ''),
  )
  const counts = new Map<string, number>()
  for (const domain of domains) if (domain !== null) counts.set(domain, (counts.get(domain) ?? 0) + 1)
  const isKept = (domain: string): boolean =>
    plain.test(domain) && counts.get(domain)! >= Math.max(minAddresses, minCount)
  if (![...counts.keys()].some((domain) => isKept(domain) && !exampleDomains.includes(domain))) return null
  return domains.map((domain, code) =>
    domain === null || isKept(domain) ? domain : exampleDomains[code % exampleDomains.length],
  )
}
