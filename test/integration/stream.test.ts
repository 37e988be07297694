import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import avsc from 'avsc'
import { genesis, genesisWith, program, shipped } from '../support/genesis.js'
import { committedRecords, deleteAfter, uniqueName } from '../support/kafka.js'

const model = shipped('models/customers.json')
const rows = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('genesis stream', () => {
  test('writes JSON lines, the same ones every time, and any slice of them by itself', async () => {
    const whole = await genesis('stream', model, '--max-records', '50')
    assert.equal(whole.status, 0, whole.stderr)
    const lines = whole.stdout.trimEnd().split('\n')
    assert.equal(lines.length, 50)
    const slice = await genesis('stream', model, '--from', '10', '--to', '20', '--batch-size', '3')
    assert.deepEqual(slice.stdout.trimEnd().split('\n'), lines.slice(10, 20))
    const seeded = await genesis('stream', model, '--max-records', '50', '--seed', '5')
    assert.notEqual(seeded.stdout, whole.stdout)
    assert.match(whole.stderr, /^50 records in [0-9.]+ s \(\d+\/s\)\n$/)
  })

  test('keeps to the conditions, and stops after so many batches', async () => {
    const conditions = JSON.stringify({ segment: 'premium', lifetime_value: ['>', 10_000] })
    const { stdout } = await genesis(
      'stream',
      model,
      '--conditions',
      conditions,
      '--batch-size',
      '20',
      '--max-batches',
      '3',
    )
    const found = rows(stdout)
    assert.equal(found.length, 60)
    assert.ok(found.every(({ segment, lifetime_value }) => segment === 'premium' && Number(lifetime_value) > 10_000))
  })

  test('refers to the records of another connector, and has event times that follow its rate', async () => {
    const reference = { column: 'customer_id', connector: shipped('examples/orders/customers.yaml'), key: 'id' }
    const references = JSON.stringify([
      { ...reference, copy: { segment: 'segment' } },
      { ...reference, column: 'by' },
    ])
    const shape = JSON.stringify({ type: 'constant', speed: 3600 })
    const orders = shipped('models/orders.json')
    const ended = await genesis(
      ...['stream', orders, '--max-records', '40', '--references', references],
      ...['--rate-limit', '1000', '--shape', shape, '--event-time', 'throughput'],
    )
    assert.equal(ended.status, 0, ended.stderr)
    const found = rows(ended.stdout)
    const customers = rows((await genesis('stream', model, '--seed', '3', '--max-records', '50000')).stdout)
    for (const [position, { customer_id: customer, segment, by, placed_at: at }] of found.entries()) {
      assert.equal(segment, customers.find(({ id }) => id === customer)?.segment)
      assert.ok(customers.some(({ id }) => id === by))
      // 3.6 s of event time a record, and up to 30 s of the model's jitter.
      const late = Date.parse(String(at)) - (Date.UTC(2026, 0, 1) + position * 3600)
      assert.ok(late >= 0 && late <= 30_001, `${String(at)} at ${position}`)
    }
  })

  test('writes CSV with a header, and Avro containers, to a file too', async (t) => {
    const csv = (await genesis('stream', model, '--max-records', '3', '--format', 'csv')).stdout.trimEnd().split('\n')
    assert.equal(csv[0], 'id,name,email,age,income,segment,status,region,lifetime_value,signup_date')
    assert.equal(csv.length, 4)
    const folder = await mkdtemp(join(tmpdir(), 'genesis-stream-'))
    t.after(() => rm(folder, { recursive: true }))
    const path = join(folder, 'records.avro')
    // The file is replaced, not continued, and the same every time.
    const files: string[] = []
    for (const count of ['200', '500', '200']) {
      const { status, stderr } = await genesis(
        'stream',
        model,
        '--max-records',
        count,
        '--format',
        'avro',
        '--output',
        path,
      )
      assert.equal(status, 0, stderr)
      files.push(await readFile(path, 'latin1'))
    }
    assert.equal(files[2], files[0])
    const ids: unknown[] = []
    for await (const row of avsc.createFileDecoder(path)) ids.push((row as { id: number }).id)
    assert.deepEqual(
      ids,
      Array.from({ length: 200 }, (_, p) => p + 1),
    )
    const json = join(folder, 'records.jsonl')
    await genesis('stream', model, '--max-records', '5', '--output', json)
    assert.equal(rows(await readFile(json, 'utf8')).length, 5)
  })

  test('ends quietly when its reader has seen enough', async () => {
    const script = `"$0" "$1" stream "$2" | head -n 2; echo "\${PIPESTATUS[0]}"`
    const program = shipped('dist/cli/main.js')
    const child = spawn('bash', ['-c', script, process.execPath, program, model], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
    assert.equal(stdout.join('').trimEnd().split('\n').at(-1), '0')
    assert.ok(!stderr.join('').includes('error'), stderr.join(''))
  })

  const noTerminal =
    spawnSync('script', ['--version']).status === 0 ? false : 'script(1), which makes terminals, is missing'
  test('prints no bytes to a terminal unless it is asked to', { skip: noTerminal }, () => {
    const onTerminal = (...flags: string[]): { status: number | null; stdout: string } => {
      const command = [process.execPath, program, 'stream', model, '--max-records', '1', '--format', 'avro', ...flags]
      return spawnSync('script', ['-qec', command.map((part) => `'${part}'`).join(' '), '/dev/null'], {
        encoding: 'latin1',
        stdio: ['ignore', 'pipe', 'inherit'],
      })
    }
    const refused = onTerminal()
    assert.equal(refused.status, 2)
    assert.match(refused.stdout, /^error: --format: Avro is binary, and standard output is a terminal; .*--output FILE/)
    const asked = onTerminal('--output', '-')
    assert.equal(asked.status, 0)
    assert.match(asked.stdout, /^Obj/)
  })

  test('says in one line what is wrong with its input, with status 2', async () => {
    for (const [args, message] of [
      [['missing.json'], /missing\.json.*MODEL_UNREADABLE/],
      [[model, '--conditions', '{'], /--conditions: not JSON.*USAGE/],
      [[model, '--conditions', '{"segmnt": "x"}'], /segmnt.*CONDITION_INVALID/],
      [[model, '--max-records', 'ten'], /--max-records.*ten.*expected an integer of at least 1.*USAGE/],
      [[model, '--topic', 'x'], /go together.*USAGE/],
      [[model, '--kafka-servers', 'localhost:1', '--topic', 'x', '--format', 'csv'], /--format csv.*USAGE/],
      [
        [model, '--rate-limit', '5', '--interval', '1'],
        /^error: --interval: rate and interval exclude each other; .*one of --rate-limit and --interval \(CONFIG_INVALID/,
      ],
      [[model, '--shape', '{"type": "sinus"}'], /^error: --shape\.type: wrong value.*CONFIG_INVALID/],
      [[model, '--disturb', '{"lat": 1}'], /^error: --disturb\.lat: unknown key.*CONFIG_INVALID/],
      [[model, '--kafka-servers', 'nobody', '--topic', 'x'], /^error: --kafka-servers: wrong value.*CONFIG_INVALID/],
      [[model, '--topic', 'a b', '--kafka-servers', 'localhost:1'], /^error: --topic: wrong value.*CONFIG_INVALID/],
      [[model, '--from', '10', '--to', '5'], /^error: --to: the stream would end before it starts; found 5.*USAGE/],
    ] as const) {
      const { status, stdout, stderr } = await genesis('stream', ...args)
      assert.equal(status, 2, stderr)
      assert.equal(stdout, '')
      assert.match(stderr, message)
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr)
    }
  })

  test('to Kafka, a broker that does not answer is not waited for, and what is missing is called by its flag', async () => {
    const nobody = await genesis('stream', model, '--kafka-servers', '127.0.0.1:1', '--topic', 'x')
    assert.deepEqual([nobody.status, nobody.stdout], [1, ''])
    assert.match(
      nobody.stderr,
      /^error: 127\.0\.0\.1:1: no broker answers.*Check --kafka-servers.*KAFKA_UNREACHABLE\)\n$/,
    )
    const kafka = ['--kafka-servers', process.env.KAFKA_BROKERS ?? '', '--topic', uniqueName('test-stream')]
    const env = { SCHEMA_REGISTRY_URL: '' }
    const avro = await genesisWith(env, 'stream', model, ...kafka, '--format', 'avro')
    assert.deepEqual([avro.status, avro.stdout], [2, ''])
    assert.match(avro.stderr, /Set --registry \(or SCHEMA_REGISTRY_URL\), or --format json\. \(CONFIG_INVALID\)\n$/)
  })

  test('sends JSON to Kafka, each run the whole stream', async (t) => {
    const topic = uniqueName('test-stream')
    deleteAfter(t, topic)
    const brokers = process.env.KAFKA_BROKERS
    assert.ok(brokers, 'KAFKA_BROKERS must name the brokers to test with')
    const args = ['--kafka-servers', brokers, '--topic', topic, '--rate-limit', '5000', '--max-records', '200']
    for (let run = 0; run < 2; run++) {
      const { status, stderr } = await genesis('stream', model, ...args)
      assert.equal(status, 0, stderr)
    }
    const expected = (await genesis('stream', model, '--max-records', '200')).stdout.trimEnd().split('\n')
    const found = await committedRecords(topic)
    assert.deepEqual(
      found.map(({ value }) => value),
      [...expected, ...expected],
    )
  })
})
