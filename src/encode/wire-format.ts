/** What precedes a value in a record of a topic: byte 0 and the schema's id, 4 bytes big-endian (Confluent's wire format). */
export function wirePrefix(id: number): Buffer {
  const prefix = Buffer.alloc(wirePrefixBytes)
  prefix.writeInt32BE(id, 1)
  return prefix
}

/** Its length. */
export const wirePrefixBytes = 5
