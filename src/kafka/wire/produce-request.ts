/**
 * The Produce request, wrapping framed record batches, and its response (versions 9 to 13).
 *
 *   Produce Request => transactional_id acks timeout_ms [topic_data] TAG_BUFFER
 *     topic_data => name [partition_data] TAG_BUFFER
 *       partition_data => index records TAG_BUFFER
 *   Produce Response => [responses] throttle_time_ms TAG_BUFFER
 *     responses => name [partition_responses] TAG_BUFFER
 *       partition_responses => index error_code base_offset log_append_time_ms log_start_offset
 *                              [record_errors: batch_index batch_index_error_message TAG_BUFFER] error_message TAG_BUFFER
 *
 * From version 13 on a topic is identified by its 16-byte id instead of its name (KIP-516), so that a recreated topic is not mistaken for
 * its predecessor. From version 10 on the tags announce a new leader (KIP-951), which @platformatic/kafka's own parser trips over.
 */
import { Writer, createAPI } from '../platformatic.js'
import type { API, Reader } from '@platformatic/kafka'
import { skipTags } from './api-versions.js'
import { topicIdBytes, topicIdOf } from './topic-id.js'

/** One record batch for one partition: at most one per partition in a request (KIP-98). */
export interface ProducePart {
  readonly topic: string
  /** Required from version 13 on. */
  readonly topicId: string | null
  readonly partition: number
  readonly batch: Buffer
}

export interface ProduceResult {
  /** From version 13 on, the id. */
  readonly topic: string
  readonly partition: number
  readonly code: number
  readonly message: string | null
}

export interface ProduceAnswer {
  /** Contains error codes; they do not reject. */
  readonly results: readonly ProduceResult[]
  readonly throttleMs: number
}

/** Sends with acks=all. The batches are copied before the call returns, unless they are lent. */
export type ProduceApi = API<[transactionalId: string | null, timeoutMs: number, parts: ProducePart[]], ProduceAnswer>

const firstById = 13

const produceApi = (version: number): ProduceApi =>
  createAPI(0, version, version >= firstById ? createRequestById : createRequest, parseResponse)

/** For transactions v1 and without transactions. */
export const produceApis = [produceApi(9), produceApi(10), produceApi(11)] as const

/** Adds the partition to the transaction implicitly (KIP-890): only for transactions v2. */
export const produceV2Api = produceApi(12)

/** Identifies topics by id: for transactions v2, and without transactions. */
export const produceByIdApi = produceApi(firstById)

function createRequest(transactionalId: string | null, timeoutMs: number, parts: readonly ProducePart[]): Writer {
  return requestOf(transactionalId, timeoutMs, parts, (w, { topic }) => w.appendString(topic))
}

function createRequestById(transactionalId: string | null, timeoutMs: number, parts: readonly ProducePart[]): Writer {
  return requestOf(transactionalId, timeoutMs, parts, (w, { topicId }) => w.append(topicIdBytes(topicId ?? '')))
}

function requestOf(
  transactionalId: string | null,
  timeoutMs: number,
  parts: readonly ProducePart[],
  appendTopic: (w: Writer, part: ProducePart) => Writer,
): Writer {
  const topics = new Map<string, ProducePart[]>()
  for (const part of parts) {
    const same = topics.get(part.topic)
    if (same === undefined) topics.set(part.topic, [part])
    else same.push(part)
  }
  return Writer.create()
    .appendString(transactionalId)
    .appendInt16(-1)
    .appendInt32(timeoutMs)
    .appendArray([...topics.values()], (w, partitions) =>
      appendTopic(w, partitions[0]).appendArray(partitions, (w, { partition, batch }) =>
        w.appendInt32(partition).appendBytes(batch),
      ),
    )
    .appendTaggedFields()
}

function parseResponse(_correlationId: number, _apiKey: number, apiVersion: number, reader: Reader): ProduceAnswer {
  const results: ProduceResult[] = []
  times(reader, () => {
    const topic = apiVersion >= firstById ? (topicIdOf(reader.readUUID()) ?? '') : reader.readString()
    times(reader, () => {
      const partition = reader.readInt32()
      const code = reader.readInt16()
      reader.skip(8 + 8 + 8)
      let detail: string | null = null
      times(reader, () => {
        reader.skip(4)
        const text = reader.readNullableString()
        detail ??= text
        skipTags(reader)
      })
      const message = reader.readNullableString() ?? detail
      skipTags(reader)
      results.push({ topic, partition, code, message })
    })
    skipTags(reader)
  })
  return { results, throttleMs: reader.readInt32() }
}

function times(reader: Reader, read: () => void): void {
  for (let n = reader.readUnsignedVarInt() - 1; n > 0; n--) read()
}
