import { setTimeout as wait } from 'node:timers/promises'
import { createProducer } from '#src/kafka/create-producer.js'
import type { EncodedBatch } from '#src/record.js'
import type { BenchConnector } from './connector.js'

/** The broker's time for one batch of `records` records without a transaction, in ms, measured repeatedly with pauses. */
export async function appendTimes({ connector: { name }, worker }: BenchConnector, records: number): Promise<number[]> {
  const producer = await createProducer('wire', worker.kafka, {
    topic: name,
    partitions: 1,
    transactionalId: null,
    transactionTimeoutMs: 60_000,
    compression: 'none',
    maxMessageBytes: 1_048_588,
  })
  await producer.init()
  const times: number[] = []
  try {
    const partitions = new Int32Array(records)
    for (let i = 0; i < 300; i++) {
      const began = performance.now()
      await producer.send(plainBatch(records), partitions)
      await producer.commit([])
      times.push(performance.now() - began)
      await wait(10)
    }
  } finally {
    await producer.close()
  }
  // Discard the first ones: JIT compilation and a new topic.
  return times.slice(50)
}

function plainBatch(length: number): EncodedBatch {
  const size = 112
  const offsets = Int32Array.from({ length: 2 * length + 1 }, (_, i) => size * (i >> 1))
  return { start: 0, stride: 1, length, bytes: Buffer.alloc(size * length, 97), offsets, hasKeys: false }
}
