import type { RecordCursor } from './wire/record-batch-read.js'

/** KIP-98: a marker's key is a version and a type, int16 each; 1 is commit, 0 abort. */
export function isCommit(marker: RecordCursor): boolean {
  const key = marker.next() ? marker.key() : null
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 1
}
