import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { connectorClass, datagenClass } from '#src/config/connector-class.js'
import { transactionalId } from '#src/kafka/transactional-id.js'
import { eventually } from '../../contract/herder.js'
import { startRestWorker } from '../../support/rest-worker.js'

const good = { 'connector.class': connectorClass, model: 'model.json', topic: 't', 'value.format': 'json' }

async function callsOf(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  const rest = await startRestWorker(t, env)
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: unknown) => {
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const headers = { 'content-type': 'application/json' }
    const answer = await rest.server.inject({ method, url, headers, ...(payload !== undefined && { payload }) })
    const { statusCode: status } = answer
    return { status, text: answer.body, body: answer.body === '' ? undefined : answer.json<Record<string, never>>() }
  }
  const create = (config: object, name = 'c') => call('POST', '/connectors', { name, config: { ...good, ...config } })
  return { ...rest, call, create }
}

describe('a configuration over REST', () => {
  test('comes back as it was sent: texts, and numbers with all of their digits', async (t) => {
    const { call } = await callsOf(t)
    const config = JSON.stringify(good).slice(1, -1)
    const sent = `{"name":"c","config":{${config},"seed":7,"x.a":1.0,"x.b":1e3,"x.c":12345678901234567890,"x.d":-0,"x.e":true,"x.f":"a \\"1\\" b","x.1":"2"}}`
    assert.equal((await call('POST', '/connectors', sent)).status, 201)
    assert.deepEqual((await call('GET', '/connectors/c/config')).body, {
      ...good,
      seed: '7',
      'x.a': '1.0',
      'x.b': '1e3',
      'x.c': '12345678901234567890',
      'x.d': '-0',
      'x.e': 'true',
      'x.f': 'a "1" b',
      'x.1': '2',
      name: 'c',
    })
  })

  test("may have Connect's names for ours, each once", async (t) => {
    const { create, herder } = await callsOf(t)
    const { status } = await create({
      'topic.creation.default.partitions': '3',
      'transaction.boundary.interval.ms': '250',
      'random.seed': '5',
    })
    assert.equal(status, 201)
    assert.equal((await herder.get('c')).info.config['random.seed'], '5')
    const twice = await create({ 'random.seed': '5', seed: '6' }, 'd')
    assert.equal(twice.status, 400)
    assert.match(twice.text, /set twice; found seed and random.seed|set twice; found random.seed and seed/)
  })

  test('keeps what nobody knows, but not what is nearly something', async (t) => {
    const { create, call } = await callsOf(t)
    assert.equal((await create({ 'my.own.note': 'x' })).status, 201)
    const near = await create({ 'throughput.rat': '5' }, 'd')
    assert.equal(near.status, 400)
    assert.match(near.text, /throughput\.rat: unknown key; .*Did you mean throughput\.rate\?/)
    assert.match((await create({ transforms: 'a' }, 'd')).text, /transformations are not supported/)
    assert.deepEqual((await call('GET', '/connectors')).body, ['c'])
  })

  test('names files below the folders of the worker alone', async (t) => {
    const { create, folder, call } = await callsOf(t)
    await writeFile(join(folder, 'outside.json'), '{"hidden":1}')
    await writeFile(join(folder, 'secrets', 'rate'), '25\n')
    for (const wrong of [
      { model: '../outside.json' },
      { model: join(folder, 'outside.json') },
      { model: '${env:HOME}/model.json' },
      { 'value.schema': '../outside.json' },
      { 'sink.type': 'file', 'sink.path': '../outside.json' },
      { 'throughput.shape.type': 'curve', 'throughput.shape.curve': '../outside.json' },
      { 'throughput.rate': '${file:../outside.json}' },
      { 'throughput.rate': '${file:/etc/hostname}' },
    ]) {
      const { status, text } = await create(wrong)
      assert.equal(status, 400, text)
      assert.match(text, /models\.path|schemas\.path|files\.path|secrets\.path/)
      assert.ok(!text.includes('hidden'))
    }
    assert.equal((await create({ model: join(folder, 'models', 'model.json') })).status, 201)
    assert.equal((await create({ 'throughput.rate': '${file:rate}' }, 'd')).status, 201)
    assert.equal(JSON.stringify((await call('GET', '/connectors/d/config')).body).includes('${file:rate}'), true)
    assert.equal((await create({ 'sink.type': 'file', 'sink.path': 'out.ndjson' }, 'e')).status, 201)
  })

  test('reads the environment variables that the worker allows alone', async (t) => {
    const { create } = await callsOf(t, { RATE: '25', PRIVATE_RATE: '30' })
    assert.equal((await create({ 'throughput.rate': '${env:RATE}' })).status, 201)
    for (const text of ['${env:PRIVATE_RATE}', '${env:PRIVATE_RATE:-5}', '${env:PRIVATE_NONE}']) {
      const refused = await create({ 'throughput.rate': text }, 'd')
      assert.equal(refused.status, 400)
      assert.match(
        refused.text,
        /a variable that configurations over REST cannot read; .*secrets\.env matches PRIVATE_/,
      )
      assert.ok(!refused.text.includes('30'))
    }
  })

  test("lists kafka-connect-datagen's class, and validates its keys", async (t) => {
    const { call } = await callsOf(t, {})
    const plugins = (await call('GET', '/connector-plugins')).body as unknown as { class: string }[]
    assert.deepEqual(
      plugins.map((plugin) => plugin.class),
      [connectorClass, datagenClass],
    )
    const config = { 'connector.class': datagenClass, name: 'c', 'kafka.topic': 't', quickstart: 'pageviw' }
    const { status, body } = await call('PUT', '/connector-plugins/DatagenConnector/config/validate', config)
    assert.equal(status, 200)
    const { name, configs } = body as unknown as Validation
    assert.equal(name, datagenClass)
    const byName = new Map(configs.map(({ definition, value }) => [definition.name, { definition, value }]))
    assert.deepEqual(byName.get('max.interval')?.definition, {
      ...{ name: 'max.interval', type: 'LONG', required: false, default_value: '500', importance: 'HIGH' },
      documentation: byName.get('max.interval')?.definition.documentation,
      ...{ group: 'Common', order_in_group: 3, width: 'SHORT', display_name: 'max.interval', dependents: [] },
    })
    assert.match(
      byName.get('quickstart')?.value.errors[0] ?? '',
      /unknown quickstart; found pageviw; expected pageviews/,
    )
    assert.ok(!byName.has('model'))
  })

  test('keeps what its placeholders stand for out of answers', async (t) => {
    const { create, call } = await callsOf(t, { COLUMN: 'a-"secret"-column' })
    const { status, text } = await create({ key: '${env:COLUMN}' })
    assert.equal(status, 400)
    assert.match(text, /found \$\{env:COLUMN\}/)
    const validate = (more: object) =>
      call('PUT', `/connector-plugins/${connectorClass}/config/validate`, { ...good, name: 'c', ...more })
    const wrong = await validate({ key: '${env:COLUMN}' })
    assert.ok(!wrong.text.includes('secret'))
    const { configs } = wrong.body as unknown as Validation
    assert.deepEqual(
      configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => value.name),
      ['key'],
    )
    assert.deepEqual(((await validate({ 'my.own.key': 'x' })).body as unknown as Validation).warnings, [
      'unknown keys without effect: my.own.key',
    ])
    const url = 'ws://user:password@host/'
    const right = await validate({ 'sink.type': 'websocket', 'sink.url': url, topic: undefined })
    assert.ok(!right.text.includes('password'))
    assert.ok(right.text.includes('"name":"sink.url","value":"[hidden]"'))
  })
})

interface JobBody {
  readonly state: string
  readonly connector: string
  readonly exact: boolean | null
  readonly error?: { readonly code: string }
}

interface Validation {
  readonly warnings?: readonly string[]
  readonly name: string
  readonly configs: readonly {
    readonly definition: Readonly<Record<string, unknown>>
    readonly value: { readonly name: string; readonly errors: readonly string[] }
  }[]
}

describe('a value that would exhaust whoever reads it', () => {
  const json = {
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
  }
  const record = (field: object): string => JSON.stringify({ type: 'record', name: 'r', fields: [field] })
  const deep = (open: string, close: string): string => open.repeat(20_000) + '"int"' + close.repeat(20_000)
  const groups = { type: 'string', 'arg.properties': { regex: '('.repeat(20_000) } }
  const bad: Readonly<Record<string, readonly [schema: string, error: RegExp]>> = {
    'lists in lists': [deep('[', ']'), /schema\.string: JSON that is nested too deep/],
    'types in types': [deep('{"type":"array","items":', '}'), /found more than 100 levels; expected at most 100/],
    'groups in groups': [record({ name: 'f', type: groups }), /groups are nested more than 100 deep/],
    'a field with an empty name': [record({ name: '', type: 'int' }), /a field with an empty name/],
  }
  for (const [what, [schema, error]] of Object.entries(bad))
    test(`is refused: ${what}`, async (t) => {
      const { call, herder, defects } = await callsOf(t)
      const config = { 'connector.class': datagenClass, 'kafka.topic': 't', ...json, 'schema.string': schema }
      const { status, text } = await call('POST', '/connectors', { name: 'c', config })
      assert.equal(status, 400)
      assert.match(text, error)
      assert.deepEqual(defects, [])
      assert.deepEqual(await herder.list(), [])
    })
})

describe('a bounded stream that is complete', () => {
  test('is RUNNING with RUNNING tasks, and complete under /genesis', async (t) => {
    const { create, call } = await callsOf(t)
    await create({ 'throughput.max_records': '5', 'tasks.max': '2' })
    await eventually(async () => {
      const { body } = await call('GET', '/genesis/connectors/c')
      return (body as unknown as { complete: boolean }).complete
    })
    const { connector, tasks } = (await call('GET', '/connectors/c/status')).body as unknown as {
      connector: { state: string }
      tasks: { state: string }[]
    }
    assert.deepEqual([connector.state, ...tasks.map(({ state }) => state)], ['RUNNING', 'RUNNING', 'RUNNING'])
    const [progress] = (await call('GET', '/genesis/connectors')).body as unknown as Record<string, unknown>[]
    assert.deepEqual(
      [progress.complete, progress.end_position, progress.lag_records_per_second, progress.file],
      [true, 5, null, null],
    )
  })
})

describe('what is under /genesis', () => {
  test('shows the first records of a configuration, and leaves nothing behind', async (t) => {
    const { call } = await callsOf(t)
    const few = await call('POST', '/genesis/dry-run', { config: good, records: 2 })
    const more = await call('POST', '/genesis/dry-run', { config: { ...good, 'tasks.max': 3 }, records: 4 })
    const records = (answer: typeof few): unknown[] => (answer.body as unknown as { records: unknown[] }).records
    assert.equal(records(few).length, 2)
    assert.deepEqual(records(more).slice(0, 2), records(few))
    assert.equal((await call('POST', '/genesis/dry-run', { config: good, records: 0 })).status, 400)
    assert.equal((await call('POST', '/genesis/dry-run', { config: { ...good, model: 'none.json' } })).status, 400)
    assert.deepEqual((await call('GET', '/connectors')).body, [])
  })

  test('runs a verification as a job that tells how it ends', async (t) => {
    const { call, create } = await callsOf(t)
    await create({ 'sink.type': 'file', 'sink.path': 'out.ndjson', topic: undefined, 'value.format': undefined })
    await call('PUT', '/connectors/c/stop')
    const started = await call('POST', '/genesis/connectors/c/verify')
    assert.equal(started.status, 202)
    const { id } = started.body as unknown as { id: string }
    const job = async () => (await call('GET', `/genesis/jobs/${id}`)).body as unknown as JobBody
    await eventually(async () => (await job()).state !== 'running')
    const { state, connector, exact, error } = await job()
    // The tasks here write to memory: there is no file.
    assert.deepEqual([state, connector, exact, error?.code], ['failed', 'c', null, 'CHECKPOINT_INVALID'])
    assert.equal((await call('GET', '/genesis/jobs/nothing')).status, 404)
    assert.equal((await call('POST', '/genesis/connectors/nothing/verify')).status, 404)
  })
})

describe('names that need escaping', () => {
  test('do not run together with the names of sinks', () => {
    const id = (connector: string, sink?: string): string =>
      transactionalId('g', { connector, ...(sink !== undefined && { sink }), shard: 0, shards: 1 })
    assert.notEqual(id('a/b'), id('a', 'b'))
    assert.notEqual(id('a%2Fb'), id('a/b'))
    assert.equal(id('a-b'), 'g-a-b-0-g1')
  })

  test('are labels of metrics', async (t) => {
    const { create, call, server } = await callsOf(t)
    await create({}, 'a "quoted" \\ name')
    await eventually(async () => (await server.inject('/metrics')).body.includes('genesis_records_total{'))
    assert.ok((await server.inject('/metrics')).body.includes('connector="a \\"quoted\\" \\\\ name"'))
    assert.equal((await call('GET', '/connectors/a%20%22quoted%22%20%5C%20name')).status, 200)
  })
})
