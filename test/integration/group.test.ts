import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { genesis, shipped, startGenesis, type RunningGenesis } from '../support/genesis.js'
import { deleteAfter, uniqueName } from '../support/kafka.js'
import { callsTo } from '../support/rest-calls.js'

/** Waits until this worker has logged as many tasks RUNNING. */
async function hasStarted(worker: RunningGenesis, tasks: number): Promise<void> {
  for (let i = 0; i < tasks; i++) await worker.logged('a task runs', ({ state }) => state === 'RUNNING')
}

test('two workers share the tasks of a connector; one is killed, the other takes over, and the topic is exact', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-group-'))
  t.after(() => rm(folder, { recursive: true }))
  const name = uniqueName('test-group')
  const topics = { checkpoints: `${name}-checkpoints`, configs: `${name}-configs`, status: `${name}-status` }
  deleteAfter(t, name, ...Object.values(topics))
  const [connector, worker] = [join(folder, 'connector.json'), join(folder, 'worker.json')]
  await writeFile(
    worker,
    JSON.stringify({
      group: {
        id: name,
        enabled: true,
        session_timeout: '6s',
        heartbeat_interval: '500ms',
        lost_worker_delay: '500ms',
      },
      checkpoints: { topic: topics.checkpoints, partitions: 1 },
      config_storage: { topic: topics.configs },
      status_storage: { topic: topics.status },
      threads: 1,
    }),
  )
  await writeFile(
    connector,
    JSON.stringify({
      ...{ name, model: shipped('models/customers.json'), topic: name, topic_creation: { partitions: 4 } },
      ...{ value: { format: 'json' }, tasks: { max: 4 } },
      throughput: { rate: 2000, max_records: 60_000 },
      transaction: { interval: '50ms', timeout: '10s' },
    }),
  )
  const start = (): RunningGenesis => startGenesis(t, 'run', connector, '--worker', worker, '--log-level', 'debug')
  const first = start()
  await hasStarted(first, 4)
  // The first gives two of its tasks back, and the second takes them.
  const second = start()
  await hasStarted(second, 2)
  second.kill('SIGKILL')
  await hasStarted(first, 2)
  await first.logged('the end', ({ msg, connector: of }) => msg === 'connector complete' && of === name)
  first.kill('SIGTERM')
  assert.equal(await first.exit, 0)
  const { status, stdout, stderr } = await genesis('verify', connector, '--worker', worker)
  assert.equal(status, 0, `${stdout}\n${stderr}`)
})

test('any worker of a group answers any call: made by one, paused by the other, resumed at the same position', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-group-'))
  t.after(() => rm(folder, { recursive: true }))
  const name = uniqueName('test-group')
  const topics = { checkpoints: `${name}-checkpoints`, configs: `${name}-configs`, status: `${name}-status` }
  deleteAfter(t, name, ...Object.values(topics))
  const [worker, files] = [join(folder, 'worker.json'), join(folder, 'files')]
  await mkdir(files)
  await writeFile(
    worker,
    JSON.stringify({
      ...{ group: { id: name, enabled: true }, threads: 1, http: { enabled: true, port: 0 } },
      ...{ config_storage: { topic: topics.configs }, status_storage: { topic: topics.status } },
      checkpoints: { topic: topics.checkpoints, partitions: 1 },
      models: { path: shipped('models') },
    }),
  )
  const workers = [0, 1].map(() => startGenesis(t, 'run', files, '--worker', worker, '--watch', '--log-level', 'debug'))
  const addresses = await Promise.all(
    workers.map(async (one) => String((await one.logged('the address', (line) => 'address' in line)).address)),
  )
  const calls = addresses.map(callsTo)
  const call = (at: number, method: string, path: string, body?: object) =>
    calls[at](method, `/connectors${path}`, body)
  const until = async (so: () => Promise<boolean>): Promise<void> => {
    while (!(await so())) await wait(20)
  }
  const states = async (at: number): Promise<unknown[]> => {
    const { tasks } = (await call(at, 'GET', `/${name}/status`)).body as { tasks: { state: string }[] }
    return tasks.map(({ state }) => state)
  }
  const config = {
    'connector.class': 'io.genesis.connect.GenesisSourceConnector',
    model: 'customers.json',
    topic: name,
    'value.format': 'json',
    'tasks.max': '2',
    'throughput.rate': '500',
  }
  const created = await call(0, 'POST', '', { name, config })
  assert.equal(created.status, 201, JSON.stringify(created.body))
  assert.deepEqual((await call(1, 'GET', `/${name}/config`)).body, { ...config, name })
  assert.equal((await call(1, 'POST', '', { name, config })).status, 409)
  for (const at of [0, 1]) await until(async () => String(await states(at)) === 'RUNNING,RUNNING')
  assert.equal((await call(1, 'PUT', `/${name}/pause`)).status, 202)
  for (const at of [0, 1]) await until(async () => String(await states(at)) === 'PAUSED,PAUSED')
  const before = JSON.stringify((await call(0, 'GET', `/${name}/offsets`)).body)
  assert.equal(JSON.stringify((await call(1, 'GET', `/${name}/offsets`)).body), before)
  const began = performance.now()
  assert.equal((await call(0, 'PUT', `/${name}/resume`)).status, 202)
  await until(async () => JSON.stringify((await call(1, 'GET', `/${name}/offsets`)).body) !== before)
  t.diagnostic(`resumed, with records, after ${Math.round(performance.now() - began)} ms`)
  assert.equal((await call(1, 'DELETE', `/${name}`)).status, 204)
  assert.equal((await call(0, 'GET', `/${name}`)).status, 404)
  for (const one of workers) one.kill('SIGTERM')
  assert.deepEqual(await Promise.all(workers.map(({ exit }) => exit)), [0, 0])
  assert.deepEqual(await Promise.all(workers.map((one) => one.warnings())), [[], []])
})
