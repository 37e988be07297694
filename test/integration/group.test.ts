import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { genesis, shipped, startGenesis, type RunningGenesis } from '../support/genesis.js'
import { deleteAfter, uniqueName } from '../support/kafka.js'

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
