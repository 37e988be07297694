/**
 * What follows a partition's last stable offset: a read_committed reader gets none of it while the transaction there
 * is open, even if later ones are committed. The markers in the log tell which.
 */
import type { PartitionRange, TopicReader } from './topic-reader.js'
import { isCommit, type RecordBatchHeader, type RecordCursor } from './wire/record-batch-read.js'

/** The first open transaction of a partition, which read_committed readers wait for. */
export interface Blocker {
  readonly producerId: bigint
  /** Its first offset in the partition. */
  readonly offset: number
  /** Timestamp of its first record, ms since 1970. */
  readonly timestamp: number
}

export interface Decisions {
  /** By producer id: markers after the last stable offset, in ascending order. */
  readonly markers: ReadonlyMap<bigint, readonly { readonly offset: number; readonly commit: boolean }[]>
  /** Records that are committed or not transactional. */
  readonly committed: number
  /** Null: none is open any more. */
  readonly blocker: Blocker | null
}

/** Reads the log from `stableEnd` to before `end`. Rejects as TopicReader.read does. */
export async function decisionsBehind(
  reader: Pick<TopicReader, 'read'>,
  { partition, stableEnd, end }: Pick<PartitionRange, 'partition' | 'stableEnd' | 'end'>,
): Promise<Decisions> {
  const markers = new Map<bigint, { offset: number; commit: boolean }[]>()
  const headers: RecordBatchHeader[] = []
  for await (const batch of reader.read({ partition, start: stableEnd, end }, 'uncommitted')) {
    const { control, producerId, baseOffset } = batch.header
    if (!control) {
      headers.push(batch.header)
      continue
    }
    const own = markers.get(producerId) ?? []
    own.push({ offset: baseOffset, commit: isCommit(batch) })
    markers.set(producerId, own)
  }
  const undecided = headers.find((header) => header.transactional && markerOf(markers, header) === undefined)
  return {
    markers,
    committed: headers.filter((header) => isCommitted(markers, header)).reduce((sum, { count }) => sum + count, 0),
    blocker:
      undecided === undefined
        ? null
        : { producerId: undecided.producerId, offset: undecided.baseOffset, timestamp: undecided.baseTimestamp },
  }
}

/** The batches after the last stable offset that a read_committed reader will get. */
export async function* committedBehind(
  reader: TopicReader,
  { partition, stableEnd, end }: Pick<PartitionRange, 'partition' | 'stableEnd' | 'end'>,
  { markers }: Decisions,
): AsyncGenerator<RecordCursor, void, undefined> {
  for await (const batch of reader.read({ partition, start: stableEnd, end }, 'uncommitted')) {
    if (!batch.header.control && isCommitted(markers, batch.header)) yield batch
  }
}

function isCommitted(markers: Decisions['markers'], header: RecordBatchHeader): boolean {
  return !header.transactional || markerOf(markers, header)?.commit === true
}

function markerOf(markers: Decisions['markers'], { producerId, lastOffset }: RecordBatchHeader) {
  return markers.get(producerId)?.find(({ offset }) => offset > lastOffset)
}
