/** A registry that loses what it has while connectors write with its ids. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import type { Registry } from '#src/encode/registry.js'
import { SchemaWatch } from '#src/encode/schema-watch.js'
import { TopicReader } from '#src/kafka/topic-reader.js'
import { createResources, openTask, type TaskResources } from '#src/runtime/open-task.js'
import type { Failure, TaskEnd } from '#src/runtime/task-events.js'
import type { Counters } from '#src/delivery/counters.js'
import type { ConnectorConfig } from '#src/config/connector.js'
import type { WorkerConfig } from '#src/config/worker.js'
import { reportJson, reportLines } from '#src/verify/report.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { connectorOf, workerOf } from '../support/connectors.js'
import { shipped } from '../support/genesis.js'
import { deleteAfter, testCluster, uniqueName } from '../support/kafka.js'
import { registryOptions, testRegistry } from '../support/registry.js'

/** A registry in memory: everything is gone when it restarts, and somebody else may be the first to register something. */
class ForgetfulRegistry {
  readonly url: string
  readonly #schemas = new Map<number, { readonly subject: string; readonly schema: string }>()

  #hangs = false
  unanswered = 0

  private constructor(url: string) {
    this.url = url
  }

  static async start(t: TestContext): Promise<ForgetfulRegistry> {
    const server = createServer((request, response) => {
      if (registry.#hangs) {
        registry.unanswered++
        return
      }
      void registry.#answer(request).then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    const registry = new ForgetfulRegistry(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    return registry
  }

  /** From now on it takes requests and says nothing. */
  hang(): void {
    this.#hangs = true
  }

  schemaOf(id: number): string | undefined {
    return this.#schemas.get(id)?.schema
  }

  restart(...more: string[]): void {
    this.#schemas.clear()
    for (const subject of ['somebody-elses', ...more]) this.#register(subject, '"string"')
  }

  #register(subject: string, schema: string): number {
    const id = this.#idOf(subject, schema) ?? this.#schemas.size + 1
    this.#schemas.set(id, { subject, schema })
    return id
  }

  #idOf(subject: string, schema: string): number | undefined {
    return [...this.#schemas].find(([, known]) => known.subject === subject && known.schema === schema)?.[0]
  }

  /** Under an id of its own, as when the schemas of two registries were merged. */
  copy(from: number, to: number): void {
    const copied = this.#schemas.get(from)
    assert.ok(copied !== undefined)
    this.#schemas.set(to, { ...copied, subject: 'a-copy' })
  }

  async #answer(request: IncomingMessage): Promise<[status: number, body: object]> {
    const { method, url = '' } = request
    const [, id] = /^\/schemas\/ids\/(\d+)$/.exec(url) ?? []
    if (id !== undefined) {
      const schema = this.schemaOf(Number(id))
      return schema === undefined ? [404, { error_code: 40403, message: 'Schema not found' }] : [200, { schema }]
    }
    const [, subject, toRegister] = /^\/subjects\/([^/]+)(\/versions)?$/.exec(url) ?? []
    if (method !== 'POST' || subject === undefined) return [405, {}]
    let text = ''
    for await (const part of request) text += String(part)
    const { schema } = JSON.parse(text) as { schema: string }
    if (toRegister !== undefined) return [200, { id: this.#register(subject, schema) }]
    const found = this.#idOf(subject, schema)
    return found === undefined ? [404, { error_code: 40403, message: 'Schema not found' }] : [200, { id: found }]
  }
}

interface Stage {
  readonly topic: string
  readonly worker: WorkerConfig
  readonly registry: ForgetfulRegistry
  /** Resources whose ids are looked at when `look` is called, and not otherwise. */
  readonly resources: TaskResources
  readonly look: () => void
  /** Resources of a new process. */
  readonly anew: () => Promise<TaskResources>
}

async function setUp(t: TestContext): Promise<Stage> {
  const registry = await ForgetfulRegistry.start(t)
  const topic = uniqueName('schema-ids')
  const checkpoints = { topic: `${topic}-checkpoints`, partitions: 1, replicationFactor: -1 }
  deleteAfter(t, topic, checkpoints.topic)
  const worker = await workerOf({ kafka: testCluster(), checkpoints, registry: registryOptions(registry.url) })
  const anew = (): Promise<TaskResources> => createResources(worker)
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
  return { topic, worker, registry, resources: { ...resources, schemas }, look, anew }
}

interface Run {
  readonly records: number
  readonly format?: 'avro' | 'json-schema' | 'protobuf'
  /** The task stops when this is true; asked after every transaction. */
  readonly enough?: (counters: Counters, failures: readonly Failure[]) => boolean
}

/** More than are sent: whatever else the machine is doing, the records do not end before something happened. */
const unending = 1_000_000

function writer(topic: string, records: number, format = 'avro'): ConnectorConfig {
  return connectorOf({
    ...{ name: topic, topic, model: shipped('models/customers.json'), sink: { type: 'kafka' }, value: { format } },
    ...{ throughput: { rate: 500, max_records: records }, transaction: { interval: '20ms' } },
  })
}

async function run(
  { topic }: Stage,
  resources: TaskResources,
  { records, format = 'avro', enough = () => false }: Run,
): Promise<{ end: TaskEnd; failures: Failure[]; sent: number }> {
  const connector = writer(topic, records, format)
  const failures: Failure[] = []
  const state = (_state: string, failure: Failure | null): void => {
    if (failure !== null) failures.push(failure)
  }
  let sent = 0
  const progress = (counters: Counters): void => {
    sent = counters.records
    if (enough(counters, failures)) task.stop()
  }
  const task = await openTask({ connector, shard: 0 }, resources, { state, progress })
  return { end: await task.run(), failures, sent }
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
      let until = Infinity
      const { end, failures, sent } = await run(stage, resources, {
        ...{ records: unending, format },
        enough({ records }, failures) {
          if (records < 100) return false
          if (!hasRestarted) registry.restart()
          hasRestarted = true
          look()
          if (failures.length > 0 && until === Infinity) until = records + 100
          return records >= until
        },
      })
      assert.deepEqual(end, { end: 'stopped' })
      assert.deepEqual(
        failures.map(({ code }) => code),
        ['SCHEMA_ID_CHANGED'],
      )
      assert.match(
        failures[0].message,
        new RegExp(`schema id 1 of subject ${topic}-value no longer stands .*; found another schema\\. .* since 20`),
      )
      const ids = await idsIn(topic)
      assert.deepEqual([ids.map(([id]) => id), ids.reduce((sum, [, records]) => sum + records, 0)], [[1, 2], sent])
      assert.match(registry.schemaOf(2) ?? '', /segment/)
    })

  test('is told by verify: every record is there, and which of them have an id that stands for something else', async (t) => {
    const stage = await setUp(t)
    const { topic, worker, registry, anew } = stage
    await run(stage, await anew(), { records: 50 })
    const connector = writer(topic, 120)
    assert.deepEqual((await verifyConnector(connector, worker)).schemaIds, [])
    registry.restart()
    await run(stage, await anew(), { records: 120 })
    const report = await verifyConnector(connector, worker)
    assert.deepEqual(
      [report.exact, report.sent, Object.values(report.counts).every((count) => count === 0), report.found],
      [false, true, true, 120],
    )
    const lines = reportLines(report).join('\n')
    assert.match(lines, /NOT exact: 50 with a lost schema id$/m)
    assert.match(lines, /^ {2}50 records have the schema id 1: it now stands for another schema$/m)
    assert.deepEqual((reportJson(report) as { schema_ids: unknown }).schema_ids, [
      { id: 1, records: 50, stands_for: 'another schema' },
    ])
    // Once the id is what it was, nothing is wrong.
    registry.copy(2, 1)
    const restored = await verifyConnector(connector, worker)
    assert.deepEqual(
      [restored.exact, restored.schemaIds],
      [true, [{ id: 1, records: 50, standsFor: 'the same schema' }]],
    )
  })

  test('that does not answer any more is nothing to records that flow', async (t) => {
    const stage = await setUp(t)
    const { topic, registry, resources, look } = stage
    let until = Infinity
    const { end, failures, sent } = await run(stage, resources, {
      records: unending,
      enough({ records }) {
        if (records < 50) return false
        registry.hang()
        look()
        if (registry.unanswered > 0 && until === Infinity) until = records + 100
        return records >= until
      },
    })
    assert.deepEqual([end, failures], [{ end: 'stopped' }, []])
    assert.ok(sent > 50)
    assert.deepEqual(await idsIn(topic), [[1, sent]])
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
