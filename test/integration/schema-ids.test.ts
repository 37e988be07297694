/** A registry that loses what it has while connectors write with its ids. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import { Registry } from '#src/encode/registry.js'
import { SchemaWatch } from '#src/encode/schema-watch.js'
import { TopicReader } from '#src/kafka/topic-reader.js'
import { createResources, openTask, type TaskResources } from '#src/runtime/open-task.js'
import type { Failure, TaskEnd } from '#src/runtime/task-events.js'
import type { Counters } from '#src/delivery/counters.js'
import { connectorOf, workerOf } from '../support/connectors.js'
import { shipped } from '../support/genesis.js'
import { deleteAfter, testCluster, uniqueName } from '../support/kafka.js'
import { registryOptions, testRegistry } from '../support/registry.js'

/** A registry in memory: everything is gone when it restarts, and somebody else may be the first to register something. */
class ForgetfulRegistry {
  readonly url: string
  readonly #schemas = new Map<number, { readonly subject: string; readonly schema: string }>()

  private constructor(url: string) {
    this.url = url
  }

  static async start(t: TestContext): Promise<ForgetfulRegistry> {
    const server = createServer((request, response) => {
      void registry.#answer(request).then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const registry = new ForgetfulRegistry(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    return registry
  }

  schemaOf(id: number): string | undefined {
    return this.#schemas.get(id)?.schema
  }

  restart(...more: string[]): void {
    this.#schemas.clear()
    for (const subject of ['somebody-elses', ...more]) this.#register(subject, '"string"')
  }

  #register(subject: string, schema: string): number {
    for (const [id, known] of this.#schemas) if (known.subject === subject && known.schema === schema) return id
    const id = this.#schemas.size + 1
    this.#schemas.set(id, { subject, schema })
    return id
  }

  async #answer(request: IncomingMessage): Promise<[status: number, body: object]> {
    const { method, url = '' } = request
    const [, id] = /^\/schemas\/ids\/(\d+)$/.exec(url) ?? []
    if (id !== undefined) {
      const schema = this.schemaOf(Number(id))
      return schema === undefined ? [404, { error_code: 40403, message: 'Schema not found' }] : [200, { schema }]
    }
    const [, subject] = /^\/subjects\/([^/]+)\/versions$/.exec(url) ?? []
    if (method !== 'POST' || subject === undefined) return [405, {}]
    let text = ''
    for await (const part of request) text += String(part)
    return [200, { id: this.#register(subject, (JSON.parse(text) as { schema: string }).schema) }]
  }
}

interface Stage {
  readonly topic: string
  readonly registry: ForgetfulRegistry
  /** Resources whose ids are looked at when `look` is called, and not otherwise. */
  readonly resources: TaskResources
  look(): void
  /** Resources of a new process. */
  anew(): Promise<TaskResources>
}

async function setUp(t: TestContext): Promise<Stage> {
  const registry = await ForgetfulRegistry.start(t)
  const topic = uniqueName('schema-ids')
  const checkpoints = { topic: `${topic}-checkpoints`, partitions: 1, replicationFactor: -1 }
  deleteAfter(t, topic, checkpoints.topic)
  const worker = await workerOf({ kafka: testCluster(), checkpoints, registry: registryOptions(registry.url) })
  const anew = (): Promise<TaskResources> => Promise.resolve(createResources(worker))
  let due: (() => void)[] = []
  const look = (): void => {
    const calls = due
    due = []
    for (const call of calls) call()
  }
  const after = (_ms: number, call: () => void): (() => void) => {
    due.push(call)
    return () => undefined
  }
  const resources = await anew()
  assert.ok(resources.registry !== null)
  const schemas = new SchemaWatch(resources.registry, { after })
  return { topic, registry, resources: { ...resources, schemas }, look, anew }
}

interface Run {
  readonly records: number
  readonly format?: 'avro' | 'json-schema' | 'protobuf'
  readonly progress?: (counters: Counters) => void
}

async function run(
  { topic }: Stage,
  resources: TaskResources,
  { records, format = 'avro', progress = () => undefined }: Run,
): Promise<{ end: TaskEnd; failures: Failure[] }> {
  const connector = connectorOf({
    ...{ name: topic, topic, model: shipped('models/customers.json'), sink: { type: 'kafka' }, value: { format } },
    ...{ throughput: { rate: 500, max_records: records }, transaction: { interval: '20ms' } },
  })
  const failures: Failure[] = []
  const state = (_state: string, failure: Failure | null): void => {
    if (failure !== null) failures.push(failure)
  }
  const task = await openTask({ connector, shard: 0 }, resources, { state, progress })
  return { end: await task.run(), failures }
}

/** The schema ids of a topic's records, in their order, and how many follow each other. */
async function idsIn(topic: string): Promise<[id: number, records: number][]> {
  const reader = new TopicReader(testCluster(), topic)
  const ids: [number, number][] = []
  const [range] = await reader.ranges()
  for await (const batch of reader.read(range, 'committed'))
    while (batch.next()) {
      const value = batch.value()
      assert.ok(value !== null && value[0] === 0)
      const id = Buffer.from(value).readInt32BE(1)
      const last = ids.at(-1)
      if (last?.[0] === id) last[1]++
      else ids.push([id, 1])
    }
  await reader.close()
  return ids
}

describe('a registry that has lost its schemas', { concurrency: true }, () => {
  for (const format of ['avro', 'json-schema', 'protobuf'] as const)
    test(`is noticed while records flow: the rest has the id that it has now, and the log says so (${format})`, async (t) => {
      const stage = await setUp(t)
      const { topic, registry, resources, look } = stage
      let hasRestarted = false
      const { end, failures } = await run(stage, resources, {
        ...{ records: 500, format },
        progress({ records }) {
          if (records < 100) return
          if (!hasRestarted) registry.restart()
          hasRestarted = true
          look()
        },
      })
      assert.deepEqual(end, { end: 'complete' })
      assert.deepEqual(
        failures.map(({ code }) => code),
        ['SCHEMA_ID_CHANGED'],
      )
      assert.match(
        failures[0].message,
        new RegExp(`schema id 1 of subject ${topic}-value no longer stands .*; found another schema\\. .* since 20`),
      )
      const ids = await idsIn(topic)
      assert.deepEqual([ids.map(([id]) => id), ids.reduce((sum, [, records]) => sum + records, 0)], [[1, 2], 500])
      assert.match(registry.schemaOf(2) ?? '', /segment/)
    })

  test('gives the next task its new id, on the same thread and in another process', async (t) => {
    const stage = await setUp(t)
    const { topic, registry, resources, anew } = stage
    await run(stage, resources, { records: 50 })
    registry.restart()
    const { failures } = await run(stage, resources, { records: 100 })
    registry.restart('one-more')
    failures.push(...(await run(stage, await anew(), { records: 150 })).failures)
    assert.deepEqual(failures, [])
    assert.deepEqual(await idsIn(topic), [
      [1, 50],
      [2, 50],
      [3, 50],
    ])
  })

  test('the registry of these tests says of an id what it stands for, and of one that it does not have, nothing', async () => {
    const registry: Registry = testRegistry()
    const subject = uniqueName('ids')
    const id = await registry.register(subject, { type: 'string', doc: subject })
    assert.match((await registry.contentOf(id)) ?? '', new RegExp(subject))
    assert.equal(await registry.contentOf(2 ** 31 - 1), null)
  })
})
