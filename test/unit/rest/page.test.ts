import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { PageFiles } from '#src/rest/page-files.js'
import { createServer } from '#src/rest/server.js'
import { startRestWorker } from '../../support/rest-worker.js'

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'
const javaClient = 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2'

describe('the web page', () => {
  test('is where browsers get from the root, and clients of Connect do not', async (t) => {
    const { server } = await startRestWorker(t)
    for (const accept of [browser, 'text/html']) {
      const { statusCode, headers } = await server.inject({ url: '/', headers: { accept } })
      assert.deepEqual([statusCode, headers.location, headers.vary], [302, 'ui/', 'Accept'])
    }
    for (const accept of [javaClient, 'application/json', '*/*']) {
      const { statusCode, json } = await server.inject({ url: '/', headers: { accept } })
      assert.deepEqual([statusCode, json<{ version: string }>().version], [200, '4.2.1'])
    }
  })

  test('comes with a policy that allows nothing inline and nothing from elsewhere', async (t) => {
    const { server } = await startRestWorker(t)
    const { statusCode, headers, body } = await server.inject({ url: '/ui/', headers: { accept: browser } })
    assert.equal(statusCode, 200)
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
    assert.match(String(headers['content-security-policy']), /^default-src 'self';(?!.*unsafe)/)
    assert.doesNotMatch(body, /<style|style=|<script(?![^>]*src=)|https?:/)
  })

  test('keeps its relative links by a slash at the end', async (t) => {
    const { server } = await startRestWorker(t)
    const { statusCode, headers } = await server.inject('/ui?x')
    assert.deepEqual([statusCode, headers.location], [302, 'ui/'])
  })

  test('is sent zipped where the client can unzip, and not again while it is the same', async (t) => {
    const { server } = await startRestWorker(t)
    const plain = await server.inject('/ui/main.js')
    const zipped = await server.inject({ url: '/ui/main.js', headers: { 'accept-encoding': 'br, gzip' } })
    assert.equal(zipped.headers['content-encoding'], 'gzip')
    assert.equal(gunzipSync(zipped.rawPayload).toString(), plain.body)
    const refused = await server.inject({ url: '/ui/main.js', headers: { 'accept-encoding': 'gzip;q=0' } })
    assert.equal(refused.headers['content-encoding'], undefined)
    const again = await server.inject({ url: '/ui/main.js', headers: { 'if-none-match': String(plain.headers.etag) } })
    assert.deepEqual([again.statusCode, again.body], [304, ''])
  })

  test('has no other files', async (t) => {
    const { server } = await startRestWorker(t)
    for (const url of ['/ui/bogus.js', '/ui/main.d.ts', '/ui/..%2Fpackage.json', '/ui/constructor'])
      assert.equal((await server.inject(url)).statusCode, 404, url)
  })

  test('is at most 150 kB, zipped', async () => {
    const sizes = [...(await new PageFiles().all()).values()].map(({ zipped }) => zipped.length)
    assert.ok(sizes.reduce((sum, size) => sum + size) <= 150_000)
  })

  test('is not served where http.ui is off', async (t) => {
    const { services } = await startRestWorker(t)
    const server = createServer({ ...services, ui: false })
    t.after(() => server.close())
    assert.equal((await server.inject('/ui/')).statusCode, 404)
    assert.equal((await server.inject({ url: '/', headers: { accept: browser } })).statusCode, 200)
  })
})
