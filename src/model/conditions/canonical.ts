/** Conditions as text, independent of key order; '' for no conditions. */
export function canonicalConditions(conditions: unknown): string {
  const ordered = inOrder(conditions ?? {})
  const text = JSON.stringify(ordered)
  return text === '{}' ? '' : text
}

/** Conditions with sorted keys: draws depend on key order, but must not depend on how the conditions were written. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOrder(inner)]))
}
