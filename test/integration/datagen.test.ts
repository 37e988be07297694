import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { datagenClass } from '#src/config/connector-class.js'
import { eventually } from '../contract/herder.js'
import { startGenesis } from '../support/genesis.js'
import { committedRecords, deleteAfter, uniqueName } from '../support/kafka.js'
import { registryUrl } from '../support/registry.js'
import { callsTo } from '../support/rest-calls.js'

interface Status {
  readonly connector: { readonly state: string }
  readonly tasks: readonly { readonly state: string }[]
}

/** A worker that stores connectors in its folder; each start is another process on the same folder. */
async function makeWorker(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-datagen-'))
  t.after(() => rm(folder, { recursive: true }))
  const [group, checkpoints] = [uniqueName('g'), uniqueName('test-checkpoints')]
  deleteAfter(t, checkpoints)
  const file = join(folder, 'worker.json')
  await writeFile(
    file,
    JSON.stringify({
      group: { id: group },
      checkpoints: { topic: checkpoints, partitions: 1 },
      connectors: { path: 'connectors' },
      http: { enabled: true, port: 0 },
    }),
  )
  return async () => {
    const run = startGenesis(t, 'run', '--worker', file)
    const { address } = await run.logged('its address', (line) => 'address' in line)
    const call = callsTo(String(address))
    return {
      run,
      call,
      statesOf: async (name: string): Promise<string> => {
        const { connector, tasks } = (await call<Status>('GET', `/connectors/${name}/status`)).body
        return String([connector, ...tasks].map(({ state }) => state))
      },
      positionOf: async (name: string): Promise<number> =>
        (await call<{ position: number }>('GET', `/genesis/connectors/${name}`)).body.position,
      verified: async (name: string): Promise<unknown> => {
        const { id } = (await call<{ id: string }>('POST', `/genesis/connectors/${name}/verify`)).body
        const job = await eventually(async () => {
          const { body } = await call<{ state: string; exact: boolean | null }>('GET', `/genesis/jobs/${id}`)
          return body.state === 'running' ? null : body
        })
        return job.exact
      },
    }
  }
}

/** Sample configurations of kafka-connect-datagen (config/connector_*_cos.config and its README), but for name and topic. */
const sample = {
  'connector.class': datagenClass,
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'max.interval': 100,
  iterations: 10000000,
  'tasks.max': '1',
}
const json = {
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
}
const registered = { 'value.converter.schema.registry.url': 'http://localhost:8081' }
const samples: Readonly<Record<string, object>> = {
  json: { ...sample, ...json, quickstart: 'pageviews' },
  avro: {
    ...sample,
    ...registered,
    'value.converter': 'io.confluent.connect.avro.AvroConverter',
    quickstart: 'users',
  },
  'json-schema': {
    ...sample,
    ...registered,
    'value.converter': 'io.confluent.connect.json.JsonSchemaConverter',
    quickstart: 'orders',
  },
  protobuf: {
    ...sample,
    ...registered,
    'value.converter': 'io.confluent.connect.protobuf.ProtobufConverter',
    'value.converter.schemas.enable': 'false',
    quickstart: 'stock_trades',
  },
  bounded: { ...sample, ...json, quickstart: 'pageviews', 'max.interval': -1, iterations: 100, 'tasks.max': '2' },
}

test(
  "datagen's configurations run as they are: paused, resumed, killed and started again, their topics are exact",
  { timeout: 200_000 },
  async (t) => {
    assert.ok(registryUrl())
    const start = await makeWorker(t)
    const unique = uniqueName('test-datagen')
    const nameOf = (kind: string): string => `${unique}-${kind}`
    const endless = Object.keys(samples).filter((kind) => kind !== 'bounded')
    deleteAfter(t, ...Object.keys(samples).map(nameOf))

    const first = await start()
    for (const [kind, keys] of Object.entries(samples)) {
      const name = nameOf(kind)
      const config = { ...keys, 'kafka.topic': name }
      const { status, body } = await first.call<{ config: object }>('POST', '/connectors', { name, config })
      assert.equal(status, 201, JSON.stringify(body))
      const sent = Object.entries(config).map(([key, value]) => [key, String(value)])
      assert.deepEqual(body.config, { ...Object.fromEntries(sent), name })
    }
    const counts = new Map<string, number>()
    const goesOn = async (worker: typeof first): Promise<void> => {
      for (const kind of endless) {
        const [name, before] = [nameOf(kind), counts.get(kind) ?? 0]
        counts.set(kind, await eventually(async () => [await worker.positionOf(name)].find((now) => now > before + 5)))
      }
    }
    const pauses = async (worker: typeof first): Promise<void> => {
      for (const kind of endless) {
        assert.equal((await worker.call('PUT', `/connectors/${nameOf(kind)}/pause`)).status, 202)
        await eventually(async () => (await worker.statesOf(nameOf(kind))) === 'PAUSED,PAUSED')
      }
    }
    await goesOn(first)
    await pauses(first)
    for (const kind of endless) {
      counts.set(kind, await first.positionOf(nameOf(kind)))
      assert.equal((await first.call('PUT', `/connectors/${nameOf(kind)}/resume`)).status, 202)
    }
    await goesOn(first)
    first.run.kill('SIGKILL')
    await first.run.exit

    const second = await start()
    await goesOn(second)
    await pauses(second)
    for (const kind of endless) {
      assert.equal(await second.verified(nameOf(kind)), true, kind)
      const iterations = (await committedRecords(nameOf(kind)))
        .map(({ headers }) => Number(new Map(headers).get('current.iteration')))
        .sort((a, b) => a - b)
      assert.deepEqual(iterations, [...iterations.keys()], `${kind}: the iterations go on over the restart`)
    }

    const bounded = nameOf('bounded')
    await eventually(
      async () => (await second.call<{ complete: boolean }>('GET', `/genesis/connectors/${bounded}`)).body.complete,
    )
    assert.equal(await second.statesOf(bounded), 'RUNNING,RUNNING,RUNNING')
    assert.equal(await second.verified(bounded), true)
    assert.equal((await committedRecords(bounded)).length, 200)
    second.run.kill('SIGTERM')
    assert.equal(await second.run.exit, 0)
  },
)
