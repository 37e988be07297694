/**
 * Messages that are not records. A control message is a text message with a JSON array, `["<name>", {…}]`; a record is
 * never an array, so the two cannot be taken for each other.
 */
export function controlMessage(name: 'open' | 'commit' | 'dropped' | 'error', content: object): Buffer {
  return Buffer.from(JSON.stringify([name, content]))
}

/** Reasons of a close frame have 123 bytes at most (RFC 6455, section 5.5: control frames). */
const reasonBytes = 123

/** A close frame's reason: the text, cut at a character. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= reasonBytes) return text
  const cut = new TextDecoder().decode(bytes.subarray(0, reasonBytes - 3), { stream: true })
  return `${cut}…`
}

/** Codes of a close frame (RFC 6455, section 7.4.1, and its registry at IANA). */
export const closeCode = { normal: 1000, goingAway: 1001, policyViolation: 1008 } as const
