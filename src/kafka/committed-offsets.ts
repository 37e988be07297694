import type { TopicReader } from './topic-reader.js'

/** Which offsets of a range are not of aborted transactions. Asked for offsets in order. */
export type IsCommitted = (offset: number) => boolean

/**
 * Reads a partition's range again for its committed batches. kafkajs hands over records of transactions that were aborted in another
 * order than they began in: it takes the broker's list to be sorted by first offset, and it is by abort.
 */
export async function committedOffsets(
  reader: TopicReader,
  range: { readonly partition: number; readonly start: number; readonly end: number },
): Promise<IsCommitted> {
  const ranges: (readonly [first: number, last: number])[] = []
  for await (const { header } of reader.read(range, 'committed')) ranges.push([header.baseOffset, header.lastOffset])
  let at = 0
  return (offset) => {
    while (at < ranges.length && ranges[at][1] < offset) at++
    return at < ranges.length && ranges[at][0] <= offset
  }
}
