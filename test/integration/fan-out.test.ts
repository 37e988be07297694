import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { ConnectorSummary } from '#src/runtime/status.js'
import { genesis, shipped, startGenesis } from '../support/genesis.js'
import { committedNow, committedRecords, deleteAfter, uniqueName } from '../support/kafka.js'

const model = shipped('models/customers.json')

/** A connector file with several sinks, a worker file with a checkpoint topic of its own, and the topics' names. */
async function setUp(
  t: TestContext,
  keys: Readonly<Record<string, unknown>>,
  sinks: Readonly<Record<string, unknown>>,
) {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-fan-out-'))
  t.after(() => rm(folder, { recursive: true }))
  const name = uniqueName('test-fan-out')
  const topics = { live: name, debug: `${name}-debug`, checkpoints: `${name}-checkpoints` }
  deleteAfter(t, ...Object.values(topics))
  const file = join(folder, 'connector.json')
  const worker = join(folder, 'worker.json')
  await writeFile(
    worker,
    JSON.stringify({ checkpoints: { topic: topics.checkpoints }, threads: 1, shutdown: { timeout: '200ms' } }),
  )
  const connector = { name, model, topic: name, value: { format: 'json' }, ...keys, sinks }
  await writeFile(file, JSON.stringify(connector))
  return { name, topics, file, worker, folder, connector }
}

/** The stream's records, one JSON text each. */
async function streamOf(records: number): Promise<string[]> {
  return (await genesis('stream', model, '--max-records', String(records))).stdout.trimEnd().split('\n')
}

const idOf = (line: string): number => (JSON.parse(line) as { id: number }).id

async function ofTopic(topic: string): Promise<string[]> {
  const values = (await committedRecords(topic)).map(({ value }) => value ?? assert.fail('a null value'))
  return values.sort((a, b) => idOf(a) - idOf(b))
}

async function ofFile(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).trimEnd().split('\n')
}

describe('a connector with several sinks', () => {
  test('delivers the same positions to each, with a checkpoint of its own, and verifies each', async (t) => {
    const { name, topics, file, worker, folder } = await setUp(
      t,
      { throughput: { max_records: 3000 }, tasks: { max: 2 } },
      {
        live: { type: 'kafka', topic_creation: { partitions: 2 } },
        debug: { type: 'kafka', topic: '$debug', compression: 'gzip' },
        archive: { type: 'file', path: 'archive.jsonl' },
      },
    )
    await writeFile(file, (await readFile(file, 'utf8')).replace('$debug', topics.debug))
    const run = await genesis('run', file, '--worker', worker, '--json')
    assert.equal(run.status, 0, run.stderr)
    const { connectors } = JSON.parse(run.stdout) as { connectors: ConnectorSummary[] }
    assert.deepEqual(
      connectors.map((one) => [one.name, one.sink, one.complete, one.records, one.shard_positions]),
      ['live', 'debug', 'archive'].map((sink) => [name, sink, true, 3000, [3000, 3001]]),
    )
    const stream = await streamOf(3000)
    assert.deepEqual(await ofTopic(topics.live), stream)
    assert.deepEqual(await ofTopic(topics.debug), stream)
    const shards = [await ofFile(join(folder, 'archive.0.jsonl')), await ofFile(join(folder, 'archive.1.jsonl'))]
    assert.deepEqual(
      stream.map((_, p) => shards[p % 2][Math.floor(p / 2)]),
      stream,
    )
    const keys = new Set((await committedRecords(topics.checkpoints)).map(({ key }) => key))
    assert.deepEqual(
      [...keys].sort(),
      ['debug', 'live'].flatMap((sink) => [0, 1].map((shard) => JSON.stringify([name, { shard, sink }]))).sort(),
    )

    const all = await genesis('verify', file, '--worker', worker, '--json')
    assert.equal(all.status, 0, all.stderr)
    const reports = all.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.deepEqual(
      reports.map(({ sink, exact, found }) => [sink, exact, found]),
      ['live', 'debug', 'archive'].map((sink) => [sink, true, 3000]),
    )
    await writeFile(join(folder, 'archive.1.jsonl'), '')
    const one = await genesis('verify', file, '--worker', worker, '--sink', 'live')
    assert.deepEqual([one.status, one.stdout.split('\n')[0]], [0, `${name}/live: exact`])
    assert.equal((await genesis('verify', file, '--worker', worker)).status, 1)
    const none = await genesis('verify', file, '--worker', worker, '--sink', 'lake')
    assert.equal(none.status, 2)
    assert.match(none.stderr, /no connector has this sink; found lake; expected one of live, debug, archive/)
  })

  test('goes on in the others when one has failed', async (t) => {
    const { name, topics, file, worker, folder } = await setUp(
      t,
      { throughput: { max_records: 500 } },
      { live: { type: 'kafka' }, archive: { type: 'file', path: 'archive.jsonl' } },
    )
    await writeFile(join(folder, 'archive.jsonl'), 'somebody else wrote this\n')
    const { status, stdout, stderr } = await genesis('run', file, '--worker', worker, '--json')
    assert.equal(status, 1)
    const { connectors } = JSON.parse(stdout) as { connectors: ConnectorSummary[] }
    assert.deepEqual(
      connectors.map(({ sink, state, complete }) => [sink, state, complete]),
      [
        ['live', 'STOPPED', true],
        ['archive', 'FAILED', false],
      ],
    )
    assert.match(stderr, new RegExp(`"connector":"${name}","sink":"archive","task":0,"state":"FAILED"`))
    assert.deepEqual(await ofTopic(topics.live), await streamOf(500))
  })

  test('goes on in the others while one is blocked', async (t) => {
    // Nobody reads its standard output.
    const { topics, file, worker } = await setUp(
      t,
      { throughput: { max_records: 20_000 } },
      { blocked: { type: 'stdout' }, live: { type: 'kafka' } },
    )
    const run = startGenesis(t, 'run', file, '--worker', worker)
    await run.logged('the end of the other', ({ sink, msg }) => sink === 'live' && msg === 'connector complete')
    run.kill('SIGTERM')
    const blocked = await run.logged('its summary', ({ sink, msg }) => sink === 'blocked' && msg === 'summary')
    assert.ok(Number(blocked.records) < 20_000)
    assert.equal(await run.exit, 1)
    assert.equal((await ofTopic(topics.live)).length, 20_000)
  })

  test('is exact in each after SIGKILLs at random moments', async (t) => {
    const kills = 3
    const records = 600 * kills
    const { topics, file, worker, folder } = await setUp(
      t,
      {
        throughput: { rate: 1500, max_records: records },
        transaction: { interval: '20ms', timeout: '10s' },
      },
      { live: { type: 'kafka' }, archive: { type: 'file', path: 'archive.jsonl' } },
    )
    const archive = join(folder, 'archive.jsonl')
    const counts: number[] = []
    for (let kill = 0; kill < kills; kill++) {
      const child = spawn(process.execPath, [shipped('dist/cli/main.js'), 'run', file, '--worker', worker], {
        stdio: 'ignore',
      })
      const exit = once(child, 'exit')
      await moreRecords(topics.live, counts.at(-1) ?? 0, exit)
      const timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * 250)
      await exit
      clearTimeout(timer)
      counts.push((await committedNow(topics.live)).length)
    }
    t.diagnostic(`records after each kill: ${counts.join(' ')}`)
    assert.ok(
      counts.some((count) => count > 0 && count < records),
      'no kill met a stream under way',
    )
    const last = await genesis('run', file, '--worker', worker)
    assert.equal(last.status, 0, last.stderr)
    const stream = await streamOf(records)
    assert.deepEqual(await ofTopic(topics.live), stream)
    assert.deepEqual(await ofFile(archive), stream)
  })

  test('is not made of one with a single sink: what that has sent would come again', async (t) => {
    const { file, worker, connector } = await setUp(
      t,
      { throughput: { max_records: 100 } },
      { live: { type: 'kafka' } },
    )
    const single = { ...connector, sinks: undefined, sink: { type: 'kafka' } }
    await writeFile(file, JSON.stringify(single))
    assert.equal((await genesis('run', file, '--worker', worker)).status, 0)
    await writeFile(file, JSON.stringify(connector))
    const { status, stderr } = await genesis('run', file, '--worker', worker)
    assert.equal(status, 1)
    assert.match(
      stderr,
      /started with one sink and now has several.*found a checkpoint under sink; expected checkpoints under sinks only/,
    )
  })
})

/** Waits until more than `before` records are committed, or the process has ended. */
async function moreRecords(topic: string, before: number, exit: Promise<unknown>): Promise<void> {
  let ended = false
  void exit.then(() => (ended = true))
  while (!ended) {
    const now = await committedNow(topic).catch(() => [])
    if (now.length > before) return
  }
}
