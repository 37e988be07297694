import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { SyntheticGenerator } from '#src/library/synthetic-generator.js'
import { genesis, runNode, shipped, type Finished } from '../support/genesis.js'
import { committedRecords, createTopic, deleteAfter } from '../support/kafka.js'

const folder = shipped('.')

function run(name: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  return runNode([shipped(`build/examples/${name}.js`)], { cwd: folder, env })
}

/** Examples that need no broker, and what they print. */
const printed: Readonly<Record<string, RegExp>> = {
  pull: /^(100 records from position (0|[12]00); the first is .+\n){3}$/,
  conditions: /^one record in \d+ is like that\n10000 premium customers, none with a value below 1\d000\n$/,
  rate: /^fixed: 500 records\nday and night: 500 records\nadaptive: 200 records\n$/,
  backpressure:
    /^\{"onBufferFull":"block"\}: 600 sent, 0 dropped, nowhere\n.*"drop"\}: \d+ sent, \d+ dropped, first from position \d+.*\n.*"dropOldest":true\}: \d+ sent/,
  metrics: /^(\d+ records, \d+ a second\n){2,}average rate \d+ after 0\.\d+ s of warm-up\np95 .* ms, 0 errors\n$/,
  retry:
    /^900 sent after \d+ retries; left out: \[\{"from":200,"to":300,"reason":"SINK_FAILED"\}\]\nstopped: SINK_FAILED, which may pass\n$/,
  'custom-publisher': /^10 columns\n150 records more\n10 columns\n250 records more\n$/,
  orders:
    /^10000 orders of \d{3} customers; \d{3,4} are of one of them\ncustomer 1 is (basic|standard|premium), in orders too\n$/,
  'fan-out': /^fast has ended\nslow has ended\n1000 and 1000 records\nthe same ones\n$/,
  streams: /^(\w+ \d+(, )?){5}\n10 names\n$/,
}

describe('the example', () => {
  for (const [name, pattern] of Object.entries(printed)) {
    test(`${name}.ts does what it says`, async () => {
      const { status, stdout, stderr } = await run(name)
      assert.equal(status, 0, stderr)
      assert.match(stdout, pattern)
    })
  }

  test('push.ts writes its batches to Kafka', async (t) => {
    deleteAfter(t, 'example-push')
    const before = await committedRecords('example-push').catch(() => [])
    const { status, stdout, stderr } = await run('push')
    assert.equal(status, 0, stderr)
    assert.equal(stdout, '500 records in 5 batches\n')
    assert.equal((await committedRecords('example-push')).length - before.length, 500)
  })

  test('kafka-avro.ts goes on where its last run was', async (t) => {
    deleteAfter(t, 'example-avro')
    const first = await run('kafka-avro')
    assert.equal(first.status, 0, first.stderr)
    const second = await run('kafka-avro')
    assert.equal(second.stdout, '0 records written\n')
  })

  test('complete.ts streams until Ctrl-C, and prints the totals that the topic has', async (t) => {
    const topic = await createTopic(t)
    const home = await mkdtemp(join(tmpdir(), 'genesis-complete-'))
    t.after(() => rm(home, { recursive: true }))
    // The guide's text as it stands, but for the topic.
    const text = await readFile(shipped('build/examples/complete.js'), 'utf8')
    const here = text.replace('synthetic-customers', topic)
    await mkdir(join(home, 'node_modules'))
    await symlink(folder, join(home, 'node_modules', 'genesis-connect'))
    await mkdir(join(home, 'models'))
    await copyFile(shipped('models/customers.json'), join(home, 'models', 'customers.json'))
    await writeFile(join(home, 'complete.mjs'), here)
    const child = spawn(process.execPath, ['complete.mjs'], { cwd: home, stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => child.kill('SIGKILL'))
    const exit = once(child, 'exit')
    while ((await committedRecords(topic)).length < 300) assert.equal(child.exitCode, null)
    child.kill('SIGINT')
    const stdout = Buffer.concat((await child.stdout.toArray()) as Buffer[]).toString()
    assert.deepEqual(await exit, [0, null])
    const records = await committedRecords(topic)
    assert.match(stdout, new RegExp(`^Total records sent: ${records.length}\nAverage rate: \\d+\\.\\d records/sec\n$`))
    const generator = await SyntheticGenerator.load(shipped('models/customers.json'))
    const expected = generator.sample(records.length, { conditions: { status: 'active' } })
    assert.deepEqual(
      records.map(({ value }) => JSON.parse(value ?? '') as unknown),
      [...expected],
    )
  })

  test('complete.ts ends with 1 where it cannot stream', async () => {
    const { status, stdout, stderr } = await run('complete', { KAFKA_BROKERS: '127.0.0.1:1' })
    assert.equal(status, 1)
    assert.match(stderr, /^Streaming failed: .*127\.0\.0\.1:1/)
    assert.match(stdout, /^Total records sent: 0\n/)
  })

  test('customers.ts is what describe --types prints', async () => {
    const { stdout } = await genesis('describe', shipped('models/customers.json'), '--types')
    assert.equal((await readFile(shipped('examples/customers.ts'), 'utf8')).replaceAll("'", '"'), stdout)
  })
})
