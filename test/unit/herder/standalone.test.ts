import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { connectorClass } from '#src/config/connector-class.js'
import { ModelCache } from '#src/connector/model-cache.js'
import { preflight } from '#src/connector/preflight.js'
import { ConnectorFolder, memoryStore, type ConnectorStore } from '#src/herder/connector-folder.js'
import type { GenesisError } from '#src/errors.js'
import { FileSource } from '#src/herder/file-source.js'
import { StandaloneHerder } from '#src/herder/standalone.js'
import { writeModel } from '#src/model/artifact-write.js'
import { Worker } from '#src/runtime/worker.js'
import { eventually, herderContract, type HerderPlace } from '../../contract/herder.js'
import { workerOf } from '../../support/connectors.js'
import { FakeExecutor, MemoryShards } from '../../support/fake-executor.js'
import { randomArtifact } from '../../support/models.js'

interface Place extends HerderPlace {
  readonly herder: StandaloneHerder
  readonly folder: string
  readonly source: (...paths: string[]) => FileSource
}

async function makePlace(
  t: TestContext,
  store: (folder: string) => ConnectorStore = () => memoryStore,
  starts = true,
): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-herder-'))
  t.after(() => rm(folder, { recursive: true }))
  const model = join(folder, 'model.json')
  await writeFile(model, writeModel(randomArtifact(1)))
  const shards = new MemoryShards()
  const rest = { models: tmpdir(), schemas: folder, files: folder, secrets: folder, variables: /^HERDER_/ }
  const config = await workerOf({ rest })
  const executor = new FakeExecutor(shards, config.rest)
  const worker = new Worker(
    config,
    {
      connector: () => undefined,
      task: (...change) => herder.taskChanged(...change),
    },
    { here: executor, threads: executor },
  )
  const models = new ModelCache()
  const herder = new StandaloneHerder({
    workerId: () => '127.0.0.1:8083',
    worker,
    planning: { worker: config, env: process.env, models },
    positions: shards,
    store: store(join(folder, 'kept')),
  })
  if (starts) await herder.start()
  t.after(() => herder.close())
  const variables = new Set<string>()
  t.after(() => variables.forEach((name) => delete process.env[name]))
  return {
    herder,
    everywhere: [herder],
    folder,
    model,
    delivered: (delivery, shard = 0) => shards.of(delivery, shard).records,
    started: () => executor.started,
    fail: (delivery, shard) => executor.fail(delivery, shard),
    setVariable(name, value) {
      variables.add(name)
      process.env[name] = value
    },
    source: (...paths) =>
      new FileSource(paths, process.env, (deliveries) => preflight(deliveries, config, models), herder),
  }
}

herderContract('a standalone herder', makePlace)

async function settle(source: FileSource): Promise<void> {
  const changes = await source.read()
  const { good, errors } = await source.check(changes)
  assert.deepEqual([...errors, ...(await source.apply(good, changes.remove))], [])
}

describe('a connector of a file', () => {
  const text = (rate: string): string => `name: f\nmodel: model.json\ntopic: t\nvalue: {format: json}\n${rate}`

  test('is shown with its file, and its configuration changed there only', async (t) => {
    const { herder, folder, source } = await makePlace(t)
    const file = join(folder, 'f.yaml')
    await writeFile(file, text('throughput.batch_size: 10\n'))
    const files = source(file)
    await settle(files)
    const { info } = await herder.get('f')
    assert.equal(info.file, file)
    assert.equal(info.config['throughput.batch_size'], 10)
    for (const call of [herder.put('f', {}), herder.patch('f', {}), herder.delete('f')])
      await assert.rejects(call, { code: 'CONNECTOR_READ_ONLY', message: new RegExp(`found ${file}`) })
    await herder.pause('f')
    await eventually(async () => (await herder.status('f')).tasks[0].state === 'PAUSED')
    await rm(file)
    const { good, remove } = await files.read().then(async (found) => ({ ...found, ...(await files.check(found)) }))
    await files.apply(good, remove)
    assert.deepEqual(await herder.list(), [])
  })

  test('starts again when it has failed and its file is touched, and only then', async (t) => {
    const { herder, folder, source, started, fail } = await makePlace(t)
    const file = join(folder, 'f.yaml')
    await writeFile(file, text(''))
    const files = source(file)
    const isRunning = () => eventually(async () => (await herder.status('f')).tasks[0].state === 'RUNNING')
    await settle(files)
    await isRunning()
    await writeFile(file, text('# a comment\n'))
    await settle(files)
    assert.equal(started().length, 1)
    fail('f', 0)
    await settle(files)
    assert.equal((await herder.status('f')).tasks[0].state, 'FAILED')
    await writeFile(file, text('# another comment\n'))
    await settle(files)
    await isRunning()
    assert.equal(started().length, 2)
  })

  test('does not take the place of one that was created over REST, nor the reverse', async (t) => {
    const { herder, folder, model, source } = await makePlace(t)
    await herder.create('f', { 'connector.class': connectorClass, model, topic: 't', 'value.format': 'json' })
    await writeFile(join(folder, 'f.yaml'), text(''))
    const files = source(join(folder, 'f.yaml'))
    const { good } = await files.check(await files.read())
    const [refused] = await files.apply(good, [])
    assert.equal(refused.code, 'CONNECTOR_EXISTS')
    await herder.delete('f')
    await settle(files)
    await assert.rejects(herder.create('f', {}), { code: 'CONNECTOR_EXISTS' })
  })
})

describe('two connectors of a worker', () => {
  test('do not write to one file, wherever they come from', async (t) => {
    const { herder, folder, model, source } = await makePlace(t)
    const writing = (path: string, more: Readonly<Record<string, string>> = {}) => ({
      ...{ 'connector.class': connectorClass, model, 'sink.type': 'file', 'sink.path': path },
      ...more,
    })
    await herder.create('a', writing('out.jsonl', { 'tasks.max': '2' }))
    const refused = {
      code: 'CONFIG_INVALID',
      message: /^connector \w: sink\.path: two connectors write to the same file; found a file of connector a, too/,
    }
    await assert.rejects(herder.create('b', writing('./out.1.jsonl')), refused)
    await herder.create('b', writing('out.jsonl'))
    await assert.rejects(herder.put('b', writing('out.0.jsonl')), refused)
    await assert.rejects(herder.patch('b', { 'sink.path': 'out.0.jsonl' }), refused)
    await writeFile(join(folder, 'f.yaml'), 'name: f\nmodel: model.json\nsink: { type: file, path: out.1.jsonl }\n')
    const files = source(join(folder, 'f.yaml'))
    const { good } = await files.check(await files.read())
    const [error] = await files.apply(good, [])
    assert.match(error.message, refused.message)
    await herder.delete('a')
    await settle(files)
    assert.deepEqual(
      (await herder.list()).map(({ info }) => info.name),
      ['b', 'f'],
    )
  })
})

describe('a folder for connectors that come over REST', () => {
  test('has them as they are now, for the next worker', async (t) => {
    let kept = ''
    const { herder, folder, model } = await makePlace(t, (path) => new ConnectorFolder((kept = path)))
    const config = {
      'connector.class': connectorClass,
      model,
      topic: 't',
      'value.format': 'json',
      'throughput.rate': '${env:HERDER_RATE:-5}',
    }
    await herder.create('a', config)
    await herder.create('b', config)
    await herder.create('c', { ...config, topic: 'c' })
    await herder.pause('b')
    await herder.patch('a', { seed: '3' })
    await herder.delete('c')
    assert.deepEqual((await readdir(kept)).sort(), ['a.json', 'b.json'])
    assert.ok((await readFile(join(kept, 'a.json'), 'utf8')).includes('${env:HERDER_RATE:-5}'))
    const next = await makePlace(t, () => new ConnectorFolder(kept))
    assert.deepEqual(
      (await next.herder.list()).map(({ info, status }) => [info.name, info.config.seed, status.state]),
      [
        ['a', '3', 'RUNNING'],
        ['b', undefined, 'PAUSED'],
      ],
    )
    assert.ok(folder !== next.folder)
  })

  test('is read before a call over REST is answered', async (t) => {
    let load!: () => void
    const loaded = new Promise<void>((resolve) => (load = resolve))
    const saved: string[] = []
    const place = await makePlace(t)
    const config = { 'connector.class': connectorClass, model: place.model, topic: 't', 'value.format': 'json' }
    const store: ConnectorStore = {
      ...memoryStore,
      load: () => loaded.then(() => [{ raw: { name: 'kept', config, file: null }, target: 'PAUSED' }]),
      save: ({ raw }) => Promise.resolve(void saved.push(raw.name)),
    }
    const { herder } = await makePlace(t, () => store, false)
    const calls = Promise.allSettled([
      herder.list().then((all) => all.map(({ info }) => info.name)),
      herder.status('kept').then(({ state }) => state),
      herder.create('kept', config),
      herder.status('other'),
    ])
    const starting = herder.start()
    load()
    await starting
    assert.deepEqual(
      (await calls).map((call) => (call.status === 'fulfilled' ? call.value : (call.reason as GenesisError).code)),
      [['kept'], 'PAUSED', 'CONNECTOR_EXISTS', 'CONNECTOR_NOT_FOUND'],
    )
    assert.deepEqual(saved, [])
  })

  test('is waited for no longer by a worker that stops', async (t) => {
    const never = new Promise<never>(() => undefined)
    const { herder } = await makePlace(t, () => ({ ...memoryStore, load: () => never }), false)
    void herder.start()
    const change = assert.rejects(herder.pause('kept'), { code: 'HERDER_STOPPING' })
    await herder.close()
    await change
  })

  test('takes every name, and writes nowhere else', async (t) => {
    let kept = ''
    const { herder, folder, model } = await makePlace(t, (path) => new ConnectorFolder((kept = path)))
    const config = { 'connector.class': connectorClass, model, topic: 't', 'value.format': 'json' }
    const names = ['../outside', '/etc', 'a/b', 'a%2Fb', '.hidden', 'Größe 1', 'n'.repeat(512), `${'n'.repeat(511)}m`]
    for (const name of names) await herder.create(name, config)
    assert.deepEqual((await readdir(folder)).sort(), ['kept', 'model.json'])
    assert.equal((await readdir(kept)).length, names.length)
    const next = await makePlace(t, () => new ConnectorFolder(kept))
    const listed = async (): Promise<readonly string[]> => (await next.herder.list()).map(({ info }) => info.name)
    assert.deepEqual([...(await listed())].sort(), [...names].sort())
    for (const name of names) await next.herder.delete(name)
    assert.deepEqual(await readdir(kept), [])
  })

  test('changes the file that has a connector, whatever its name', async (t) => {
    const kept = await mkdtemp(join(tmpdir(), 'genesis-kept-'))
    t.after(() => rm(kept, { recursive: true }))
    const first = await makePlace(t, () => new ConnectorFolder(kept))
    const config = { 'connector.class': connectorClass, model: first.model, topic: 't', 'value.format': 'json' }
    // As earlier versions named it.
    await writeFile(join(kept, 'my orders.json'), JSON.stringify({ name: 'my orders', config }))
    const { herder } = await makePlace(t, () => new ConnectorFolder(kept))
    await herder.pause('my orders')
    assert.deepEqual(await readdir(kept), ['my orders.json'])
    await herder.delete('my orders')
    assert.deepEqual(await readdir(kept), [])
  })

  test('may have one that cannot run any more: it is FAILED and says why', async (t) => {
    let kept = ''
    const { herder, model } = await makePlace(t, (path) => new ConnectorFolder((kept = path)))
    await herder.create('a', { 'connector.class': connectorClass, model, topic: 't', 'value.format': 'json' })
    await rm(model)
    const next = await makePlace(t, () => new ConnectorFolder(kept))
    const { state, failure } = await next.herder.status('a')
    assert.deepEqual([state, failure?.code], ['FAILED', 'MODEL_UNREADABLE'])
    await writeFile(model, writeModel(randomArtifact(1)))
    await next.herder.restart('a', { includeTasks: false, onlyFailed: true })
    await eventually(async () => (await next.herder.status('a')).tasks[0]?.state === 'RUNNING')
  })
})
