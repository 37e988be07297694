import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { loadConnectors, parseConnector, readConnectors } from '#src/config/connector-file.js'
import type { ConnectorConfig } from '#src/config/connector.js'
import { plainSource } from '#src/config/source.js'
import { GenesisError } from '#src/errors.js'
import { folderWith } from './folder.js'

const least = 'name: c\nmodel: m.json\ntopic: t\n'

function parse(value: unknown, env: Record<string, string> = {}): ConnectorConfig {
  return parseConnector(plainSource(value, 'x'), { env, folder: '/configs' })
}

function errorsOf(value: unknown, env: Record<string, string> = {}): string[] {
  try {
    parse(value, env)
  } catch (error) {
    assert.ok(error instanceof GenesisError)
    return (error.details.all ?? [error]).map(({ message }) => message.replace(/^x: /, ''))
  }
  return []
}

/** The messages for a file of this text, with the file's name without its folder. */
async function messagesOf(t: TestContext, text: string, name = 'c.yaml', env = {}): Promise<string[]> {
  const folder = await folderWith(t, { [name]: text })
  const { errors } = await readConnectors([join(folder, name)], env)
  return errors.map(({ message }) => message.replaceAll(`${folder}/`, ''))
}

const minimal = { name: 'c', model: 'm.json', topic: 't' }

const plain = { adaptive: null, arrivals: 'even', shape: { type: 'constant', speed: 1 }, eventTime: 'model' }

describe('a connector file', () => {
  it('is a configuration with every default filled in and every path absolute', async (t) => {
    const folder = await folderWith(t, { 'c.yaml': least })
    const file = join(folder, 'c.yaml')
    assert.deepEqual(await loadConnectors([file], {}), [
      {
        name: 'c',
        file,
        sinkName: null,
        model: join(folder, 'm.json'),
        topic: 't',
        topicCreation: { enabled: true, partitions: 1, replicationFactor: -1, config: {} },
        key: null,
        keyFormat: 'string',
        value: {
          format: 'avro',
          schema: null,
          autoRegister: true,
          useLatest: false,
          subject: null,
          subjectStrategy: 'topic',
          envelope: 'none',
        },
        conditions: null,
        references: [],
        throughput: { rate: null, batchSize: 4096, intervalMs: null, maxRecords: null, ...plain },
        sink: { type: 'kafka' },
        delivery: 'exactly-once',
        transaction: { boundary: 'interval', intervalMs: 100, timeoutMs: 60_000 },
        compression: 'none',
        producer: { client: 'wire', maxBatchBytes: 1_000_000 },
        tasks: { max: 1 },
        seed: 0,
        disturb: null,
        timestamp: null,
        headers: [],
        deadLetterTopic: null,
        errors: {
          policy: 'retry',
          maxRetries: Infinity,
          retryTimeoutMs: Infinity,
          backoffFactor: 2,
          initialBackoffMs: 100,
          maxBackoffMs: 60_000,
        },
      },
    ])
  })

  it('says everything that can be said', () => {
    const config = parse({
      ...minimal,
      topic_creation: { enabled: false, partitions: 3, replication_factor: 2, config: { 'retention.ms': 1000 } },
      key: 'id',
      key_format: 'long',
      value: { format: 'avro', schema: '../schemas/c.avsc', auto_register: false, use_latest: true, subject: 's' },
      conditions: { segment: 'premium', 'a.b': ['>', 1], not: { 'x.y': { z: null } } },
      throughput: { interval: '1.5s', batch_size: 10, max_records: 100 },
      delivery: 'at-least-once',
      transaction: { boundary: 'batch', interval: '1s', timeout: '5m' },
      compression: 'gzip',
      producer: { client: 'kafkajs', max_batch_size: '512KiB' },
      tasks: { max: 4 },
      seed: 2 ** 53 - 1,
      errors: { policy: 'skip', max_retries: -1, backoff_factor: 1.5, initial_backoff: '1s', max_backoff: '1h' },
    })
    assert.deepEqual(config.topicCreation, {
      enabled: false,
      partitions: 3,
      replicationFactor: 2,
      config: { 'retention.ms': '1000' },
    })
    assert.equal(config.value.schema, '/schemas/c.avsc')
    assert.deepEqual(config.conditions, { segment: 'premium', 'a.b': ['>', 1], not: { 'x.y': { z: null } } })
    assert.deepEqual(config.throughput, {
      rate: null,
      batchSize: 10,
      intervalMs: 1500,
      maxRecords: 100,
      ...plain,
    })
    assert.deepEqual(config.producer, { client: 'kafkajs', maxBatchBytes: 512 * 1024 })
    assert.deepEqual(config.errors, {
      policy: 'skip',
      maxRetries: Infinity,
      retryTimeoutMs: Infinity,
      backoffFactor: 1.5,
      initialBackoffMs: 1000,
      maxBackoffMs: 3_600_000,
    })
  })

  it('has an inline schema, and sinks of other types', () => {
    const schema = { type: 'record', name: 'R', fields: [] }
    assert.deepEqual(parse({ ...minimal, value: { schema } }).value.schema, schema)
    assert.deepEqual(parse({ name: 'c', model: 'm', sink: { type: 'file', path: 'out.avro', format: 'avro' } }).sink, {
      type: 'file',
      path: '/configs/out.avro',
      format: 'avro',
    })
    assert.deepEqual(parse({ name: 'c', model: 'm', sink: { type: 'stdout', format: 'csv' } }).sink, {
      type: 'stdout',
      format: 'csv',
    })
  })

  it('is told all of its errors at once, each with its line, what was found and what was expected', async (t) => {
    const text = `name: a name
model: m.json
topic: t
throughput:
  rate: fast
  batchsize: 10
tasks: 3
delivery: exactly_once
seed: -1
`
    assert.deepEqual(await messagesOf(t, text), [
      'c.yaml:1:1: name: wrong value; found "a name"; expected a name of letters, digits, ".", "_" and "-", starting with a letter or digit, at most 128 characters',
      'c.yaml:5:3: throughput.rate: wrong value; found "fast"; expected a number from 0.000001 to 1000000000',
      'c.yaml:6:3: throughput.batchsize: unknown key; found "batchsize"; expected throughput.batch_size',
      'c.yaml:7:1: tasks: not a map of options; found 3; expected a map with max',
      'c.yaml:8:1: delivery: wrong value; found "exactly_once"; expected one of exactly-once, at-least-once',
      'c.yaml:9:1: seed: wrong value; found -1; expected a whole number from 0',
    ])
  })

  it('names the key that was meant, elsewhere too', () => {
    const meant = (value: object): string => errorsOf({ ...minimal, ...value })[0].replace(/^.*expected /, '')
    assert.equal(meant({ conditons: {} }), 'conditions')
    assert.equal(meant({ key_fromat: 'long' }), 'key_format')
    assert.equal(meant({ Topic_Creation: {} }), 'topic_creation')
    assert.equal(meant({ rate: 5 }), 'throughput.rate')
    assert.equal(meant({ errors: { max_retry: 5 } }), 'errors.max_retries')
    assert.match(meant({ zzzzzzzzz: 5 }), /^one of name, model, topic/)
    assert.match(meant({ constructor: 5 }), /^one of name, model, topic/)
  })

  it('needs a name, and a model or a schema', () => {
    assert.deepEqual(errorsOf({ topic: 't' }), [
      'missing key; found no name; expected a name of letters, digits, ".", "_" and "-", starting with a letter or digit, at most 128 characters',
      'model: a model or a schema is required; found neither; expected model: a model file, or value.schema: a schema',
    ])
    assert.match(errorsOf({ ...minimal, name: null })[0], /^name: wrong value; found nothing; expected a name/)
    assert.match(errorsOf(['a'])[0], /^not a map of options; found \["a"\]; expected a map with name, model/)
  })

  it('keeps the rules that concern several keys', () => {
    const broken = (value: object, base: object = minimal): string[] => errorsOf({ ...base, ...value })
    assert.match(broken({ throughput: { rate: 1, interval: '1s' } })[0], /^throughput.interval: rate and interval/)
    assert.match(broken({}, { name: 'c', model: 'm' })[0], /^topic: the kafka sink needs a topic/)
    assert.match(broken({ topic: '__consumer_offsets' })[0], /internal to Kafka/)
    assert.match(broken({ sink: { type: 'file' } })[0], /^sink.path: the file sink needs a path/)
    assert.match(broken({ sink: { path: 'p' } })[0], /^sink.path: only the file sink has a path/)
    assert.match(
      broken({ sink: { type: 'stdout', format: 'avro' } })[0],
      /^sink.format: the stdout sink has no format avro; found avro; expected one of json, csv/,
    )
    assert.match(broken({ compression: 'lz4', producer: { client: 'kafkajs' } })[0], /^compression: kafkajs does not/)
    assert.match(broken({ transaction: { interval: '1m', timeout: '1m' } })[0], /^transaction.timeout: .* time out/)
    const looked = { value: { subject_strategy: 'record', use_latest: true } }
    assert.match(broken(looked)[0], /^value.subject_strategy: the subject's name depends on the schema/)
    assert.match(broken({ headers: { a: {} } })[0], /^headers: not a valid header value; found header "a"/)
    assert.match(
      broken({ headers: { a: 'b' }, sink: { type: 'stdout' } })[0],
      /^headers: only Kafka records have headers/,
    )
    assert.match(broken({ errors: { initial_backoff: '2s', max_backoff: '1s' } })[0], /^errors.max_backoff/)
  })

  it('is not told of a rule when one of its keys is wrong in itself', () => {
    assert.deepEqual(errorsOf({ name: 'c', model: 'm', sink: { type: 'kafak' } }), [
      'sink.type: wrong value; found "kafak"; expected one of kafka, stdout, file, websocket, websocket-server',
    ])
  })

  it('has numbers as numbers, unless they come from elsewhere', () => {
    assert.match(errorsOf({ ...minimal, seed: '5' })[0], /^seed: wrong value; found "5"/)
    assert.match(errorsOf({ ...minimal, topic: 5 })[0], /^topic: wrong value; found 5; expected a topic name/)
    assert.match(errorsOf({ ...minimal, throughput: { interval: 500 } })[0], /found 500; expected a duration with its/)
    assert.equal(parse({ ...minimal, seed: '${env:X}' }, { X: '5' }).seed, 5)
    for (const X of ['5x', '0x5', '', ' 5', '5.5', '9007199254740993']) {
      assert.throws(() => parse({ ...minimal, seed: '${env:X}' }, { X }), { code: 'CONFIG_INVALID' })
    }
    for (const X of ['yes', 'TRUE', '1', '']) {
      const topic_creation = { enabled: '${env:X}' }
      assert.throws(() => parse({ ...minimal, topic_creation }, { X }), { code: 'CONFIG_INVALID' })
    }
  })

  it('may hold several connectors, and a folder several files', async (t) => {
    const folder = await folderWith(t, {
      'b.yml': least,
      'a.yaml': 'name: a1\nmodel: m\ntopic: t\n---\nname: a2\nmodel: m\ntopic: t\n---\n',
      'c.json': '{"name": "j", "model": "m", "topic": "t"}',
      'notes.txt': 'no connector',
      '.hidden.yaml': 'no: connector',
    })
    await mkdir(join(folder, 'inner.yaml'))
    assert.deepEqual(
      (await loadConnectors([folder], {})).map(({ name }) => name),
      ['a1', 'a2', 'c', 'j'],
    )
  })

  it('does not share its name with another, and both files are named', async (t) => {
    const folder = await folderWith(t, { 'a.yaml': least, 'b.yaml': least })
    await assert.rejects(loadConnectors([folder], {}), (error: GenesisError) => {
      assert.equal(error.code, 'CONNECTOR_DUPLICATE')
      assert.match(error.message, /b\.yaml: two connectors have the same name; found c, also in .*a\.yaml/)
      return true
    })
  })

  it('has the errors of every file in one', async (t) => {
    const folder = await folderWith(t, { 'a.yaml': `${least}x: 1\n`, 'b.yaml': 'a: [', 'c.yaml': least })
    await assert.rejects(loadConnectors([folder, join(folder, 'none.yaml')], {}), (error: GenesisError) => {
      const codes = error.details.all?.map(({ code }) => code)
      assert.deepEqual(codes, ['CONFIG_INVALID', 'CONFIG_UNREADABLE', 'CONFIG_UNREADABLE'])
      assert.match(error.message, /^3 errors, the first: .*a\.yaml:4:1: x: unknown key/)
      return true
    })
  })

  it('that cannot be read or parsed is named, with the line', async (t) => {
    assert.deepEqual(await messagesOf(t, 'name: [a\ntopic: b\n').then((all) => all.length), 1)
    assert.match((await messagesOf(t, 'a: 1\na: 2\n'))[0], /^c\.yaml:2:1: Map keys must be unique/)
    assert.match((await messagesOf(t, '{"a": 1,}', 'c.json'))[0], /^c\.json: not JSON/)
    assert.match((await messagesOf(t, 'a: *none\n'))[0], /^c\.yaml:1:\d+: .*none/)
    const { errors } = await readConnectors(['/nowhere/at/all.yaml'], {})
    assert.equal(errors[0].message, '/nowhere/at/all.yaml: no such file or folder')
  })

  it('places errors inside of lists, JSON and aliases', async (t) => {
    const json = '{\n  "name": "c", "model": "m",\n  "topic": "t",\n  "tasks": { "max": 0 }\n}'
    assert.match((await messagesOf(t, json, 'c.json'))[0], /^c\.json:4:14: tasks\.max: wrong value; found 0/)
    const yaml = `${least}conditions:\n  any:\n    - segment: \${env:NONE}\n`
    assert.match((await messagesOf(t, yaml))[0], /^c\.yaml:6:7: conditions\.any\.0\.segment: /)
    const aliased = `${least}tasks: &t { max: 0 }\nerrors: *t\n`
    assert.match((await messagesOf(t, aliased))[1], /^c\.yaml:4:13: errors\.max: unknown key/)
  })
})

describe('placeholders', () => {
  it('stand for environment variables, in whole or in part, in numbers too', () => {
    const config = parse(
      {
        ...minimal,
        topic: 'a-${env:STAGE}-${env:ZONE:-eu}',
        seed: '${env:SEED}',
        conditions: { x: ['=', '${env:X}'] },
      },
      { STAGE: 'test', SEED: '7', X: 'y' },
    )
    assert.deepEqual([config.topic, config.seed, config.conditions], ['a-test-eu', 7, { x: ['=', 'y'] }])
  })

  it('stand for keys of properties files, and for files', async (t) => {
    const folder = await folderWith(t, { 's.properties': '# secrets\ntopic = orders\n', token: 'abc\n' })
    const source = plainSource(
      { ...minimal, topic: '${file:s.properties:topic}', value: { subject: '${file:token}' } },
      'x',
    )
    const config = parseConnector(source, { env: {}, folder })
    assert.deepEqual([config.topic, config.value.subject], ['orders', 'abc'])
  })

  it('can be written as themselves', () => {
    assert.deepEqual(parse({ ...minimal, conditions: { x: '$${env:X} ${y} $z' } }).conditions, {
      x: '${env:X} ${y} $z',
    })
  })

  it('that lead nowhere are told all at once', async (t) => {
    const folder = await folderWith(t, { 's.properties': 'a=b\n' })
    const topic = '${env:A}${env:B}${file:s.properties:c}${file:none:c}${vault:x}'
    const source = plainSource({ ...minimal, topic }, 'x')
    assert.throws(
      () => parseConnector(source, { env: {}, folder }),
      (error: GenesisError) => {
        assert.equal(error.code, 'SECRET_UNRESOLVED')
        const messages = error.details.all?.map(({ message }) => message.replaceAll(`${folder}/`, ''))
        assert.deepEqual(messages, [
          'x: topic: environment variable A is not set; found ${env:A}',
          'x: topic: environment variable B is not set; found ${env:B}',
          'x: topic: file s.properties has no key c; found ${file:s.properties:c}',
          'x: topic: file none cannot be read (ENOENT); found ${file:none:c}',
          'x: topic: unknown provider vault: placeholders start with env: or file:; found ${vault:x}',
        ])
        return true
      },
    )
  })

  it('never show what they stand for', () => {
    const messages = errorsOf(
      {
        ...minimal,
        seed: '${env:SECRET}',
        topic: '${env:SECRET} ',
        topic_creation: { config: { a: ['${env:SECRET}'] } },
        tasks: '${env:SECRET}',
        '${env:SECRET}': 1,
      },
      { SECRET: 'hunter2' },
    )
    assert.equal(messages.length, 5)
    for (const message of messages) assert.doesNotMatch(message, /hunter2/)
  })
})
