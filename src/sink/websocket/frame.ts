/**
 * Data frames as a server sends them: not masked, not fragmented, not compressed (RFC 6455, section 5.2). Hot: one
 * buffer for all messages of a batch, created once however many clients it goes to.
 */

const final = 0x80
const text = 0x1
const binary = 0x2

/** Several messages as one run of frames, written to a socket as a whole. */
export function frameMessages(messages: readonly Uint8Array[], isBinary: boolean): Buffer {
  let size = 0
  for (const { length } of messages) size += headerSize(length) + length
  const frames = Buffer.allocUnsafe(size)
  let at = 0
  for (const message of messages) {
    const { length } = message
    frames[at] = final | (isBinary ? binary : text)
    if (length < 126) frames[at + 1] = length
    else if (length < 0x10000) {
      frames[at + 1] = 126
      frames.writeUInt16BE(length, at + 2)
    } else {
      frames[at + 1] = 127
      frames.writeUInt32BE(Math.floor(length / 0x100000000), at + 2)
      frames.writeUInt32BE(length % 0x100000000, at + 6)
    }
    at += headerSize(length)
    frames.set(message, at)
    at += length
  }
  return frames
}

function headerSize(length: number): number {
  return length < 126 ? 2 : length < 0x10000 ? 4 : 10
}
