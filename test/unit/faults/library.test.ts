import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StreamingError, StreamingGenerator, SyntheticGenerator } from '#src/index.js'
import type { Batch, DisturbOptions } from '#src/index.js'
import { connectorOf } from '../../support/connectors.js'
import { customers, recordsFrom } from '../../support/disturbed.js'

const moved = {
  late: { probability: 0.05, by: 20 },
  outOfOrder: { probability: 0.05 },
  duplicate: { probability: 0.1 },
}

async function streamerOf(disturb: DisturbOptions, seed = 3): Promise<StreamingGenerator> {
  return new StreamingGenerator(await SyntheticGenerator.load(customers), { disturb, seed })
}

test('rows come as the connector of the same settings sends them, and a batch says what is wrong with them', async () => {
  const connector = connectorOf({
    ...{ model: customers, sink: { type: 'kafka' }, topic: 't', value: { format: 'json' }, seed: 3 },
    disturb: { late: moved.late, out_of_order: moved.outOfOrder, duplicate: moved.duplicate },
  })
  const records = await recordsFrom(connector, 0, [500])
  const batches: Batch[] = []
  for await (const batch of (await streamerOf(moved)).stream({ batchSize: 70, maxRecords: 500 })) batches.push(batch)
  const rows = batches.flatMap((batch) => [...batch])
  assert.deepEqual(
    rows,
    records.map(({ value }) => JSON.parse(Buffer.from(value ?? '', 'latin1').toString()) as object),
  )
  assert.deepEqual(
    batches.flatMap(({ faults }) => faults.map((fault) => (fault === null ? null : [fault.kind, fault.position]))),
    records.map(({ labels }) =>
      'genesis.disturb' in labels ? [labels['genesis.disturb'], Number(labels['genesis.position'])] : null,
    ),
  )
})

test('a stream without faults has none', async () => {
  for await (const batch of (await streamerOf({})).stream({ maxRecords: 5 })) assert.deepEqual(batch.faults, [])
})

test('what rows cannot have is refused before anything is sent', async () => {
  const streamer = await streamerOf({ missingField: { probability: 0.1 } })
  const refusal = { code: 'OPTION_INVALID', message: /disturb\.missingField.*only a KafkaPublisher/ }
  assert.throws(() => streamer.stream(), refusal)
  let published = 0
  await assert.rejects(streamer.streamTo({ publish: () => void published++ }, { maxRecords: 10 }), refusal)
  assert.equal(published, 0)
})

test('wrong options are named as code has them', async () => {
  const refused = (disturb: object, message: RegExp): Promise<void> =>
    assert.rejects(streamerOf(disturb), (error) => error instanceof StreamingError && message.test(error.message))
  await refused({ outOfOrder: { probability: 2 } }, /disturb\.outOfOrder\.probability/)
  await refused({ outofOrder: { probability: 0.1 } }, /unknown key.*outofOrder.*expected disturb\.outOfOrder/)
  await refused({ outOfOrder: 0.1 }, /disturb\.outOfOrder: not a map of options/)
  await refused({ outOfOrder: { withn: 5 } }, /unknown key.*expected disturb\.outOfOrder\.within/)
  await refused({ noise: { probability: 0.1 } }, /expected one of seed, late, outOfOrder, duplicate, missingField/)
  await refused({ malformed: { probability: 0.8 }, null: { probability: 0.8 } }, /too few records/)
  const stranger = await streamerOf({ null: { probability: 0.1, fields: ['nonsense'] } })
  await assert.rejects(stranger.streamTo({ publish: () => undefined }), /disturb\.null\.fields.*nonsense/)
})
