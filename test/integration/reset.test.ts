import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPartitionsV3 } from '@platformatic/kafka'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { ClusterConnections } from '#src/kafka/cluster-connections.js'
import { WireProducer } from '#src/kafka/wire/wire-producer.js'
import { batchOf } from '../contract/sink.js'
import { genesisWith, shipped, startGenesis, type Finished } from '../support/genesis.js'
import { committedNow, deleteAfter, deleteTopic, testCluster, uniqueName } from '../support/kafka.js'

interface Flow {
  readonly topic: string
  readonly file: string
  /** Writes the connector's file. */
  readonly configure: (keys?: object) => Promise<void>
  readonly run: (command: string, ...flags: string[]) => Promise<Finished>
  readonly worker: string
}

async function flow(t: TestContext): Promise<Flow> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-reset-'))
  t.after(() => rm(folder, { recursive: true }))
  const topic = uniqueName('test-reset')
  const checkpoints = uniqueName('test-checkpoints')
  deleteAfter(t, topic, checkpoints)
  const file = join(folder, 'orders.json')
  const worker = join(folder, 'worker.json')
  await writeFile(worker, JSON.stringify({ checkpoints: { topic: checkpoints }, log: { format: 'json' } }))
  return {
    ...{ topic, file, worker },
    configure: (keys = {}) =>
      writeFile(
        file,
        JSON.stringify({
          ...{
            name: topic,
            model: shipped('models/customers.json'),
            topic,
            topic_creation: { partitions: 3 },
            key: 'id',
          },
          ...{ value: { format: 'json' }, tasks: { max: 2 }, throughput: { max_records: 3000 }, ...keys },
        }),
      ),
    run: (command, ...flags) => genesisWith({}, command, file, '--worker', worker, ...flags),
  }
}

async function onController(
  work: (connection: Parameters<typeof createPartitionsV3.api.async>[0]) => Promise<unknown>,
) {
  const connections = new ClusterConnections(testCluster())
  try {
    const { controllerId } = await connections.metadata([])
    await work((await connections.broker(controllerId)).connection)
  } finally {
    await connections.close()
  }
}

async function partitionsOf(topic: string): Promise<number> {
  const admin = new KafkaAdmin(testCluster())
  return (await admin.describe(topic).finally(() => admin.close()))?.partitions ?? 0
}

/** Waits until records are committed. */
async function isFed(topic: string): Promise<void> {
  while ((await partitionsOf(topic)) === 0 || (await committedNow(topic)).length === 0) await sleep(50)
}

test('a deleted topic fails the run; genesis reset starts the stream again, and it is exact', async (t) => {
  const { topic, configure, run } = await flow(t)
  await configure()
  assert.equal((await run('run')).status, 0)
  await deleteTopic(topic)
  const failed = await run('run')
  assert.equal(failed.status, 1)
  assert.match(failed.stderr, /CHECKPOINT_INVALID/)
  assert.match(failed.stderr, /the stream's topic was deleted/)
  assert.equal(await partitionsOf(topic), 0)
  const verified = await run('verify')
  assert.equal(verified.status, 1)
  assert.match(verified.stderr, /the stream's topic was deleted.*\(CHECKPOINT_INVALID\)/)
  const reset = await run('reset', '--yes', '--json')
  assert.deepEqual(
    [reset.status, JSON.parse(reset.stdout)],
    [
      0,
      {
        connector: topic,
        shards: [
          { shard: 0, from: 3000, to: null },
          { shard: 1, from: 3001, to: null },
        ],
      },
    ],
    reset.stderr,
  )
  assert.equal((await run('run')).status, 0)
  const exact = await run('verify')
  assert.match(exact.stdout, /: exact\n.*3,000 records found, 3,000 expected/, exact.stderr)
})

test('genesis reset --keep-position goes on in a renamed topic, and verify knows where it begins', async (t) => {
  const { topic, configure, run } = await flow(t)
  await configure()
  assert.equal((await run('run')).status, 0)
  const two = uniqueName('test-two')
  deleteAfter(t, two)
  await configure({ topic: two, throughput: { max_records: 5000 } })
  const refused = await run('run')
  assert.deepEqual([refused.status, await partitionsOf(two)], [1, 0])
  assert.match(refused.stderr, new RegExp(`found topic ${topic} .*expected topic ${two}`))
  const kept = await run('reset', '--keep-position', '--yes')
  assert.deepEqual([kept.status, kept.stderr], [0, ''])
  assert.match(kept.stdout, new RegExp(`continues in topic ${two}\\n  shard 0: from position 3,000 to position 3,000`))
  assert.equal((await run('run')).status, 0)
  const exact = await run('verify')
  assert.match(exact.stdout, /: exact\n.*2,000 records found, 2,000 expected/, exact.stderr)
})

test('genesis reset --to-position goes on from there: what was skipped is missing', async (t) => {
  const { configure, run } = await flow(t)
  await configure({ throughput: { max_records: 1000 } })
  assert.equal((await run('run')).status, 0)
  assert.equal((await run('reset', '--to-position', '1501', '--yes')).status, 0)
  await configure({ throughput: { max_records: 2000 } })
  assert.equal((await run('run')).status, 0)
  const verified = await run('verify', '--json')
  const { missing, found, doubled, foreign } = JSON.parse(verified.stdout) as Record<string, number>
  assert.deepEqual({ missing, found, doubled, foreign }, { missing: 501, found: 1499, doubled: 0, foreign: 0 })
})

test('a worker that runs the connector ends with KAFKA_FENCED when it is reset', async (t) => {
  const { configure, run, worker, file, topic } = await flow(t)
  await configure({ throughput: { rate: 2000 } })
  const running = startGenesis(t, 'run', file, '--worker', worker)
  await isFed(topic)
  assert.equal((await run('reset', '--yes')).status, 0)
  await running.logged('fenced', ({ code }) => code === 'KAFKA_FENCED')
  assert.equal(await running.exit, 1)
})

test('a topic that is deleted while a worker feeds it ends the connector, and is not made again', async (t) => {
  const { configure, worker, file, topic } = await flow(t)
  await configure({ throughput: { rate: 2000 } })
  const running = startGenesis(t, 'run', file, '--worker', worker)
  await isFed(topic)
  await deleteTopic(topic)
  await running.logged('failed', ({ code }) => code === 'CHECKPOINT_INVALID')
  assert.equal(await running.exit, 1)
  assert.equal(await partitionsOf(topic), 0)
})

test('without a terminal it wants --yes, and two ways at once are none', async (t) => {
  const { configure, run } = await flow(t)
  await configure()
  const asked = await run('reset')
  assert.equal(asked.status, 2)
  assert.match(asked.stderr, /no terminal to ask for confirmation; expected --yes.*\(USAGE\)/)
  assert.equal((await run('reset', '--yes', '--keep-position', '--to-position', '4')).status, 2)
  assert.equal((await run('reset', '--yes', '--to-position', '-4')).status, 2)
})

test('partitions that were added do not put earlier records in the wrong place', async (t) => {
  const { topic, configure, run } = await flow(t)
  await configure({ throughput: { max_records: 2000 } })
  assert.equal((await run('run')).status, 0)
  await onController((connection) =>
    createPartitionsV3.api.async(connection, [{ name: topic, count: 7, assignments: null }], 10_000, false),
  )
  while ((await partitionsOf(topic)) !== 7) await sleep(20)
  assert.match((await run('verify')).stdout, /: exact\n/)
  const told = (history: string): RegExp =>
    new RegExp(`^note: .*partitions were added to topic ${topic} \\(${history}\\): keys may have moved`, 'm')
  assert.match((await run('validate', '--online')).stderr, told('3 from position 0, 7 from the next start'))
  await configure({ throughput: { max_records: 5000 } })
  assert.equal((await run('run')).status, 0)
  assert.match((await run('validate', '--online')).stderr, told('3 from position 0, 7 from position 2000'))
  const exact = await run('verify', '--json')
  const report = JSON.parse(exact.stdout) as { exact: boolean; found: number; partitions: { end: number }[] }
  assert.deepEqual([report.exact, report.found, report.partitions.length], [true, 5000, 7])
  assert.ok(report.partitions.every(({ end }) => end > 0))
})

test('records behind an open transaction are not missing: status 3 and who holds them up, 0 once it has ended', async (t) => {
  const { topic, configure, run } = await flow(t)
  await configure({ throughput: { max_records: 1000 } })
  assert.equal((await run('run')).status, 0)
  const id = uniqueName('test-id')
  const holder = new WireProducer(testCluster(), {
    ...{ topic, partitions: 3, transactionalId: id, transactionTimeoutMs: 60_000 },
    ...{ compression: 'none', maxMessageBytes: 1_000_000 },
  })
  t.after(() => holder.close())
  await holder.init()
  await holder.send(batchOf(0, 3), Int32Array.of(0, 1, 2))
  await configure({ throughput: { max_records: 3000 } })
  assert.equal((await run('run')).status, 0)
  const held = await run('verify', '--wait', '1')
  assert.equal(held.status, 3, held.stdout + held.stderr)
  assert.match(held.stdout, /: not yet readable\n.*3,000 records found, 3,000 expected/)
  assert.match(
    held.stdout,
    new RegExp(
      `committed records cannot be read yet: partition 0, offset \\d+: a transaction of producer \\d+ \\(transactional id ${id}\\), open since \\d{4}-.*Z, to be aborted after 60 s`,
    ),
  )
  assert.match(held.stderr, /waiting, \d+ s: partition 0/)
  const json = JSON.parse((await run('verify', '--wait', '0', '--json')).stdout) as Record<string, unknown>
  assert.deepEqual([json.exact, json.missing, (json.unreadable as unknown[]).length], [false, 0, 3])
  const waiting = run('verify', '--wait', '60')
  await holder.close()
  const exact = await waiting
  assert.deepEqual([exact.status, /: exact\n/.test(exact.stdout)], [0, true], exact.stdout)
})
