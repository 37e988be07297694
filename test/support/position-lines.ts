import type { Encoder } from '#src/encode/encoder.js'
import type { ColumnBatch, EncodedBatch } from '#src/record.js'

/** Every value is its position as a line of text. */
export class PositionLines implements Encoder {
  prepare(): Promise<void> {
    return Promise.resolve()
  }

  encode({ start, stride, length }: ColumnBatch): EncodedBatch {
    const lines = Array.from({ length }, (_, i) => `${start + i * stride}\n`)
    const offsets = new Int32Array(2 * length + 1)
    lines.forEach((line, i) => {
      offsets[2 * i + 1] = offsets[2 * i]
      offsets[2 * i + 2] = offsets[2 * i] + line.length
    })
    return { start, stride, length, bytes: Buffer.from(lines.join('')), offsets, hasKeys: false }
  }
}
