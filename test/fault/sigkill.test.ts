import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { committedNow, committedRecords, deleteAfter, uniqueName } from '../support/kafka.js'

const root = new URL('../../../', import.meta.url)
const program = fileURLToPath(new URL('dist/cli/main.js', root))
const model = fileURLToPath(new URL('models/customers.json', root))
/** The run of all faults asks for more. */
const asked = process.env.GENESIS_FAULT_KILLS

for (const [client, kills] of [
  ['wire', Number(asked ?? 5)],
  ['kafkajs', Number(asked ?? 3)],
] as const) {
  const records = 600 * kills
  test(`a topic is exactly its stream after ${kills} SIGKILLs of genesis run at random moments (${client})`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'genesis-sigkill-'))
    t.after(() => rm(folder, { recursive: true }))
    const name = uniqueName('test-sigkill')
    deleteAfter(t, name, `${name}-checkpoints`)
    const file = join(folder, 'connector.json')
    const worker = join(folder, 'worker.json')
    await writeFile(worker, JSON.stringify({ checkpoints: { topic: `${name}-checkpoints` }, threads: 1 }))
    await writeFile(
      file,
      JSON.stringify({
        name,
        model,
        topic: name,
        topic_creation: { partitions: 2 },
        key: 'id',
        value: { format: 'json' },
        producer: { client },
        // Slow enough that no kill comes too late, and with a commit always near.
        throughput: { rate: 1500, max_records: records },
        transaction: { interval: '20ms', timeout: '10s' },
        tasks: { max: 2 },
      }),
    )
    const run = (): ChildProcess =>
      spawn(process.execPath, [program, 'run', file, '--worker', worker, '--log-level', 'error'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })

    const counts: number[] = []
    for (let kill = 0; kill < kills; kill++) {
      const child = run()
      const exit = once(child, 'exit')
      await newRecords(name, counts.at(-1) ?? 0, exit)
      const timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * 250)
      await exit
      clearTimeout(timer)
      counts.push((await committedNow(name)).length)
    }
    const last = run()
    const [status] = (await once(last, 'exit')) as [number]
    assert.equal(status, 0)
    t.diagnostic(`records after each kill: ${counts.join(' ')}`)
    assert.ok(
      counts.some((count) => count > 0 && count < records),
      'no kill met a stream under way',
    )

    const stream = execFileSync(process.execPath, [program, 'stream', model, '--max-records', String(records)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 30,
    })
    const found = await committedRecords(name)
    const idOf = (value: string): number => (JSON.parse(value) as { id: number }).id
    const values = found.map(({ value }) => value ?? assert.fail('a null value'))
    const ids = values.map(idOf)
    assert.equal(values.length, records)
    assert.deepEqual(
      [...values].sort((a, b) => idOf(a) - idOf(b)),
      stream.trimEnd().split('\n'),
    )
    // Shard s has the positions p with p mod 2 = s; the id is p + 1.
    for (const partition of [0, 1]) {
      for (const shard of [0, 1]) {
        const inOrder = ids.filter((id, i) => found[i].partition === partition && (id - 1) % 2 === shard)
        assert.deepEqual(
          inOrder,
          [...inOrder].sort((a, b) => a - b),
        )
      }
    }
  })
}

/** Waits until more than `before` records are committed, or the process has ended. */
async function newRecords(topic: string, before: number, exit: Promise<unknown>): Promise<void> {
  let ended = false
  void exit.then(() => (ended = true))
  while (!ended) {
    const now = await committedNow(topic).catch(() => [])
    if (now.length > before) return
  }
}
