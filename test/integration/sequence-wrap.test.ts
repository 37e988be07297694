import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClusterConnections } from '#src/kafka/cluster-connections.js'
import { codecs } from '#src/kafka/codec.js'
import { Leaders } from '#src/kafka/wire/leaders.js'
import { RequestPace } from '#src/kafka/wire/request-pace.js'
import { ProduceWindow } from '#src/kafka/wire/produce-window.js'
import { RecordStage } from '#src/kafka/wire/record-stage.js'
import { SequenceNumbers } from '#src/kafka/wire/sequences.js'
import { idempotentIdentity } from '#src/kafka/wire/transaction-coordinator.js'
import { encodedBatch } from '../support/encoded-batch.js'
import { committedRecords, createTopic, testCluster } from '../support/kafka.js'

// A broker takes any first sequence number from a producer id that it does not know, but not in transactions v2.
test('sequence numbers go on behind 2^31 - 1 with 0, within a record batch and between two', async (t) => {
  const cluster = testCluster()
  const topic = await createTopic(t, { partitions: 2 })
  const connections = new ClusterConnections(cluster)
  t.after(() => connections.close())
  const leaders = new Leaders(connections, cluster.requestTimeoutMs)
  await leaders.find([topic])
  const identity = await idempotentIdentity(connections, cluster.requestTimeoutMs)
  const stage = new RecordStage({ partitions: 2, batchBytes: 1 << 20, bytes: 1 << 20 })
  let onEvent = (_failure: Error | null): void => {}
  const window = new ProduceWindow(
    {
      ...{ leaders, transactionalId: null, v2: false, timeoutMs: cluster.requestTimeoutMs, sizeLimit: () => ({}) },
      pace: new RequestPace(1 << 20),
      onThrottle: () => {},
      onProgress: () => onEvent(null),
      onFailure: (cause) => onEvent(new Error('refused', { cause })),
    },
    identity,
    // Partition 0 wraps between its second and third batch, partition 1 within its third.
    new SequenceNumbers(2 ** 31 - 20),
  )
  const values: string[][] = [[], []]
  for (let n = 0; n < 6; n++) {
    const records = Array.from({ length: n < 2 ? 10 : 7 }, (_, i) => `${n}-${i}`).flatMap((value) => [
      { key: null, value: Buffer.from(value), timestamp: n, partition: 0 },
      ...(n === 0 ? [] : [{ key: null, value: Buffer.from(value), timestamp: n, partition: 1 }]),
    ])
    for (const { value, partition } of records) values[partition].push(value.toString())
    const { batch, partitions } = encodedBatch(records)
    stage.add(batch, partitions, 0, 0)
    const acknowledged = new Promise((resolve, reject) => {
      onEvent = (failure) => (failure === null ? resolve(null) : reject(failure))
    })
    window.dispatch(stage.frame().map((framed) => ({ ...framed, topic, codec: codecs.none })))
    await acknowledged
  }
  const read = await committedRecords(topic)
  for (const partition of [0, 1])
    assert.deepEqual(
      read.filter((record) => record.partition === partition).map(({ value }) => value),
      values[partition],
    )
})
