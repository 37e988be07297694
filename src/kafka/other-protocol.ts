/**
 * Identifies a server that is not a Kafka broker by the first bytes of its response; null if it may be a broker: a broker's
 * responses start with their length, which is below 16 MB for the first one on a connection.
 */
export function otherProtocol(first: Buffer): string | null {
  if (first.length === 0 || first[0] === 0) return null
  // RFC 8446 §5.1: an alert (21) or handshake (22) record, version 3.x.
  if ((first[0] === 0x15 || first[0] === 0x16) && first[1] === 3) return 'TLS'
  const line = first.toString('latin1', 0, 64).split(/[\r\n]/, 1)[0]
  if (line.startsWith('HTTP/')) return 'an HTTP server'
  return /^[\x20-\x7e]{3,}$/.test(line)
    ? `a server that says "${line}"`
    : 'a server that does not speak the Kafka protocol'
}
