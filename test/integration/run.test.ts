import assert from 'node:assert/strict'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { ConnectorSummary } from '#src/runtime/status.js'
import { genesis, shipped, startGenesis, startGenesisWith, warningsIn } from '../support/genesis.js'

const model = shipped('models/flights.json')

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'genesis-run-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

async function connector(path: string, name: string, keys: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const file = join(path, `${name}.json`)
  const whole = { name, model, sink: { type: 'file', path: `${name}.jsonl` }, ...keys }
  // As a whole, so that a watching process never reads half of it.
  await writeFile(`${file}.new`, JSON.stringify(whole))
  await rename(`${file}.new`, file)
  return file
}

const bounded = (records: number) => ({ throughput: { max_records: records } })

describe('genesis run', () => {
  test('ends with 0 when every connector is complete, and again at once when nothing is left', async (t) => {
    const path = await folder(t)
    await connector(path, 'a', { ...bounded(5000), tasks: { max: 2 } })
    await connector(path, 'b', { ...bounded(300), throughput: { max_records: 300, interval: '1ms', batch_size: 100 } })
    const first = await genesis('run', path, '--json')
    assert.equal(first.status, 0, first.stderr)
    assert.deepEqual(warningsIn(first.stderr), [])
    const { connectors } = JSON.parse(first.stdout) as { connectors: ConnectorSummary[] }
    assert.deepEqual(
      connectors.map(({ name, complete, records, position, errors, dropped, retries }) => {
        return { name, complete, records, position, errors, dropped, retries }
      }),
      [
        { name: 'a', complete: true, records: 5000, position: 5000, errors: 0, dropped: 0, retries: 0 },
        { name: 'b', complete: true, records: 300, position: 300, errors: 0, dropped: 0, retries: 0 },
      ],
    )
    assert.ok(connectors.every(({ records_per_second, batches }) => records_per_second > 0 && batches > 0))
    const stream = (await genesis('stream', model, '--max-records', '5000')).stdout.trimEnd().split('\n')
    for (const shard of [0, 1]) {
      const lines = (await readFile(join(path, `a.${shard}.jsonl`), 'utf8')).trimEnd().split('\n')
      assert.deepEqual(
        lines,
        stream.filter((_, p) => p % 2 === shard),
      )
    }
    const second = await genesis('run', path, '--json')
    assert.equal(second.status, 0)
    assert.deepEqual(warningsIn(second.stderr), [])
    const again = (JSON.parse(second.stdout) as { connectors: ConnectorSummary[] }).connectors
    assert.deepEqual(
      again.map(({ records, position }) => [records, position]),
      [
        [0, 5000],
        [0, 300],
      ],
    )
  })

  test('ends with 1 when one has failed; its neighbour is complete nevertheless', async (t) => {
    const path = await folder(t)
    await connector(path, 'good', bounded(100))
    await connector(path, 'bad', bounded(100))
    await writeFile(join(path, 'bad.jsonl'), 'somebody else wrote this\n')
    const { status, stdout, stderr } = await genesis('run', path, '--json')
    assert.equal(status, 1)
    const { connectors } = JSON.parse(stdout) as { connectors: ConnectorSummary[] }
    assert.deepEqual(
      connectors.map(({ name, state, complete }) => [name, state, complete]),
      [
        ['bad', 'FAILED', false],
        ['good', 'STOPPED', true],
      ],
    )
    assert.match(connectors[0].error ?? '', /bad\.jsonl.*\(CHECKPOINT_INVALID\)/)
    const codes = warningsIn(stderr).map(({ code }) => code)
    assert.deepEqual(codes, ['CHECKPOINT_INVALID', 'CHECKPOINT_INVALID'])
    assert.equal(await readFile(join(path, 'bad.jsonl'), 'utf8'), 'somebody else wrote this\n')
  })

  test('ends with 2 before anything is started when a file is wrong, or there is none', async (t) => {
    const path = await folder(t)
    const empty = await genesis('run', path)
    assert.equal(empty.status, 2)
    assert.match(empty.stderr, /there is no connector.*\(USAGE\)/)
    await connector(path, 'good', bounded(100))
    await connector(path, 'bad', { treshold: 1 })
    const { status, stderr } = await genesis('run', path)
    assert.equal(status, 2)
    assert.match(stderr, /bad\.json.*unknown key.*treshold/)
    assert.ok(!(await readdir(path)).includes('good.jsonl'))
  })

  test('finishes the open transactions after SIGTERM and ends with 0', async (t) => {
    const path = await folder(t)
    await connector(path, 'a')
    const run = startGenesis(t, 'run', path, '--log-level', 'debug')
    await run.logged('the task runs', ({ state }) => state === 'RUNNING')
    run.kill('SIGTERM')
    const summary = await run.logged('the summary', ({ msg }) => msg === 'summary')
    assert.equal(await run.exit, 0)
    const lines = (await readFile(join(path, 'a.jsonl'), 'utf8')).split('\n').length - 1
    assert.equal(summary.records, lines)
    assert.equal(summary.position, lines)
    assert.deepEqual((await readdir(path)).sort(), ['a.json', 'a.jsonl', 'a.jsonl.checkpoint'])
  })

  test('ends at once with 130 at a second Ctrl-C', async (t) => {
    const path = await folder(t)
    // Nobody reads its output: the transaction cannot be finished.
    await connector(path, 'a', { sink: { type: 'stdout' } })
    const run = startGenesis(t, 'run', path, '--log-level', 'debug')
    await run.logged('the task runs', ({ state }) => state === 'RUNNING')
    run.kill('SIGINT')
    await run.logged('the signal is heard', ({ msg }) => /^SIGINT/.test(String(msg)))
    run.kill('SIGINT')
    assert.equal(await run.exit, 130)
  })

  test('abandons at the deadline what it cannot finish', async (t) => {
    const path = await folder(t)
    const worker = join(path, 'worker.yaml')
    await writeFile(worker, 'shutdown: { timeout: 100ms }\n')
    const file = await connector(path, 'a', { sink: { type: 'stdout' } })
    const run = startGenesis(t, 'run', file, '--worker', worker, '--log-level', 'debug')
    await run.logged('the task runs', ({ state }) => state === 'RUNNING')
    run.kill('SIGTERM')
    await run.logged('the deadline', ({ msg }) => /could be finished within 100 ms/.test(String(msg)))
    assert.equal(await run.exit, 1)
  })

  test('follows its files with --watch', async (t) => {
    const path = await folder(t)
    const slow = { throughput: { rate: 1 } }
    await connector(path, 'a', slow)
    await connector(path, 'b', slow)
    await connector(path, 'wrong', { ...slow, conditions: { nothing: 1 } })
    const run = startGenesis(t, 'run', path, '--watch')
    const event = (connector: string, what: string) =>
      run.logged(`${connector} ${what}`, (line) => line.connector === connector && line.msg === `connector ${what}`)
    await run.logged(
      'the wrong one',
      ({ level, msg }) =>
        level === 'error' && /wrong\.json.*conditions\.nothing.*the other connectors keep running/.test(String(msg)),
    )
    await event('a', 'started')
    await event('b', 'started')
    await connector(path, 'wrong', slow)
    await event('wrong', 'started')
    await rm(join(path, 'wrong.json'))
    await event('wrong', 'removed')
    await connector(path, 'c', slow)
    await event('c', 'started')
    await connector(path, 'a', { ...slow, transaction: { interval: '50ms' } })
    await event('a', 'stopping')
    await event('a', 'started')
    await connector(path, 'a', { ...slow, model: 'gone.json' })
    await run.logged(
      'the missing model',
      ({ level, msg }) => level === 'error' && /gone\.json.*running connector is unchanged/.test(String(msg)),
    )
    await writeFile(join(path, 'b.json'), '{')
    await run.logged(
      'the broken file',
      ({ level, msg }) => level === 'error' && /b\.json.*running connector is unchanged/.test(String(msg)),
    )
    await rm(join(path, 'c.json'))
    await event('c', 'removed')
    run.kill('SIGTERM')
    const summaries = [
      await run.logged('a', ({ msg }) => msg === 'summary'),
      await run.logged('b', ({ msg }) => msg === 'summary'),
    ]
    assert.deepEqual(summaries.map(({ connector }) => connector).sort(), ['a', 'b'])
    assert.equal(await run.exit, 0)
  })

  test('restarts with --watch what a changed model makes, and nothing else', async (t) => {
    const path = await folder(t)
    const models = await folder(t)
    const own = join(models, 'own.json')
    await copyFile(model, own)
    const slow = { throughput: { rate: 1 } }
    await connector(path, 'other', slow)
    await connector(path, 'user', { ...slow, model: own })
    const run = startGenesis(t, 'run', path, '--watch', '--log-level', 'debug')
    const running = new Set<unknown>()
    await run.logged('both run', ({ state, connector: name }) => state === 'RUNNING' && running.add(name).size === 2)
    await copyFile(model, `${own}.new`)
    await rename(`${own}.new`, own)
    // The same bytes were no change. These are another model's: another stream, which does not go on in the file of this one.
    const bytes = await readFile(model, 'utf8')
    await writeFile(`${own}.new`, `${bytes}\n`)
    await rename(`${own}.new`, own)
    const next = await run.logged('a restart', ({ msg }) => msg === 'connector stopping')
    assert.equal(next.connector, 'user')
    const refused = await run.logged('its start', ({ state }) => state === 'FAILED')
    assert.deepEqual([refused.connector, refused.code], ['user', 'CHECKPOINT_INVALID'])
    await writeFile(`${own}.new`, bytes)
    await rename(`${own}.new`, own)
    const again = await run.logged('its start as before', ({ state }) => state === 'RUNNING')
    assert.equal(again.connector, 'user')
    await writeFile(`${own}.new`, '{}')
    await rename(`${own}.new`, own)
    await run.logged('the broken model', ({ level, msg }) => level === 'error' && /own\.json/.test(String(msg)))
    run.kill('SIGTERM')
    const summary = await run.logged('the summary', ({ msg }) => msg === 'summary')
    assert.equal(summary.state, 'STOPPED')
    assert.equal(await run.exit, 0)
  })

  test('stays with --watch when every connector is complete, and so do its metrics', async (t) => {
    const path = await folder(t)
    const worker = join(path, 'worker.yaml')
    await writeFile(worker, 'http: { enabled: true, port: 0 }\n')
    const connectors = join(path, 'connectors')
    await mkdir(connectors)
    await connector(connectors, 'a', bounded(50))
    const run = startGenesis(t, 'run', connectors, '--worker', worker, '--watch', '--log-level', 'debug')
    const { address } = await run.logged('the address', (line) => 'address' in line)
    const get = async (url: string): Promise<[number, string]> => {
      const response = await fetch(`${String(address)}${url}`)
      return [response.status, await response.text()]
    }
    await run.logged('its end', ({ connector: name, msg }) => name === 'a' && msg === 'connector complete')
    const records = (name: string): RegExp => new RegExp(`genesis_records_total\\{connector="${name}",task="0"\\} 50`)
    const [status, metrics] = await get('/metrics')
    assert.equal(status, 200)
    assert.match(metrics, records('a'))
    assert.deepEqual([(await get('/health'))[0], (await get('/ready'))[0]], [200, 200])
    // It still does what is asked of it.
    await connector(connectors, 'b', bounded(50))
    await run.logged('another', ({ connector: name, msg }) => name === 'b' && msg === 'connector complete')
    const [, later] = await get('/metrics')
    for (const name of ['a', 'b']) assert.match(later, records(name))
    run.kill('SIGTERM')
    assert.equal(await run.exit, 0)
  })

  test('is alive as a worker of a group that waits for Kafka to start, and ends when it is told to', async (t) => {
    const path = await folder(t)
    const worker = join(path, 'worker.yaml')
    await writeFile(
      worker,
      'http: { enabled: true, port: 0 }\ngroup: { enabled: true }\nkafka: { brokers: 127.0.0.1:1, connect_timeout: 1s }\n',
    )
    const run = startGenesisWith(t, { KAFKA_BROKERS: '' }, 'run', await connector(path, 'a'), '--worker', worker)
    const { address } = await run.logged('the address', (line) => 'address' in line)
    const { level } = await run.logged('what it waits for', ({ code }) => code === 'KAFKA_UNREACHABLE')
    assert.equal(level, 'warn')
    const get = async (url: string): Promise<[number, Record<string, unknown>]> => {
      const response = await fetch(`${String(address)}${url}`)
      return [response.status, (await response.json()) as Record<string, unknown>]
    }
    const [alive, health] = await get('/health')
    assert.deepEqual([alive, health.status], [200, 'waiting'])
    assert.match(String(health.message), /waiting for Kafka since .*127\.0\.0\.1:1.*\(KAFKA_UNREACHABLE\)/)
    const [ready, readiness] = await get('/ready')
    assert.deepEqual([ready, readiness.phase, readiness.group_as_of], [503, 'starting', 'never'])
    run.kill('SIGTERM')
    assert.equal(await run.exit, 0)
  })

  test('answers on its HTTP port', async (t) => {
    const path = await folder(t)
    const worker = join(path, 'worker.yaml')
    await writeFile(worker, 'http: { enabled: true, port: 0 }\n')
    const file = await connector(path, 'a', { throughput: { rate: 10 } })
    const run = startGenesis(t, 'run', file, '--worker', worker, '--log-level', 'debug')
    const { address } = await run.logged('the address', (line) => 'address' in line)
    await run.logged('the task runs', ({ state }) => state === 'RUNNING')
    const status = async (url: string) => (await fetch(`${String(address)}${url}`)).status
    assert.deepEqual([await status('/health'), await status('/ready')], [200, 200])
    assert.match(
      await (await fetch(`${String(address)}/metrics`)).text(),
      /genesis_records_total\{connector="a",task="0"\}/,
    )
    run.kill('SIGTERM')
    assert.equal(await run.exit, 0)
  })
})
