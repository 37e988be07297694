import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConnector } from '#src/config/parse-connector.js'
import { plainSource } from '#src/config/source.js'
import { checkEnvelope } from '#src/connector/check-envelope.js'
import { livesModel } from '../../support/lives.js'

const given = (more: object): object => ({ name: 'c', model: '/m.yaml', topic: 't', key: 'id', ...more })
const read = (more: object): ReturnType<typeof parseConnector> =>
  parseConnector(plainSource(given(more), 'c.yaml'), { env: {}, folder: '/' })

test('an envelope goes with Kafka, a key, and undisturbed records', () => {
  const cases: [object, RegExp][] = [
    [{ value: { envelope: 'cdc' } }, /value\.envelope: wrong value/],
    [{ value: { envelope: 'upsert' }, key: null }, /changes of an entity need its key/],
    [{ value: { envelope: 'upsert' }, sink: { type: 'stdout' }, topic: null }, /only the kafka sink has envelopes/],
    [
      { value: { envelope: 'debezium', format: 'json-schema' } },
      /not written in this format; found value.format: json-schema/,
    ],
    [{ value: { envelope: 'debezium', use_latest: true } }, /the rows' schema must be known without the registry/],
    [{ value: { envelope: 'upsert' }, disturb: { late: { probability: 0.1 } } }, /disturbed records have no envelope/],
  ]
  for (const [more, expected] of cases) assert.throws(() => read(more), expected)
  assert.equal(read({ value: { envelope: 'debezium' } }).value.envelope, 'debezium')
  assert.equal(read({}).value.envelope, 'none')
})

test('an envelope needs a model whose entities live, and a key that stays', async () => {
  const model = await livesModel({ states: { a: { set: { x: { kind: 'time' } } } } })
  const { lives, ...dead } = model
  assert.ok(lives)
  const connector = read({ value: { envelope: 'debezium' } })
  checkEnvelope(connector, model)
  assert.throws(() => checkEnvelope(connector, dead), /value\.envelope: records of this model change nothing/)
  for (const key of ['state', 'time', 'x'])
    assert.throws(() => checkEnvelope({ ...connector, key }, model), /key: the key changes while an entity lives/)
  const timed = await livesModel({ states: { a: {} } }, { made_at: { kind: 'clock' } })
  assert.throws(() => checkEnvelope(connector, timed), /clock column made_at/)
})
