/** The first few of a list, and how many more there are. */
export function listed(items: readonly string[], most = 8): string {
  const shown = items.slice(0, most).join(', ')
  return items.length > most ? `${shown} and ${items.length - most} more` : shown
}
