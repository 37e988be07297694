/**
 * Records as a consumer sees them, read with kafkajs: deliberately not with this project's own reader, so that the output is what anyone
 * else gets. Commits nothing; uses a new group each time.
 */
import { randomUUID } from 'node:crypto'
import kafkajs, { CompressionTypes } from 'kafkajs'
import type { Batch, Consumer, EachBatchPayload, IHeaders, KafkaMessage } from 'kafkajs'
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import { codecs } from './codec.js'
import { committedOffsets, type IsCommitted } from './committed-offsets.js'
import { kafkaError } from './errors.js'
import { createKafkajsClient } from './kafkajs-client.js'
import { TopicReader } from './topic-reader.js'

export interface ConsumedRecord {
  readonly partition: number
  /** Digits: may exceed 2^53. */
  readonly offset: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: IHeaders
}

export interface ConsumedRange {
  readonly partition: number
  /** The first offset to read. */
  readonly start: number
  /** Stop before this offset; null: no end. */
  readonly end: number | null
}

export interface Consumed {
  readonly end: ConsumeEnd
  /** Records of aborted transactions that kafkajs handed over; `take` has not seen them. */
  readonly aborted: number
}

/** Why reading ended. stalled: nothing arrived for `stallMs` before the end was reached. */
export type ConsumeEnd = 'end' | 'enough' | 'stopped' | 'stalled'

// On a new cluster the coordinator takes some seconds to load.
const retry = { initialRetryTime: 100, maxRetryTime: 1000, retries: 10 }
const maxRestarts = 10
const maxWaitTimeInMs = 250
const stallMs = 30_000

/**
 * Passes on the ranges' records as a read_committed consumer gets them, one at a time, in order per partition, until the ends
 * are reached, `take` resolves to false, or `signal` aborts. Rejects with GenesisErrors, and with whatever `take` rejects with.
 */
export async function consumeTopic(
  cluster: ClusterOptions,
  topic: string,
  ranges: readonly ConsumedRange[],
  take: (record: ConsumedRecord) => Promise<boolean>,
  signal: AbortSignal,
): Promise<Consumed> {
  const left = new Map(ranges.filter(isLeft).map((range) => [range.partition, range]))
  if (left.size === 0) return { end: 'end', aborted: 0 }
  registerCodecs()
  let restarts = 0
  const groupId = `genesis-read-${randomUUID()}`
  const consumer = createKafkajsClient(cluster, retry).consumer({
    groupId,
    maxWaitTimeInMs,
    allowAutoTopicCreation: false,
    retry: { ...retry, restartOnFailure: () => Promise.resolve(!signal.aborted && ++restarts <= maxRestarts) },
  })
  const reader = new TopicReader(cluster, topic)
  let aborted = 0
  const hide = (): void => void aborted++
  try {
    const end = await new Promise<ConsumeEnd>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve('stopped'), { once: true })
      if (signal.aborted) resolve('stopped')
      void run({ consumer, reader, topic, left, take, hide }, resolve, reject)
    })
    return { end, aborted }
  } catch (error) {
    throw kafkaError(error, { topic, operation: 'Read' })
  } finally {
    await consumer.disconnect().catch(() => {})
    await reader.close()
  }
}

function isLeft({ start, end }: ConsumedRange): boolean {
  return end === null || start < end
}

interface Run {
  readonly consumer: Consumer
  readonly reader: TopicReader
  readonly topic: string
  readonly left: Map<number, ConsumedRange>
  readonly take: (record: ConsumedRecord) => Promise<boolean>
  readonly hide: () => void
}

async function run(
  { consumer, reader, topic, left, take, hide }: Run,
  end: (why: ConsumeEnd) => void,
  fail: (error: unknown) => void,
): Promise<void> {
  const { GROUP_JOIN, CRASH, END_BATCH_PROCESS } = consumer.events
  const bounded = [...left.values()].every((range) => range.end !== null)
  const stall = setTimeout(() => end('stalled'), stallMs).unref()
  if (!bounded) clearTimeout(stall)
  consumer.on(CRASH, ({ payload: { error, restart } }) => {
    if (!restart) fail(error)
  })
  // Nothing is committed, so every join would start over: continue from where this reader is.
  consumer.on(GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    const assigned = memberAssignment[topic] ?? []
    consumer.pause([{ topic, partitions: assigned.filter((partition) => !left.has(partition)) }])
    for (const { partition, start } of left.values()) consumer.seek({ topic, partition, offset: String(start) })
  })
  // Transaction markers are never delivered, and one may be the last record before the end.
  consumer.on(END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
    if (bounded) stall.refresh()
    const range = left.get(partition)
    if (range === undefined) return
    const start = Math.max(range.start, Number(lastOffset) + 1)
    left.set(partition, { ...range, start })
    if (range.end === null || start < range.end) return
    left.delete(partition)
    consumer.pause([{ topic, partitions: [partition] }])
    if (left.size === 0) end('end')
  })
  let isOver = false
  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload
    const isCommitted = await committedIn(reader, batch)
    for (const message of batch.messages) {
      const range = left.get(batch.partition)
      if (range === undefined || isOver || !payload.isRunning() || payload.isStale()) return
      const offset = Number(message.offset)
      if (offset < range.start || (range.end !== null && offset >= range.end)) continue
      left.set(batch.partition, { ...range, start: offset + 1 })
      if (!isCommitted(offset)) {
        hide()
        continue
      }
      try {
        isOver = !(await take(recordOf(batch.partition, message)))
      } catch (error) {
        // If rethrown, kafkajs would read the batch again.
        isOver = true
        fail(error)
      }
      if (isOver) return end('enough')
      await payload.heartbeat()
    }
  }
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({ autoCommit: false, eachBatch })
  } catch (error) {
    fail(error)
  }
}

/** Of a batch that has records of transactions. */
async function committedIn(reader: TopicReader, { partition, messages }: Batch): Promise<IsCommitted> {
  const isTransactional = ({ batchContext }: KafkaMessage & { batchContext?: { inTransaction?: boolean } }): boolean =>
    batchContext?.inTransaction !== false
  if (!messages.some(isTransactional)) return () => true
  const [start, last] = [messages[0], messages[messages.length - 1]].map(({ offset }) => Number(offset))
  return committedOffsets(reader, { partition, start, end: last + 1 })
}

function recordOf(partition: number, { offset, timestamp, key, value, headers = {} }: KafkaMessage): ConsumedRecord {
  return { partition, offset, timestamp: Number(timestamp), key, value, headers }
}

/** kafkajs itself only supports gzip. */
function registerCodecs(): void {
  const missing = [
    ['snappy', CompressionTypes.Snappy],
    ['lz4', CompressionTypes.LZ4],
    ['zstd', CompressionTypes.ZSTD],
  ] as const
  for (const [name, type] of missing) {
    kafkajs.CompressionCodecs[type] = () => ({
      compress: () => Promise.reject(new GenesisError('INTERNAL', 'a consumer compresses nothing')),
      decompress: (bytes: Buffer) => codecs[name].decompress(bytes),
    })
  }
}
