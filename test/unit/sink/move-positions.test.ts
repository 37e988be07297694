import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseConnector } from '#src/config/parse-connector.js'
import type { ConnectorConfig } from '#src/config/connector.js'
import { plainSource } from '#src/config/source.js'
import { loadWorker } from '#src/config/worker-file.js'
import { lockFile } from '#src/sink/file/file-lock.js'
import { movePositions, readPositions } from '#src/sink/move-positions.js'

const model = fileURLToPath(new URL('../../../../models/customers.json', import.meta.url))
const worker = await loadWorker(null, {})

async function connectorIn(t: TestContext, sink?: object): Promise<{ connector: ConnectorConfig; path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-move-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'a.jsonl')
  const source = plainSource({ name: 'a', model, sink: sink ?? { type: 'file', path } }, 'test')
  return { connector: parseConnector(source, { env: {}, folder }), path }
}

async function withCheckpoint(path: string): Promise<void> {
  await writeFile(path, '{}\n{}\n')
  const checkpoint = { position: 2, fingerprint: 'f00d', shards: 1 }
  await writeFile(`${path}.checkpoint`, `${JSON.stringify({ checkpoint, bytes: 6, form: 'json' })}\n`)
}

test('a file is reset behind the records that it has', async (t) => {
  const { connector, path } = await connectorIn(t)
  await withCheckpoint(path)
  assert.equal((await readPositions(connector, worker)).get(0)?.position, 2)
  assert.deepEqual(await movePositions(connector, worker, { next: () => null, acceptTarget: false }), [
    { shard: 0, from: 2, to: null },
  ])
  assert.equal((await readPositions(connector, worker)).size, 0)
  assert.deepEqual(JSON.parse(await readFile(`${path}.checkpoint`, 'utf8')), {
    checkpoint: null,
    bytes: 6,
    form: 'json',
  })
  assert.equal(await readFile(path, 'utf8'), '{}\n{}\n')
})

test('a file goes on at another position with the stream as it is now', async (t) => {
  const { connector, path } = await connectorIn(t)
  await withCheckpoint(path)
  await movePositions(connector, worker, { fingerprint: 'beef', next: () => 9, acceptTarget: false })
  assert.deepEqual((await readPositions(connector, worker)).get(0), { position: 9, fingerprint: 'beef', shards: 1 })
})

test('a file that a task writes is not touched', async (t) => {
  const { connector, path } = await connectorIn(t)
  await withCheckpoint(path)
  const lock = await lockFile(path, 'a/0')
  t.after(() => lock.release())
  await assert.rejects(movePositions(connector, worker, { next: () => null, acceptTarget: false }), {
    code: 'SINK_FAILED',
    message: /another process is writing to this file/,
  })
  assert.equal((await readPositions(connector, worker)).get(0)?.position, 2)
})

test('a sink without checkpoints has none to move', async (t) => {
  const { connector } = await connectorIn(t, { type: 'stdout' })
  await assert.rejects(movePositions(connector, worker, { next: () => null, acceptTarget: false }), {
    code: 'USAGE',
    message: /a stdout sink keeps no checkpoints/,
  })
})
