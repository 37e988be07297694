import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConnector } from '#src/config/parse-connector.js'
import { plainSource } from '#src/config/source.js'
import { loadWorker } from '#src/config/worker-file.js'
import { checkOnWorker } from '#src/connector/preflight.js'

test('a worker has what its connectors need', async () => {
  const connector = (value: object) =>
    parseConnector(plainSource({ name: 'c', model: 'm', topic: 't', ...value }, 'c'), { env: {}, folder: '/' })
  const none = await loadWorker(null, {})
  const one = await loadWorker(null, { SCHEMA_REGISTRY_URL: 'http://h' })
  assert.match(
    checkOnWorker(connector({}), none)[0].message,
    /^c: value\.format: Avro in Kafka needs a schema registry/,
  )
  assert.deepEqual(checkOnWorker(connector({}), one), [])
  assert.deepEqual(checkOnWorker(connector({ value: { format: 'json' } }), none), [])
  assert.equal(checkOnWorker(connector({ value: { format: 'json' }, key: 'k', key_format: 'avro' }), none).length, 1)
  assert.equal(checkOnWorker(connector({ topic: 'genesis-checkpoints' }), one)[0].code, 'CONFIG_INVALID')
  const deadLettersTo = (name: string): object => ({
    errors: { policy: 'skip', deadletterqueue: { topic: { name } } },
  })
  assert.deepEqual(
    checkOnWorker(connector(deadLettersTo('genesis-checkpoints')), one).map(({ message }) => message),
    [
      'c: errors.deadletterqueue.topic.name: dead letters cannot go to the checkpoint topic; ' +
        'found topic genesis-checkpoints; expected another topic',
    ],
  )
  assert.deepEqual(checkOnWorker(connector(deadLettersTo('dead')), one), [])
})
