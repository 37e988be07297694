import type { ProtoField, ProtoMessage } from '../model/schemas/proto-file.js'

/** The bytes of a message without the fields whose names are left out, at any depth. Throws RangeError where they are no such message. */
export function withoutProtoFields(bytes: Buffer, message: ProtoMessage, left: ReadonlySet<string>): Buffer {
  const kept: Buffer[] = []
  const reader = new WireReader(bytes)
  while (!reader.isAtEnd) {
    const start = reader.at
    const tag = reader.varint()
    const content = reader.skip(tag & 7)
    const field = message.fields.find(({ number }) => number === tag >>> 3)
    if (field !== undefined && left.has(field.name)) continue
    const inner = field === undefined ? null : nestedMessage(field)
    if (inner === null || (tag & 7) !== 2) {
      kept.push(bytes.subarray(start, reader.at))
      continue
    }
    const stripped = withoutProtoFields(content, inner, left)
    // Nobody reads it: what follows the tag only has to be the same for the same content.
    kept.push(Buffer.from([tag & 127, tag >>> 7]), Buffer.from(`${stripped.length}:`), stripped)
  }
  return Buffer.concat(kept)
}

function nestedMessage({ type }: ProtoField): ProtoMessage | null {
  return type.kind === 'message' ? type.message : null
}

class WireReader {
  at = 0

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length
  }

  varint(): number {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = this.bytes.readUInt8(this.at++)
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
  }

  /** Skips a value, and returns the content of one that has a length. */
  skip(wireType: number): Buffer {
    const length = wireType === 0 ? this.varintLength() : wireType === 1 ? 8 : wireType === 5 ? 4 : this.varint()
    if (this.at + length > this.bytes.length) throw new RangeError('a field that ends behind its message')
    const content = this.bytes.subarray(this.at, this.at + length)
    this.at += length
    return content
  }

  private varintLength(): number {
    let length = 1
    while (this.bytes.readUInt8(this.at + length - 1) > 127) length++
    return length
  }
}
