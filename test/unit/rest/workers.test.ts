import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { eventually } from '../../contract/herder.js'
import { startRestGroup, startRestWorker } from '../../support/rest-worker.js'

interface WorkerBody {
  readonly worker_id: string
  readonly tasks: readonly { readonly connector: string; readonly id: number; readonly state: string }[]
}

const config = (name: string, tasks: number) => ({
  ...{ 'connector.class': 'GenesisSource', model: 'model.json', topic: name, 'value.format': 'json' },
  'tasks.max': String(tasks),
})

describe('the workers of a group', () => {
  test('are told by any of them, with what each runs, and those that run nothing', async (t) => {
    const { server } = await startRestGroup(t)
    const workers = async (): Promise<WorkerBody[]> => (await server.inject('/genesis/workers')).json()
    await eventually(async () => (await workers()).length === 2)
    assert.ok((await workers()).every(({ tasks }) => tasks.length === 0))
    await server.inject({ method: 'POST', url: '/connectors', payload: { name: 'a', config: config('a', 1) } })
    await eventually(async () => (await workers()).some(({ tasks }) => tasks.length === 1))
    const all = await workers()
    assert.equal(all.length, 2)
    assert.deepEqual(
      all.flatMap(({ tasks }) => tasks).map(({ connector, id }) => [connector, id]),
      [['a', 0]],
    )
  })

  test('without a group there is one', async (t) => {
    const { server } = await startRestWorker(t)
    assert.deepEqual((await server.inject('/genesis/workers')).json(), [{ worker_id: '127.0.0.1:8083', tasks: [] }])
  })
})

describe('a long response', () => {
  test('is zipped where the client can unzip, and says that it depends on that', async (t) => {
    const { server } = await startRestWorker(t)
    for (const url of ['/openapi.json', '/metrics']) {
      const plain = await server.inject(url)
      assert.deepEqual([plain.headers['content-encoding'], plain.headers.vary], [undefined, 'Accept-Encoding'])
      const zipped = await server.inject({ url, headers: { 'accept-encoding': 'gzip' } })
      assert.deepEqual([zipped.headers['content-encoding'], zipped.headers.vary], ['gzip', 'Accept-Encoding'])
      assert.equal(zipped.headers['content-type'], plain.headers['content-type'])
      assert.ok(zipped.rawPayload.length < plain.rawPayload.length / 2)
      const text = gunzipSync(zipped.rawPayload).toString()
      assert.equal(text.slice(0, 100), plain.body.slice(0, 100))
    }
  })

  test('stays as it is where zipping saves nothing, and where it holds configurations', async (t) => {
    const { server } = await startRestWorker(t)
    const headers = { 'accept-encoding': 'gzip' }
    assert.equal((await server.inject({ url: '/genesis/connectors', headers })).headers['content-encoding'], undefined)
    const long = { ...config('b', 1), note: 'x'.repeat(5000) }
    await server.inject({ method: 'PUT', url: '/connectors/b/config', payload: long })
    const stored = await server.inject({ url: '/connectors/b/config', headers })
    assert.equal(stored.headers['content-encoding'], undefined)
    assert.ok(stored.body.length > 5000)
  })
})
