/** Conditions as text, independent of the order of keys; no conditions are the empty text. */
export function canonicalConditions(conditions: unknown): string {
  const ordered = inOrder(conditions ?? {})
  const text = JSON.stringify(ordered)
  return text === '{}' ? '' : text
}

/** Conditions with their keys sorted. Draws depend on the order, which must therefore not depend on how the conditions were written. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOrder(inner)]))
}
