/** When something was known, in ISO 8601. 0 is before the worker has known anything. */
export function asOfText(known: number): string {
  return known === 0 ? 'never' : new Date(known).toISOString()
}
