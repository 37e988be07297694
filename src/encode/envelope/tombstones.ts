import type { ColumnBatch, EncodedBatch } from '../../record.js'
import type { Encoder } from '../encoder.js'

const deleted = 2

/** Upserts: the value of an event that deletes its entity is null, for a compacted topic. Hot: no allocation per record. */
export function withTombstones(encoder: Encoder): Encoder {
  let nullValues = new Uint8Array(0)
  return {
    prepare: () => encoder.prepare(),
    encode(batch: ColumnBatch): EncodedBatch {
      const encoded = encoder.encode(batch)
      const { kinds } = batch.changes ?? {}
      if (kinds === undefined) return encoded
      if (nullValues.length < batch.length) nullValues = new Uint8Array(batch.length)
      let count = 0
      for (let i = 0; i < batch.length; i++) count += nullValues[i] = kinds[i] === deleted ? 1 : 0
      if (count === 0) return encoded
      closeGaps(encoded, nullValues)
      return { ...encoded, nullValues }
    },
  }
}

/** Takes the bytes of null values out of the encoder's buffer. */
function closeGaps({ bytes, offsets, length }: EncodedBatch, nullValues: Uint8Array): void {
  const end = offsets[2 * length]
  let gap = 0
  let kept = 0
  for (let i = 0; i < length; i++) {
    const [value, next] = [offsets[2 * i + 1], offsets[2 * i + 2]]
    offsets[2 * i + 1] = value - gap
    if (nullValues[i] === 1) {
      if (gap > 0) bytes.copyWithin(kept - gap, kept, value)
      gap += next - value
      kept = next
    }
    offsets[2 * i + 2] = next - gap
  }
  bytes.copyWithin(kept - gap, kept, end)
}
