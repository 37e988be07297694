/** What a user can get wrong, as the user sees it: on the command line. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import type { ConnectorSummary } from '#src/runtime/status.js'
import { genesis, genesisWith, shipped } from '../support/genesis.js'
import { committedRecords, deleteAfter, uniqueName } from '../support/kafka.js'
import { registryUrl } from '../support/registry.js'
import { limitedUser, startSecuredBroker, superUser, type SecuredBroker } from '../support/secured-broker.js'

const model = shipped('models/customers.json')

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'genesis-bad-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

async function connector(path: string, name: string, keys: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const file = join(path, `${name}.json`)
  const whole = { name, model, sink: { type: 'file', path: `${name}.jsonl` }, throughput: { max_records: 10 }, ...keys }
  await writeFile(file, JSON.stringify(whole))
  return file
}

interface Mistake {
  readonly what: string
  readonly keys: Readonly<Record<string, unknown>>
  /** Makes the files that the keys name, in the connector's folder. */
  readonly prepare?: (path: string) => Promise<void>
  /** Place, and what is wrong or how to put it right. */
  readonly told: readonly RegExp[]
  readonly code: string
}

const kafka = { sink: { type: 'kafka' }, topic: 'never-made' }

const mistakes: readonly Mistake[] = [
  {
    what: 'an unknown key',
    keys: { throughputs: { rate: 1 } },
    told: [/bad\.json:1:\d+: throughputs: unknown key/, /expected throughput/],
    code: 'CONFIG_INVALID',
  },
  {
    what: 'a value of the wrong type',
    keys: { throughput: { rate: 'fast' } },
    told: [/bad\.json:1:\d+: throughput\.rate/, /found "fast"/, /expected a number/],
    code: 'CONFIG_INVALID',
  },
  {
    what: 'a missing model',
    keys: { model: 'gone.json' },
    told: [
      /bad\.json:1:\d+: model: .*gone\.json: the model file cannot be read/,
      /no such file/,
      /are relative to that file/,
    ],
    code: 'MODEL_UNREADABLE',
  },
  {
    what: 'a truncated model',
    keys: { model: 'half.model' },
    prepare: async (path) => writeFile(join(path, 'half.model'), (await readFile(model)).subarray(0, 5000)),
    told: [/bad\.json:1:\d+: model: .*half\.model: the model file is truncated/, /5000 bytes/, /genesis fit/],
    code: 'MODEL_INVALID',
  },
  {
    what: 'a model of a newer version',
    keys: { model: 'newer.model' },
    prepare: async (path) => {
      const artifact = JSON.parse(await readFile(model, 'utf8')) as object
      await writeFile(join(path, 'newer.model'), JSON.stringify({ ...artifact, version: 99 }))
    },
    told: [/bad\.json:1:\d+: model: .*newer\.model: .*newer format/, /found version 99/, /Update genesis-connect/],
    code: 'MODEL_TOO_NEW',
  },
  {
    what: 'a schema that does not fit the model',
    keys: { ...kafka, value: { schema: 'customer.avsc' } },
    prepare: (path) =>
      writeFile(
        join(path, 'customer.avsc'),
        '{"type":"record","name":"c","fields":[{"name":"id","type":"string"},{"name":"agee","type":"int"}]}',
      ),
    told: [/bad\.json:1:\d+: value\.schema: .*customer\.avsc.*\bid\b.*; found/, /customer\.avsc.*\bagee\b/],
    code: 'SCHEMA_MISMATCH',
  },
  {
    what: 'a missing schema',
    keys: { ...kafka, value: { schema: 'gone.avsc' } },
    told: [
      /bad\.json:1:\d+: value\.schema: .*gone\.avsc: the schema file cannot be read; found no such file/,
      /are relative to that file/,
    ],
    code: 'SCHEMA_INVALID',
  },
  {
    what: 'an unsatisfiable condition',
    keys: { conditions: { age: ['>', 1000] } },
    told: [/bad\.json:1:\d+: conditions\.age/, /found \[">",1000\]/, /expected values from \d+ to \d+/],
    code: 'CONDITION_UNSATISFIABLE',
  },
  {
    what: 'a condition on an unknown column',
    keys: { conditions: { agee: 30 } },
    told: [/bad\.json:1:\d+: conditions\.agee: unknown column/, /Did you mean "age"/],
    code: 'CONDITION_INVALID',
  },
  {
    what: 'a condition of the wrong type',
    keys: { conditions: { age: 'old' } },
    told: [/bad\.json:1:\d+: conditions\.age/, /found "old"; expected a number/],
    code: 'CONDITION_INVALID',
  },
  {
    what: 'two connectors of one name',
    keys: { name: 'good' },
    told: [/good\.json: two connectors have the same name; found good, also in .*bad\.json/],
    code: 'CONNECTOR_DUPLICATE',
  },
  {
    what: "a connector that writes to one of Kafka's topics",
    keys: { ...kafka, topic: '__consumer_offsets' },
    told: [/bad\.json:1:\d+: topic: the topic is internal/, /expected a name that does not start with __/],
    code: 'CONFIG_INVALID',
  },
  {
    what: 'a connector that writes to the topic of the checkpoints',
    keys: { ...kafka, topic: 'genesis-checkpoints' },
    told: [/bad\.json:1:\d+: topic: .*the checkpoint topic; found topic genesis-checkpoints; expected another topic/],
    code: 'CONFIG_INVALID',
  },
]

describe('before anything is started, with status 2 and no stack,', () => {
  for (const { what, keys, prepare, told, code } of mistakes)
    test(`${what} is told with its place and remedy`, async (t) => {
      const path = await folder(t)
      await connector(path, 'good')
      await connector(path, 'bad', keys)
      await prepare?.(path)
      const { status, stdout, stderr } = await genesis('run', path, '--json')
      assert.equal(status, 2, stderr)
      assert.equal(stdout, '')
      for (const part of told) assert.match(stderr, part)
      for (const line of stderr.trimEnd().split('\n')) assert.match(line, new RegExp(`^error: .*\\(${code}\\)$`))
      assert.deepEqual(
        (await readdir(path)).filter((name) => name.includes('.jsonl')),
        [],
      )
    })

  test('a missing connector file is told, with --watch too', async (t) => {
    const path = await folder(t)
    const good = await connector(path, 'good')
    for (const flags of [[], ['--watch']]) {
      const { status, stderr } = await genesis('run', good, join(path, 'gone.yaml'), ...flags)
      assert.equal(status, 2)
      assert.match(stderr, /gone\.yaml: no such file or folder \(CONFIG_UNREADABLE\)\n$/)
      assert.ok(!(await readdir(path)).includes('good.jsonl'))
    }
  })

  test('all mistakes of all files are told at once', async (t) => {
    const path = await folder(t)
    await connector(path, 'a', { throughputs: {}, seeds: 1 })
    await connector(path, 'b', { conditions: { agee: 30 } })
    const { status, stderr } = await genesis('run', path)
    assert.equal(status, 2)
    assert.match(stderr, /a\.json.*throughputs.*\n.*a\.json.*seeds.*\n.*b\.json.*agee/)
  })
})

/** Runs the connector and a good one beside it: the one fails with this, the other is complete. */
async function fails(
  t: TestContext,
  keys: Readonly<Record<string, unknown>>,
  told: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<{ summary: ConnectorSummary; path: string; file: string; stderr: string }> {
  const path = await folder(t)
  const name = uniqueName('bad')
  await connector(path, 'good')
  const file = await connector(path, name, { errors: { max_retries: 0 }, ...keys })
  const { status, stdout, stderr } = await genesisWith(env, 'run', path, '--json')
  assert.equal(status, 1, stderr)
  const { connectors } = JSON.parse(stdout) as { connectors: ConnectorSummary[] }
  const states = connectors.map(({ state, complete }) => [state, complete])
  assert.deepEqual(states, [
    ['FAILED', false],
    ['STOPPED', true],
  ])
  assert.match(connectors[0].error ?? '', told)
  // A stack only within the structured log, in a field of its own.
  for (const line of stderr.trimEnd().split('\n')) assert.ok(line.startsWith('{"level":'), line)
  return { summary: connectors[0], path, file, stderr }
}

/** A topic that does not exist yet. */
function newTopic(t: TestContext): { sink: { type: 'kafka' }; topic: string } {
  const topic = uniqueName('bad-topic')
  deleteAfter(t, topic)
  return { sink: { type: 'kafka' }, topic }
}

describe('the connector alone fails, with status 1, and nothing is sent that no checkpoint covers:', () => {
  test('an unreachable broker', async (t) => {
    const told = /127\.0\.0\.1:1: no broker answers.*ECONNREFUSED.*Check kafka\.brokers.*\(KAFKA_UNREACHABLE\)/
    const { summary } = await fails(t, { ...kafka, value: { format: 'json' } }, told, { KAFKA_BROKERS: '127.0.0.1:1' })
    assert.deepEqual([summary.records, summary.position], [0, 0])
  })

  test('a registry that is down', async (t) => {
    const target = newTopic(t)
    const told = /registry http:\/\/127\.0\.0\.1:1: no response.*Check registry\.url.*\(REGISTRY_UNREACHABLE\)/
    const { summary } = await fails(t, target, told, { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' })
    assert.deepEqual([summary.records, summary.position], [0, 0])
    await assert.rejects(committedRecords(target.topic), { code: 'TOPIC_MISSING' })
  })

  test('an incompatible subject', async (t) => {
    const target = newTopic(t)
    const schema = (type: string) => ({
      value: { schema: { type: 'record', name: 'c', fields: [{ name: 'age', type }] } },
    })
    const first = await connector(await folder(t), uniqueName('first'), { ...target, ...schema('long') })
    assert.equal((await genesis('run', first)).status, 0)
    const subject = `${target.topic}-value`
    const compatibility = await fetch(`${registryUrl()}/config/${subject}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ compatibility: 'FULL' }),
    })
    assert.ok(compatibility.ok, String(compatibility.status))
    const told = new RegExp(`${subject}.*Make the schema compatible, or send to another.*\\(SCHEMA_INCOMPATIBLE\\)`)
    const { summary } = await fails(t, { ...target, ...schema('double') }, told)
    assert.deepEqual([summary.records, summary.position], [0, 0])
    assert.equal((await committedRecords(target.topic)).length, 10)
  })

  test('a record larger than the topic allows, in the midst of the stream', async (t) => {
    const { stdout } = await genesis('stream', model, '--max-records', '100')
    const lengths = stdout
      .trimEnd()
      .split('\n')
      .map((line) => Buffer.byteLength(line))
    const position = lengths.indexOf(Math.max(...lengths))
    assert.ok(position > 0)
    // Record batch v2: 61 bytes before the first record, and 9 around a value of this size.
    const limit = 61 + 9 + Math.max(...lengths.slice(0, position))
    const target = newTopic(t)
    const told = new RegExp(
      `topic ${target.topic}, partition 0: .*at position ${position}; expected at most ${limit} bytes.*Raise the topic's max\\.message\\.bytes.*\\(RECORD_TOO_LARGE\\)`,
    )
    const { summary, file } = await fails(
      t,
      {
        ...target,
        topic_creation: { config: { 'max.message.bytes': limit } },
        value: { format: 'json' },
        throughput: { batch_size: 1, max_records: 100 },
        transaction: { boundary: 'batch' },
      },
      told,
    )
    assert.deepEqual([summary.records, summary.position], [position, position])
    assert.equal((await committedRecords(target.topic)).length, position)
    const verified = await genesis('verify', file)
    assert.equal(verified.status, 0, verified.stdout)
  })

  test('a disk that is full', async (t) => {
    const path = await folder(t)
    // The device that is always full stands in for the file.
    await symlink('/dev/full', join(path, 'out.jsonl'))
    const told = /out\.jsonl: no space left for the file.*Free some space.*\(DISK_FULL\)/
    const { summary } = await fails(t, { sink: { type: 'file', path: join(path, 'out.jsonl') } }, told)
    assert.deepEqual([summary.records, summary.position], [0, 0])
    const checkpoint = await readFile(join(path, 'out.jsonl.checkpoint'), 'utf8')
    assert.equal((JSON.parse(checkpoint) as { bytes: number }).bytes, 0)
  })

  describe('on a broker that asks who one is,', () => {
    let broker: SecuredBroker
    before(async () => {
      broker = await startSecuredBroker()
    })
    after(() => broker.stop())
    const as = ({ mechanism, username, password }: typeof limitedUser | typeof superUser, wrong?: string) => ({
      KAFKA_BROKERS: broker.sasl(null).brokers.join(','),
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_SASL_USERNAME: username,
      KAFKA_SASL_PASSWORD: wrong ?? password,
    })
    const target = { sink: { type: 'kafka' }, topic: 'bad-secured', value: { format: 'json' } }
    const nothingSent = () =>
      assert.rejects(committedRecords(target.topic, broker.sasl(superUser)), { code: 'TOPIC_MISSING' })

    test('a wrong password, which is shown nowhere', async (t) => {
      const told = /refuses the credentials.*kafka\.sasl.*\(KAFKA_AUTHENTICATION\)/
      const { stderr } = await fails(t, target, told, as(superUser, 'hunter2'))
      assert.doesNotMatch(stderr, /hunter2/)
      await nothingSent()
    })

    test('a missing permission on the topic, with the command that grants it', async (t) => {
      const told = /denies Describe on topic bad-secured.*--operation Describe.*\(KAFKA_AUTHORIZATION\)/
      await fails(t, target, told, as(limitedUser))
      await nothingSent()
    })
  })
})
