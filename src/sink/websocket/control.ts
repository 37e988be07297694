/**
 * Messages that are not records. A control message is a text message with a JSON array, `["<name>", {…}]`; a record is
 * never an array, so the two cannot be confused.
 */
export function controlMessage(name: 'open' | 'commit' | 'dropped' | 'error', content: object): Buffer {
  return Buffer.from(JSON.stringify([name, content]))
}

/** Close reasons are limited to 123 bytes (RFC 6455, section 5.5: control frames). */
const reasonBytes = 123

/** A close frame's reason: the text, truncated at a character boundary. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= reasonBytes) return text
  const cut = new TextDecoder().decode(bytes.subarray(0, reasonBytes - 3), { stream: true })
  return `${cut}…`
}

/** Close codes (RFC 6455, section 7.4.1, and its IANA registry). */
export const closeCode = { normal: 1000, goingAway: 1001, policyViolation: 1008 } as const
