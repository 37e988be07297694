import type { Codec } from '../codec.js'
import { headerBytes } from './record-batch.js'
import { writeHeader } from './record-batch-write.js'
import type { BatchFacts } from './record-batch-write.js'

/**
 * A batch with its records compressed, or as they are if that is not smaller. `bytes`: with room for the header; may be overwritten once this
 * returns.
 */
export async function compress(
  records: { readonly bytes: Buffer; readonly codec: Codec },
  facts: BatchFacts,
): Promise<Buffer> {
  // The stage is overwritten while the thread pool works.
  const plain = Buffer.from(records.bytes)
  const packed = await records.codec.compress(plain.subarray(headerBytes))
  const smaller = headerBytes + packed.length < plain.length
  const batch = smaller ? Buffer.allocUnsafe(headerBytes + packed.length) : plain
  if (smaller) packed.copy(batch, headerBytes)
  writeHeader(batch, smaller ? records.codec.id : 0, facts)
  return batch
}
