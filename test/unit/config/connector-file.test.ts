import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { loadConnectors, readConnectors } from '#src/config/connector-file.js'
import type { GenesisError } from '#src/errors.js'
import { folderWith } from './folder.js'

const least = 'name: c\nmodel: m.json\ntopic: t\n'

/** The messages for a file of this text, with the file's name without its folder. */
async function messagesOf(t: TestContext, text: string, name = 'c.yaml', env = {}): Promise<string[]> {
  const folder = await folderWith(t, { [name]: text })
  const { errors } = await readConnectors([join(folder, name)], env)
  return errors.map(({ message }) => message.replaceAll(`${folder}/`, ''))
}

const plain = { adaptive: null, arrivals: 'even', shape: { type: 'constant', speed: 1 }, eventTime: 'model' }

describe('a connector file', () => {
  it('is a configuration with every default filled in and every path absolute', async (t) => {
    const folder = await folderWith(t, { 'c.yaml': least })
    const file = join(folder, 'c.yaml')
    assert.deepEqual((await loadConnectors([file], {})).connectors, [
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
          column: null,
          schema: null,
          autoRegister: true,
          useLatest: false,
          subject: null,
          schemaReferences: [],
          normalize: false,
          subjectStrategy: 'topic',
          envelope: 'none',
          tombstones: true,
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
      (await loadConnectors([folder], {})).connectors.map(({ name }) => name),
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

  it('says where two connectors would write to one file, whatever the path is called and for whichever shard', async (t) => {
    const folder = await folderWith(t, {
      'a.yaml': 'name: a\nmodel: m.json\nsink: { type: file, path: out.jsonl }\ntasks: { max: 2 }\n',
      'b.yaml':
        'name: b\nmodel: m.json\nsinks:\n  live: { type: stdout }\n  kept:\n    type: file\n    path: sub/../out.1.jsonl\n',
      'c.yaml': 'name: c\nmodel: m.json\nsink: { type: file, path: out.jsonl }\n',
    })
    await assert.rejects(loadConnectors([folder], {}), {
      code: 'CONFIG_INVALID',
      message: `${join(folder, 'b.yaml')}:7:5: sinks.kept.path: two connectors write to the same file; found ${join(folder, 'out.1.jsonl')}, the file of connector a in ${join(folder, 'a.yaml')}, too; expected a path of its own`,
    })
  })
})
