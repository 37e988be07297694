import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fetchModels } from '../../../deploy/fetch-models.js'

const model = Buffer.alloc(3_000_000, 'model ')
const sha256 = createHash('sha256').update(model).digest('hex')

async function place(t: TestContext, listener: RequestListener): Promise<{ url: string; folder: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const folder = await mkdtemp(join(tmpdir(), 'genesis-models-'))
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true })
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop.json`, folder }
}

test('a model above the limit of a ConfigMap arrives, checked, and is not downloaded twice', async (t) => {
  let requests = 0
  const { url, folder } = await place(t, ({ headers }, response) => {
    requests++
    assert.equal(headers.authorization, 'Bearer x')
    response.end(model)
  })
  const list = [{ file: 'shop.json', url, sha256: sha256.toUpperCase() }]
  await fetchModels(list, folder, { authorization: 'Bearer x' })
  assert.ok(model.equals(await readFile(join(folder, 'shop.json'))))
  await fetchModels(list, folder, { authorization: 'Bearer x' })
  assert.equal(requests, 1)
  assert.deepEqual(await readdir(folder), ['shop.json'])
})

test('other bytes than expected are not left behind, and not asked for again', async (t) => {
  let requests = 0
  const { url, folder } = await place(t, (_, response) => {
    requests++
    response.end('another model')
  })
  await assert.rejects(
    fetchModels([{ file: 'shop.json', url, sha256 }], folder),
    /found the SHA-256 [\da-f]{64}, expected/,
  )
  assert.equal(requests, 1)
  assert.deepEqual(await readdir(folder), [])
})

test('what passes is tried again; what is missing is not', async (t) => {
  const answers = [503, 429, 200]
  const { url, folder } = await place(t, ({ url }, response) => {
    response.statusCode = url === '/gone.json' ? 404 : (answers.shift() ?? 500)
    response.end(model)
  })
  const said: string[] = []
  const options = { backoffMs: 1, say: (line: string) => void said.push(line) }
  await fetchModels([{ file: 'shop.json', url: `${url}?signature=secret`, sha256 }], folder, options)
  assert.match(said[0], /status 503 Service Unavailable; next attempt in/)
  assert.match(said[2], /3,000,000 bytes, SHA-256 as expected$/)
  assert.ok(!said.join().includes('secret'))
  const gone = [{ file: 'gone.json', url: url.replace('shop', 'gone'), sha256 }]
  await assert.rejects(fetchModels(gone, folder, options), /gone\.json from .*: status 404 Not Found/)
})

test('a list that cannot be right is refused before anything is downloaded', async () => {
  const good = { file: 'shop.json', url: 'http://127.0.0.1:1/shop.json', sha256 }
  const wrong: readonly [object, RegExp][] = [
    [{ ...good, file: '../shop.json' }, /models\[0\]\.file: found "\.\.\/shop\.json"/],
    [{ ...good, url: 'file:///etc/passwd' }, /models\[0\]\.url: expected an http/],
    [{ ...good, sha256: 'abc' }, /models\[0\]\.sha256: found "abc", expected 64/],
  ]
  for (const [model, reason] of wrong) await assert.rejects(fetchModels([model as typeof good], '/nowhere'), reason)
})
