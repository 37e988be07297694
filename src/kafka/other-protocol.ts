/**
 * What the first bytes of an answer say about who gave it, where that is no Kafka broker; null where it may be one: its answers
 * begin with their length, which is below 16 MB for whatever comes first on a connection.
 */
export function otherProtocol(first: Buffer): string | null {
  if (first.length === 0 || first[0] === 0) return null
  // RFC 8446 §5.1: a record of alerts (21) or of the handshake (22), version 3.x.
  if ((first[0] === 0x15 || first[0] === 0x16) && first[1] === 3) return 'TLS'
  const line = first.toString('latin1', 0, 64).split(/[\r\n]/, 1)[0]
  if (line.startsWith('HTTP/')) return 'an HTTP server'
  return /^[\x20-\x7e]{3,}$/.test(line)
    ? `something that says "${line}"`
    : 'something that does not speak the Kafka protocol'
}
