/** Topic ids (KIP-516) as Kafka's tools print them: base64url of the bytes of a UUID. */

/** From a hexadecimal UUID; null for the zero UUID: the broker is older than topic ids. */
export function topicIdOf(uuid: string): string | null {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex')
  return bytes.every((byte) => byte === 0) ? null : bytes.toString('base64url')
}

export function topicIdBytes(id: string): Buffer {
  return Buffer.from(id, 'base64url')
}
