import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import { program, runNode, shipped, startGenesisAt, type RunningGenesis } from '../support/genesis.js'
import { KafkaCluster } from '../support/kafka-cluster.js'
import { uniqueName } from '../support/kafka.js'
import { folderFor } from './folder.js'

/** Nothing that a worker waits for ends within the time of a test. */
const forever = '20m'
const isRunning = (line: Readonly<Record<string, unknown>>): boolean => line.state === 'RUNNING'

interface Run {
  readonly brokers: readonly string[]
  readonly isGroup?: boolean
  readonly connector?: Readonly<Record<string, unknown>>
}

interface Report {
  readonly exact: boolean
  readonly expected: number
  readonly missing: number
}

/** A worker with one connector, that waits long for its broker. */
async function start(t: TestContext, folder: string, name: string, run: Run): Promise<RunningGenesis> {
  const worker = {
    kafka: { brokers: run.brokers, connect_timeout: forever, request_timeout: forever },
    group: { id: name, enabled: run.isGroup ?? false },
    ...{ checkpoints: { topic: `${name}-checkpoints` }, config_storage: { topic: `${name}-configs` } },
    ...{ status_storage: { topic: `${name}-status` }, shutdown: { timeout: forever }, threads: 1 },
  }
  const connector = {
    ...{ name, model: shipped('models/customers.json'), topic: name, value: { format: 'json' } },
    ...{ throughput: { rate: 2000, max_records: 8000 }, transaction: { interval: '50ms' }, ...run.connector },
  }
  await writeFile(join(folder, 'worker.json'), JSON.stringify(worker))
  await writeFile(join(folder, 'connector.json'), JSON.stringify(connector))
  const env = { ...process.env, KAFKA_BROKERS: undefined, GENESIS_LOG_FORMAT: 'json' }
  const args = ['run', 'connector.json', '--worker', 'worker.json', '--log-level', 'debug']
  return startGenesisAt(t, { cwd: folder, env }, args)
}

describe('SIGTERM while a broker never answers', () => {
  for (const isGroup of [false, true])
    test(`ends a worker that has not started yet, ${isGroup ? 'in a group' : 'alone'}`, async (t) => {
      const sockets = new Set<Socket>()
      const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined))).listen(
        0,
        '127.0.0.1',
      )
      t.after(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      })
      await once(server, 'listening')
      const brokers = [`127.0.0.1:${(server.address() as AddressInfo).port}`]
      const connected = once(server, 'connection')
      const genesis = await start(t, await folderFor(t), 'silent', { brokers, isGroup })
      await connected
      genesis.kill('SIGTERM')
      assert.equal(await genesis.exit, 0)
    })

  describe('in mid-stream', () => {
    let cluster: KafkaCluster
    before(async () => {
      cluster = await KafkaCluster.start(new AbortController().signal, 1)
    })
    after(() => cluster.stop())

    const contenders: readonly [what: string, run: Omit<Run, 'brokers'>][] = [
      ['exactly once', {}],
      ['at least once', { connector: { delivery: 'at-least-once' } }],
      ['in a group', { isGroup: true, connector: { throughput: { rate: 2000 } } }],
    ]
    for (const [what, run] of contenders)
      test(`ends the worker, and nothing is lost or doubled: ${what}`, async (t) => {
        const { brokers } = cluster.options
        const folder = await folderFor(t)
        const name = uniqueName('test-silent')
        const first = await start(t, folder, name, { brokers, ...run })
        await first.logged('a running task', isRunning)
        cluster.proxies.pause()
        try {
          first.kill('SIGTERM')
          assert.equal(await first.exit, 0)
        } finally {
          cluster.proxies.resume()
        }
        if (run.isGroup === true) return
        const second = await start(t, folder, name, { brokers, ...run })
        assert.equal(await second.exit, 0)
        const args = ['verify', 'connector.json', '--worker', 'worker.json', '--json']
        // The broker of the worker file is meant.
        const env = { KAFKA_BROKERS: '' }
        const report = JSON.parse((await runNode([program, ...args], { cwd: folder, env })).stdout) as Report
        assert.deepEqual([report.expected, report.missing], [8000, 0])
        // Without transactions, what was sent since the last checkpoint is sent again.
        assert.ok(report.exact || run.connector?.delivery === 'at-least-once', JSON.stringify(report))
      })
  })
})
