import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { routesOf } from '#src/rest/server.js'
import { startRestWorker } from '../../support/rest-worker.js'

interface Described {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>
}

describe('the OpenAPI description', () => {
  test('is valid, and lists every route and no other', async (t) => {
    const { server, services } = await startRestWorker(t)
    const description = (await server.inject('/openapi.json')).json<Described>()
    const { valid, errors } = await new Validator().validate({ ...description })
    assert.ok(valid, JSON.stringify(errors))
    const described = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    assert.deepEqual(
      described.sort(),
      routesOf(services)
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    )
    for (const route of described) {
      const [method, path] = route.split(' ')
      const url = path.replaceAll(/\{\w+\}/g, 'x')
      assert.ok(server.hasRoute({ method, url: path.replaceAll(/\{(\w+)\}/g, ':$1') }), url)
    }
    const ids = Object.values(description.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    assert.equal(new Set(ids).size, ids.length)
  })
})
