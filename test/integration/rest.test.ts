import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { connectorClass } from '#src/config/connector-class.js'
import { eventually } from '../contract/herder.js'
import { shipped, startGenesis } from '../support/genesis.js'
import { deleteAfter, uniqueName } from '../support/kafka.js'
import { callsTo } from '../support/rest-calls.js'

async function startWorker(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-rest-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'worker.yaml')
  const checkpoints = uniqueName('test-checkpoints')
  deleteAfter(t, checkpoints)
  await writeFile(
    file,
    `group: {id: ${uniqueName('g')}}\ncheckpoints: {topic: ${checkpoints}, partitions: 1}\nhttp: {enabled: true, port: 0}\nmodels: {path: ${shipped('models')}}\n`,
  )
  const connector = join(folder, 'f.yaml')
  await writeFile(
    connector,
    `name: f\nmodel: ${shipped('models/customers.json')}\nsink: {type: file, path: f.jsonl}\nthroughput: {rate: 1}\n`,
  )
  const run = startGenesis(t, 'run', connector, '--worker', file)
  const { address } = await run.logged('its address', (line) => 'address' in line)
  return { run, call: callsTo(String(address)) }
}

interface Status {
  readonly connector: { readonly state: string }
  readonly tasks: readonly { readonly state: string }[]
}

describe('a worker over REST', () => {
  test('creates, pauses, seeks, verifies and deletes a connector whose records are in a topic', async (t) => {
    const { run, call } = await startWorker(t)
    const topic = uniqueName('test-topic')
    deleteAfter(t, topic)
    const config = {
      'connector.class': connectorClass,
      model: 'customers.json',
      topic,
      'tasks.max': 2,
      'value.format': 'json',
      'throughput.max_records': 3000,
      'topic.creation.default.partitions': 2,
    }
    assert.equal((await call('POST', '/connectors', { name: 'a b', config })).status, 201)
    const path = '/connectors/a%20b'
    const isComplete = async (): Promise<boolean> =>
      (await call<{ complete: boolean }>('GET', '/genesis/connectors/a%20b')).body.complete
    await eventually(isComplete)
    const { connector, tasks } = (await call<Status>('GET', `${path}/status`)).body
    assert.deepEqual(
      [connector, ...tasks].map(({ state }) => state),
      ['RUNNING', 'RUNNING', 'RUNNING'],
    )
    assert.deepEqual((await call('GET', `${path}/topics`)).body, { 'a b': { topics: [topic] } })

    const verified = async (): Promise<boolean | null> => {
      const { id } = (await call<{ id: string }>('POST', '/genesis/connectors/a%20b/verify')).body
      let job: { state: string; exact: boolean | null }
      await eventually(async () => {
        job = (await call<typeof job>('GET', `/genesis/jobs/${id}`)).body
        return job.state !== 'running'
      })
      return job!.exact
    }
    assert.equal(await verified(), true)

    assert.equal((await call('DELETE', `${path}/offsets`)).status, 400)
    assert.equal((await call('PUT', `${path}/stop`)).status, 204)
    const offsets = [{ partition: { shard: 0 }, offset: { position: 2000 } }]
    assert.equal((await call('PATCH', `${path}/offsets`, { offsets })).status, 200)
    const moved = (await call<{ offsets: { offset: { position: number } }[] }>('GET', `${path}/offsets`)).body
    assert.deepEqual(
      moved.offsets.map(({ offset }) => offset.position),
      [2000, 3001],
    )
    assert.equal((await call('PUT', `${path}/resume`)).status, 202)
    await eventually(isComplete)
    assert.equal(await verified(), false, 'the positions from 2000 on are there twice')
    assert.equal((await call('DELETE', path)).status, 204)
    assert.deepEqual((await call('GET', '/connectors')).body, ['f'])
    assert.equal((await call('DELETE', '/connectors/f')).status, 409, 'what comes from a file is changed there')
    run.kill('SIGTERM')
    assert.equal(await run.exit, 0)
  })
})
