/** Formats the time of a reading in ISO 8601; 0 is before the first. */
export function asOfText(known: number): string {
  return known === 0 ? 'never' : new Date(known).toISOString()
}
