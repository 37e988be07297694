import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { parseConnector } from '#src/config/parse-connector.js'
import type { ConnectorConfig } from '#src/config/connector.js'
import { disturbKinds } from '#src/config/disturb.js'
import { plainSource } from '#src/config/source.js'
import { loadWorker } from '#src/config/worker-file.js'
import type { WorkerConfig } from '#src/config/worker.js'
import { KafkaPublisher, StreamingGenerator, SyntheticGenerator } from '#src/index.js'
import type { EncodedBatch } from '#src/record.js'
import { createSink } from '#src/sink/sinks.js'
import type { SinkPlan } from '#src/sink/plan.js'
import type { Sink } from '#src/sink/sink.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { deliver } from '../support/deliver.js'
import { countKinds, customers, recordsFrom } from '../support/disturbed.js'
import { genesis } from '../support/genesis.js'
import { committedRecords, deleteAfter, testCluster, uniqueName } from '../support/kafka.js'

const disturb = {
  late: { probability: 0.02, by: 30 },
  out_of_order: { probability: 0.02 },
  duplicate: { probability: 0.02 },
  missing_field: { probability: 0.02, fields: 'income' },
  null: { probability: 0.02, fields: ['income', 'email'] },
  malformed: { probability: 0.02 },
  tombstone: { probability: 0.02 },
}

/** For a sink without keys. */
const lines = { duplicate: { probability: 0.1 }, malformed: { probability: 0.1 } }

async function place(t: TestContext, keys: object): Promise<{ connector: ConnectorConfig; worker: WorkerConfig }> {
  const name = uniqueName('test-disturb')
  const checkpoints = uniqueName('test-checkpoints')
  deleteAfter(t, name, checkpoints)
  const whole = { name, model: customers, topic: name, topic_creation: { partitions: 3 }, key: 'id', disturb, ...keys }
  return {
    connector: parseConnector(plainSource(whole, 'test'), { env: {}, folder: '/' }),
    worker: await loadWorker(null, { ...process.env, GENESIS_CHECKPOINTS_TOPIC: checkpoints }),
  }
}

for (const [form, keys] of [
  ['Avro, two tasks, the wire producer', { tasks: { max: 2 } }],
  ['JSON, one task, kafkajs', { value: { format: 'json' }, producer: { client: 'kafkajs' } }],
] as const)
  test(`a disturbed topic is exact, and has as many labels of each kind as it was to have (${form})`, async (t) => {
    const { connector, worker } = await place(t, keys)
    await deliver(connector, worker, 3001)
    const report = await verifyConnector(connector, worker)
    assert.deepEqual([report.exact, report.found, report.expected], [true, 3001, 3001])
    const records = await committedRecords(connector.topic ?? '')
    const counts = countKinds(records.map(({ headers }) => ({ labels: Object.fromEntries(headers) as never })))
    assert.deepEqual(
      report.disturbed,
      disturbKinds.map((kind) => ({ kind, expected: counts[kind], found: counts[kind] })),
    )
    for (const kind of disturbKinds) assert.ok(counts[kind] > 20, kind)
    assert.equal(records.filter(({ value }) => value === null).length, counts.tombstone)
  })

test('a KafkaPublisher sends what the connector of the same settings sends, labels included', async (t) => {
  const { connector } = await place(t, { topic_creation: { partitions: 1 }, value: { format: 'json' } })
  const topic = connector.topic ?? ''
  const { probabilities, lateBy } = connector.disturb!
  const streamer = new StreamingGenerator(await SyntheticGenerator.load(customers), {
    disturb: {
      late: { probability: probabilities.late, by: lateBy },
      outOfOrder: disturb.out_of_order,
      duplicate: disturb.duplicate,
      missingField: { ...disturb.missing_field, fields: ['income'] },
      null: disturb.null,
      malformed: disturb.malformed,
      tombstone: disturb.tombstone,
    },
  })
  const options = { bootstrapServers: [...testCluster().brokers], topic, key: 'id', valueSerializer: 'json' } as const
  await streamer.streamTo(new KafkaPublisher(options), { batchSize: 90, maxRecords: 700 })
  const found = await committedRecords(topic)
  const expected = await recordsFrom(connector, 0, [700])
  assert.deepEqual(
    found.map(({ key, value, headers }) => [key, value, Object.fromEntries(headers)]),
    expected.map(({ key, value, labels }) => [key, value && Buffer.from(value, 'latin1').toString(), labels]),
  )
  await assert.rejects(streamer.streamTo(new KafkaPublisher({ ...options, key: undefined })), {
    code: 'OPTION_INVALID',
    message: /a tombstone needs a key/,
  })
})

test('genesis stream --disturb writes what the library makes, and says what is wrong with the option', async () => {
  const { status, stdout } = await genesis(
    'stream',
    customers,
    '--max-records',
    '500',
    '--disturb',
    JSON.stringify(lines),
  )
  assert.equal(status, 0)
  const connector = parseConnector(
    plainSource({ name: 'c', model: customers, sink: { type: 'stdout' }, disturb: lines }, 'test'),
    { env: {}, folder: '/' },
  )
  const records = await recordsFrom(connector, 0, [500])
  assert.equal(stdout, records.map(({ value }) => value).join(''))
  const wrong = await genesis(
    'stream',
    customers,
    '--max-records',
    '1',
    '--disturb',
    '{"tombstone": {"probability": 0.1}}',
  )
  assert.equal(wrong.status, 2)
  assert.match(wrong.stderr, /disturb\.tombstone\.probability.*only the kafka sink has tombstones/)
})

/** Does something to the first undisturbed or labelled record that fits, on its way. */
function spoil(
  change: (batch: EncodedBatch, i: number) => EncodedBatch,
  labelled: boolean,
  fits: (batch: EncodedBatch, i: number) => boolean = () => true,
) {
  return async (plan: SinkPlan): Promise<Sink> => {
    const sink = await createSink(plan)
    let done = false
    const write = (batch: EncodedBatch): Promise<void> => {
      if (done || batch.headers === undefined) return sink.write(batch)
      done = true
      const { offsets } = batch.headers
      let i = 40
      while (offsets[i + 1] > offsets[i] !== labelled || !fits(batch, i)) i++
      return sink.write(change(batch, i))
    }
    return {
      open: () => sink.open(),
      write,
      commit: (checkpoint) => sink.commit(checkpoint),
      close: () => sink.close(),
    }
  }
}

/** The batch without record i. */
function without({ headers, ...batch }: EncodedBatch, i: number): EncodedBatch {
  const index = Array.from({ length: batch.length }, (_, n) => n).filter((n) => n !== i)
  const parts = index.flatMap((n) =>
    [0, 1].map((k) => batch.bytes.subarray(batch.offsets[2 * n + k], batch.offsets[2 * n + k + 1])),
  )
  const labels = index.map((n) => headers!.bytes.subarray(headers!.offsets[n], headers!.offsets[n + 1]))
  return {
    ...batch,
    length: index.length,
    bytes: Buffer.concat(parts),
    offsets: ends(parts),
    nullValues: Uint8Array.from(index, (n) => batch.nullValues?.[n] ?? 0),
    headers: { bytes: Buffer.concat(labels), offsets: ends(labels) },
  }
}

function ends(parts: readonly Buffer[]): Int32Array {
  const offsets = new Int32Array(parts.length + 1)
  parts.forEach(({ length }, i) => (offsets[i + 1] = offsets[i] + length))
  return offsets
}

test('a record that is lost, altered or without its label is not taken for one of the faults on purpose', async (t) => {
  const changes = {
    missing: spoil(without, false),
    altered: spoil((batch, i) => {
      const bytes = Buffer.from(batch.bytes)
      bytes[batch.offsets[2 * i + 2] - 1] ^= 1
      return { ...batch, bytes }
    }, false),
    label: spoil((batch, i) => {
      const bytes = Buffer.from(batch.headers!.bytes)
      bytes[batch.headers!.offsets[i + 1] - 1] ^= 1
      return { ...batch, headers: { ...batch.headers!, bytes } }
    }, true),
    'empty instead of null': spoil(
      (batch, i) => ({ ...batch, nullValues: Uint8Array.from(batch.nullValues!, (mark, n) => (n === i ? 0 : mark)) }),
      true,
      (batch, i) => batch.nullValues?.[i] === 1,
    ),
  }
  for (const [change, makeSink] of Object.entries(changes)) {
    const { connector, worker } = await place(t, { value: { format: 'json' } })
    await deliver(connector, worker, 1000, 700, makeSink)
    const { exact, counts } = await verifyConnector(connector, worker)
    assert.equal(exact, false)
    const none = { missing: 0, doubled: 0, altered: 0, foreign: 0, uncovered: 0, out_of_order: 0 }
    assert.deepEqual(counts, change === 'missing' ? { ...none, missing: 1 } : { ...none, altered: 1 }, change)
  }
})

test('other settings of the faults are another stream: the checkpoint is refused', async (t) => {
  const { connector, worker } = await place(t, { value: { format: 'json' } })
  await deliver(connector, worker, 100)
  const other = { ...connector, disturb: { ...connector.disturb!, seed: 99 } }
  await assert.rejects(verifyConnector(other, worker), { code: 'CHECKPOINT_INVALID' })
  await assert.rejects(deliver(other, worker, 200), { code: 'CHECKPOINT_INVALID' })
})
