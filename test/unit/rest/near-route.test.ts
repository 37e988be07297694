import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearRoute } from '#src/rest/near-route.js'
import { routesOf } from '#src/rest/server.js'
import { startRestWorker } from '../../support/rest-worker.js'

test('a path without a route is near to the one that was meant, with the names in it', async (t) => {
  const { services } = await startRestWorker(t)
  const templates = routesOf(services).map(({ path }) => path)
  for (const [path, near] of [
    ['/connector', '/connectors'],
    ['/connectors/a%20b/state', '/connectors/a%20b/status'],
    ['/connectors/orders/task', '/connectors/orders/tasks'],
    ['/connectors/orders/tasks/0/state', '/connectors/orders/tasks/0/status'],
    ['/conector-plugins/', '/connector-plugins'],
    ['/metric', '/metrics'],
    ['/nothing', undefined],
    ['/connectors/orders/nothing', undefined],
    ['/', undefined],
    [`/connectors/${'x'.repeat(300)}/state`, undefined],
  ] as const)
    assert.equal(nearRoute(path, templates), near, path)
})

test('404s say in their message what was probably meant, and nothing else is different', async (t) => {
  const { server, herder } = await startRestWorker(t)
  const config = { 'connector.class': 'GenesisSource', model: 'model.json', topic: 't', 'value.format': 'json' }
  await herder.create('orders', config)
  const ask = async (url: string) => {
    const answer = await server.inject({ method: 'GET', url })
    return [answer.statusCode, answer.json<unknown>()]
  }
  const error = (message: string) => [404, { error_code: 404, message }]
  assert.deepEqual(
    await ask('/connectors/orders/state'),
    error('HTTP 404 Not Found; perhaps /connectors/orders/status'),
  )
  assert.deepEqual(await ask('/nothing'), error('HTTP 404 Not Found'))
  assert.deepEqual(
    await ask('/connectors/odrers/status'),
    error('no connector of this name; found odrers; expected orders, perhaps (CONNECTOR_NOT_FOUND)'),
  )
  assert.deepEqual(
    await ask('/connectors/payments'),
    error('no connector of this name; found payments (CONNECTOR_NOT_FOUND)'),
  )
})
