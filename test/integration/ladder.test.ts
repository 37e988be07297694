import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import type { ClusterOptions } from '#src/config/cluster.js'
import { WireProducer } from '#src/kafka/wire/wire-producer.js'
import { encodedBatch } from '../support/encoded-batch.js'
import { commandsFor, downDocker } from '../support/commands.js'
import { clusterAt, committedRecords } from '../support/kafka.js'
import { Progress } from '../../scripts/progress.js'
import { climb } from '../../scripts/stack/ladder.js'
import { freePorts } from '../../scripts/stack/ports.js'
import { supervise } from '../../scripts/stack/supervised.js'

/** Here and not in the producers' contract: not every container image has what the broker's zstd library needs. */
async function zstdIsTaken(cluster: ClusterOptions): Promise<void> {
  const values = Array.from({ length: 2000 }, (_, n) => `a value that compresses, number ${n}`)
  const { batch, partitions } = encodedBatch(
    values.map((value) => ({ key: null, value: Buffer.from(value), timestamp: 0, partition: 0 })),
  )
  const producer = new WireProducer(cluster, {
    ...{ topic: 'ladder', partitions: 1, transactionalId: 'ladder', transactionTimeoutMs: 10_000 },
    ...{ compression: 'zstd', maxMessageBytes: 1 << 20 },
  })
  await producer.init()
  await producer.send(batch, partitions)
  await producer.commit([])
  await producer.close()
  const read = await committedRecords('ladder', cluster)
  assert.deepEqual(
    read.map(({ value }) => value),
    ['one', ...values],
  )
}

test(
  'where Docker is down and ports are taken, Java and Maven give a broker that takes records and a registry that answers, and nothing stays behind',
  { timeout: 240_000 },
  async (t) => {
    const { signal } = t
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    t.after(() => taken.close())
    const { port } = taken.address() as AddressInfo
    const offered = [await freePorts(4), [port, ...(await freePorts(3))]]
    const findPorts = async (count: number): Promise<readonly number[]> => offered.pop() ?? freePorts(count)
    const commands = await commandsFor(t, { docker: downDocker })
    const path = process.env.PATH
    process.env.PATH = `${commands}:${path}`
    const said: string[] = []
    const progress = new Progress({ write: (line: string) => said.push(line) })
    const stack = await climb({ docker: 'compose', signal, env: {}, progress, findPorts }).catch((cause: unknown) => {
      throw new Error(`the ladder said: ${said.join('')}`, { cause })
    })
    process.env.PATH = path
    assert.equal(said[0], 'Docker: installed, but its daemon is not running; next: Java with Maven\n')
    assert.ok(said.includes('another program took a port meanwhile; trying other ports\n'), said.join(''))
    assert.ok(stack !== null)
    try {
      assert.match(stack.origin, /Java/)
      const kafka = new Kafka({ brokers: stack.brokers.split(','), logLevel: logLevel.NOTHING })
      const admin = kafka.admin()
      await admin.connect()
      await admin.createTopics({ topics: [{ topic: 'ladder', numPartitions: 1 }] })
      await admin.disconnect()
      const producer = kafka.producer({ createPartitioner: () => () => 0 })
      await producer.connect()
      const [{ baseOffset }] = await producer.send({ topic: 'ladder', messages: [{ value: 'one' }] })
      assert.equal(baseOffset, '0')
      await producer.disconnect()
      await zstdIsTaken(clusterAt(stack.brokers.split(',')))
      assert.deepEqual(await (await fetch(`${stack.registryUrl}/subjects`)).json(), [])
    } finally {
      await stack.stop()
    }
    // Meanwhile the port may be that of another program.
    await assert.rejects(fetch(`${stack.registryUrl}/subjects`, { signal: AbortSignal.timeout(10_000) }))
  },
)

test('a supervised process ends when the one that started it is killed', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'supervised-'))
  const said = join(folder, 'said')
  const supervised = new URL('../../scripts/stack/supervised.js', import.meta.url).href
  const script = `
    const { supervise } = await import(${JSON.stringify(supervised)})
    supervise('sh', ['-c', 'echo $$ > "$0"; exec sleep 600', process.argv[1]], '/dev/null')
    setInterval(() => {}, 1000)`
  // Who reads a named pipe waits until its writer has opened it, and reads all that was written.
  await promisify(execFile)('mkfifo', [said])
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script, said])
  const pid = (await promisify(execFile)('cat', [said])).stdout.trim()
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  // tail returns once the process with that id is gone.
  await promisify(execFile)('tail', ['--pid', pid, '-f', '/dev/null'], { timeout: 20_000 })
  await rm(folder, { recursive: true })
  assert.throws(() => process.kill(Number(pid), 0))
})

test('a supervised process whose log cannot be written is ended, and says why', { timeout: 60_000 }, async () => {
  const process_ = supervise('sh', ['-c', 'while :; do echo line; done'], '/dev/full')
  assert.match(String(await process_.ended), /ENOSPC/)
  await process_.stop()
})

test('a supervised process is asked to end, and has ended when stop resolves', async () => {
  const process_ = supervise('sleep', ['600'], '/dev/null')
  await process_.stop()
  await process_.ended
})
