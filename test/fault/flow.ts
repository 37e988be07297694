/** Records flowing into a topic through the real task loop and the real Kafka sink, to be disturbed, and then judged. */
import type { ClusterOptions } from '#src/config/cluster.js'
import type { Encoder } from '#src/encode/encoder.js'
import { partitionOfPosition } from '#src/kafka/partitioner.js'
import { ConnectionPool } from '#src/kafka/connection-pool.js'
import type { ProducerClient } from '#src/kafka/create-producer.js'
import { TopicReader } from '#src/kafka/topic-reader.js'
import type { ColumnBatch, EncodedBatch } from '#src/record.js'
import { systemClock } from '#src/delivery/clock.js'
import type { Failure, TaskEnd } from '#src/runtime/task-events.js'
import { Task } from '#src/runtime/task.js'
import { KafkaSink } from '#src/sink/kafka/sink.js'
import { FixedRate } from '../support/fixed-rate.js'
import { PositionGenerator, fingerprint } from '../support/fake-task.js'

export interface FlowOptions {
  readonly cluster: ClusterOptions
  readonly client: ProducerClient
  readonly name: string
  readonly topic: string
  readonly partitions: number
  readonly checkpointTopic: string
  readonly transactionTimeoutMs: number
  readonly delivery: 'exactly-once' | 'at-least-once'
}

const ratePerSecond = 4000
const transactionMs = 60

/** Every value is a text that only its position has. */
class TextEncoder implements Encoder {
  readonly #bytes = Buffer.alloc(256 * 1024)
  readonly #offsets = new Int32Array(2 * 1024 + 1)

  prepare(): Promise<void> {
    return Promise.resolve()
  }

  encode({ start, stride, length }: ColumnBatch): EncodedBatch {
    this.#bytes.fill(0x21)
    for (let i = 0; i < length; i++) {
      const begin = this.#offsets[2 * i]
      this.#offsets[2 * i + 1] = begin
      this.#offsets[2 * i + 2] = begin + this.#bytes.write(valueOf(start + i * stride), begin)
    }
    return { start, stride, length, bytes: this.#bytes, offsets: this.#offsets, hasKeys: false }
  }
}

/** The value of a position. */
export function valueOf(position: number): string {
  return `${position} ${'abcdefghijklmnopqrstuvwxyz'.repeat(4).slice(position % 26, (position % 26) + (position % 77))}`
}

/** One worker of one shard. */
export class Flow {
  readonly ended: Promise<TaskEnd>
  readonly failures: Failure[] = []
  position = 0
  readonly #task: Task
  #watchers: { readonly above: number; readonly seen: () => void }[] = []

  constructor({ cluster, client, name, topic, checkpointTopic, transactionTimeoutMs, delivery }: FlowOptions) {
    const shard = { connector: name, shard: 0, shards: 1 }
    const options = {
      ...{ shard, fingerprint, topic, client, transactionTimeoutMs, delivery },
      creation: null,
      checkpoints: { topic: checkpointTopic, partitions: 1, replicationFactor: 3 },
      groupId: 'fault',
      compression: 'none' as const,
      maxBatchBytes: 1 << 20,
    }
    // Everything on one connection to a broker, as in a thread of very many tasks.
    const sink = new KafkaSink(cluster, options, undefined, new ConnectionPool(cluster, 1))
    this.#task = new Task(
      {
        ...{ shard, from: 0, to: null },
        transaction: { boundary: 'interval', intervalMs: transactionMs },
        errors: {
          policy: 'retry',
          maxRetries: Infinity,
          retryTimeoutMs: Infinity,
          backoffFactor: 1.5,
          initialBackoffMs: 20,
          maxBackoffMs: 500,
        },
      },
      {
        generator: new PositionGenerator(512),
        encoder: new TextEncoder(),
        sink,
        pacer: new FixedRate({ ratePerSecond }),
      },
      {
        state: (_state, failure) => {
          if (failure !== null) this.failures.push(failure)
        },
        progress: ({ position }) => this.#progress(position),
      },
      systemClock,
    )
    this.ended = this.#task.run()
  }

  /** Waits for commits until more than this many records are delivered; rejects if the task ends before. */
  async delivered(above: number): Promise<void> {
    const seen = new Promise<'seen'>((resolve) => {
      this.#watchers.push({ above, seen: () => resolve('seen') })
      this.#progress(this.position)
    })
    const first = await Promise.race([seen, this.ended])
    if (first !== 'seen') throw new Error(`the task ended: ${JSON.stringify(first)}`)
  }

  /** Waits for more commits: the stream flows (again). Resolves with the milliseconds that it took. */
  async flows(records = 100): Promise<number> {
    const begin = performance.now()
    await this.delivered(this.position + records)
    return performance.now() - begin
  }

  stop(): Promise<TaskEnd> {
    this.#task.stop()
    return this.ended
  }

  #progress(position: number): void {
    this.position = position
    const due = this.#watchers.filter(({ above }) => position > above)
    this.#watchers = this.#watchers.filter(({ above }) => position <= above)
    for (const { seen } of due) seen()
  }
}

export interface Verdict {
  readonly records: number
  readonly missing: number
  readonly doubled: number
  readonly altered: number
  readonly outOfOrder: number
}

/** What a read_committed reader finds of the first `count` records of the stream, and whatever else is there. */
export async function judge(
  { cluster, topic, partitions, delivery }: Pick<FlowOptions, 'cluster' | 'topic' | 'partitions' | 'delivery'>,
  count: number,
): Promise<Verdict> {
  const seen = new Uint8Array(count)
  let [records, altered, outOfOrder] = [0, 0, 0]
  const reader = new TopicReader(cluster, topic)
  try {
    for (const { partition, start, end } of await reader.ranges()) {
      let last = -1
      for await (const batch of reader.read({ partition, start, end }, 'committed'))
        while (batch.next()) {
          records++
          const value = batch.value()?.toString() ?? ''
          const position = Number.parseInt(value, 10)
          const right = value === valueOf(position)
          // At least once: an attempt that was given up may have written more than was committed after it.
          if (right && position >= count && delivery === 'at-least-once') continue
          if (!right || position >= count || partitionOfPosition(position, partitions) !== partition) {
            altered++
            continue
          }
          seen[position] = Math.min(seen[position] + 1, 2)
          if (position <= last) outOfOrder++
          last = position
        }
    }
  } finally {
    await reader.close()
  }
  return {
    ...{ records, altered, outOfOrder },
    missing: seen.reduce((sum, times) => sum + (times === 0 ? 1 : 0), 0),
    doubled: seen.reduce((sum, times) => sum + (times === 2 ? 1 : 0), 0),
  }
}
