import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WorkerConfig } from '#src/config/worker.js'
import type { TopicReader } from '#src/kafka/topic-reader.js'
import type { RecordCursor } from '#src/kafka/wire/record-batch-read.js'
import { readable } from '#src/verify/readable.js'

/** A partition with ten records; readers of committed records see this many of them, one look after the other. */
function readerOf(...seen: readonly number[]): Pick<TopicReader, 'ranges' | 'read'> {
  let look = 0
  return {
    ranges: () => {
      const stableEnd = seen[Math.min(look++, seen.length - 1)]
      return Promise.resolve([{ partition: 0, start: 0, stableEnd, end: 10 }])
    },
    read: undecided,
  }
}

/** One batch of a transaction without a marker. */
async function* undecided({ start, end }: { start: number; end: number }): ReturnType<TopicReader['read']> {
  const offsets = { baseOffset: start, lastOffset: end - 1, count: end - start }
  yield await Promise.resolve({
    header: { control: false, transactional: true, producerId: 1n, ...offsets },
  } as RecordCursor)
}

const worker = {} as WorkerConfig
const options = { waitMs: 0 }

test('records whose commit was acknowledged before its markers were written are waited for', async () => {
  const { ranges, blocked } = await readable(readerOf(4, 4, 7, 10), worker, options, Infinity)
  assert.deepEqual([ranges[0].stableEnd, blocked], [10, []])
})

test('an abandoned transaction is not waited for beyond that', async () => {
  const { ranges, blocked } = await readable(readerOf(4), worker, options, performance.now())
  assert.deepEqual([ranges[0].stableEnd, blocked], [4, []])
})
