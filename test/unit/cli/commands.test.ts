import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { genesisProgram } from '#src/cli/program.js'
import { errorLine, report } from '#src/cli/report.js'
import { progressLine } from '#src/cli/verify-progress.js'
import { GenesisError } from '#src/errors.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const main = join(root, 'dist/cli/main.js')

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function genesis(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = root): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { cwd, env: { PATH: process.env.PATH, ...env } })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', reject).once('close', (status) => resolve({ status, stdout, stderr }))
  })
}

async function folderWith(t: TestContext, files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-cli-'))
  t.after(() => rm(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

const model = join(root, 'models/customers.json')
const good = { name: 'good', model, topic: 't', value: { format: 'json' } }

describe('the command line', () => {
  it('says its version and its help on stdout', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    assert.deepEqual(await genesis(['--version']), { status: 0, stdout: `${version}\n`, stderr: '' })
    const help = await genesis(['verify', '--help'])
    assert.deepEqual([help.status, help.stderr], [0, ''])
    assert.match(help.stdout, /Examples:\n {2}genesis verify/)
  })

  it('says the same of its commands whether or not they are loaded', async () => {
    const program = await genesisProgram()
    assert.ok((await genesis(['--help'])).stdout.startsWith(program.helpInformation()))
    for (const command of program.commands) {
      const parameters = command.registeredArguments.map((each) => {
        const name = `${each.name()}${each.variadic ? '...' : ''}`
        return each.required ? `<${name}>` : `[${name}]`
      })
      assert.ok(
        program.helpInformation().includes(`  ${command.name()} [options] ${parameters.join(' ')} `),
        command.name(),
      )
    }
  })

  it('has examples in the help of every command', async () => {
    for (const command of (await genesisProgram()).commands) {
      let help = ''
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
      assert.match(help, /Example/, command.name())
    }
  })

  it('ends with status 2 and one line when it is wrong itself', async () => {
    for (const args of [['verfiy'], ['validate', '--onlin'], ['verify'], ['verify', '--show', 'x', 'a']]) {
      const { status, stdout, stderr } = await genesis(args)
      assert.deepEqual([status, stdout], [2, ''], args.join(' '))
      assert.match(stderr.split('\n')[0], /^error: /, args.join(' '))
      assert.doesNotMatch(stderr, /\n\s+at /, args.join(' '))
    }
  })

  it('ends with status 2 when a connector or worker file is wrong, one line an error', async (t) => {
    const files = { 'c.json': { name: 'c', modle: 'm' }, 'empty.yaml': '', 'w.yaml': 'kafak: {}\n' }
    const folder = await folderWith(t, files)
    const { status, stdout, stderr } = await genesis(['run', 'c.json'], {}, folder)
    assert.deepEqual([status, stdout], [2, ''])
    assert.deepEqual(stderr.trimEnd().split('\n'), [
      'error: c.json:1:13: modle: unknown key; found "modle"; expected model (CONFIG_INVALID)',
      'error: c.json:1:1: model: a model or a schema is required; found neither; expected model: a model file, or value.schema: a schema (CONFIG_INVALID)',
      'error: c.json:1:1: topic: the kafka sink needs a topic; found none; expected topic: <name> (CONFIG_INVALID)',
    ])
    const empty = await genesis(['validate', 'empty.yaml'], {}, folder)
    assert.deepEqual([empty.status, empty.stdout], [2, ''])
    assert.match(empty.stderr, /^error: empty\.yaml: there is no connector; /)
    const worker = await genesis(['verify', '--worker', 'w.yaml', 'c.json'], {}, folder)
    assert.deepEqual([worker.status, worker.stdout], [2, ''])
    assert.match(worker.stderr, /^error: w\.yaml:1:1: kafak: unknown key; found "kafak"; expected kafka/)
  })

  it('does not print a summary among the records of the stdout sink', async (t) => {
    const config = { name: 'c', model, sink: { type: 'stdout' }, throughput: { max_records: 5 } }
    const folder = await folderWith(t, { 'c.json': config })
    const { status, stdout, stderr } = await genesis(['run', 'c.json', '--json'], {}, folder)
    assert.deepEqual([status, stdout], [2, ''])
    assert.match(
      stderr,
      /^error: --json: the summary would be mixed with the records of the stdout sink; .*\(USAGE\)\n$/,
    )
  })

  it('ends quietly when its reader does', async () => {
    const child = spawn(process.execPath, [main, 'stream', model, '--max-records', '1000000'], { cwd: root })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdout.once('data', () => child.stdout.destroy())
    const status = await new Promise((resolve) => child.once('close', resolve))
    assert.equal(status, 0)
    assert.doesNotMatch(stderr, /EPIPE|at /)
  })

  it('shows errors in one line, defects with a way to learn more', () => {
    const user = new GenesisError('CONFIG_INVALID', 'wrong\n  value', { place: 'a.yaml' })
    assert.equal(errorLine(user), 'error: a.yaml: wrong value (CONFIG_INVALID)')
    const defect = new GenesisError('INTERNAL', 'boom')
    assert.match(errorLine(defect), /^error: boom \(INTERNAL\): a bug in this program; GENESIS_TRACE=1 shows where$/)
  })

  it('shows all of several errors, and a trace if asked to', (t) => {
    const written: string[] = []
    t.mock.method(process.stderr, 'write', (text: string) => written.push(text))
    const all = [new GenesisError('CONFIG_INVALID', 'one'), new GenesisError('MODEL_INVALID', 'two')]
    const status = report(new GenesisError('CONFIG_INVALID', 'both', { all }), {})
    const traced = report(new GenesisError('KAFKA_TIMEOUT', 'late', { cause: new Error('socket') }), {
      GENESIS_TRACE: '1',
    })
    t.mock.restoreAll()
    assert.deepEqual([status, traced], [2, 1])
    assert.deepEqual(written.slice(0, 2), ['error: one (CONFIG_INVALID)\n', 'error: two (MODEL_INVALID)\n'])
    assert.match(written[3], /GenesisError: late\n\s+at .*\ncaused by Error: socket/s)
  })

  it('has a progress bar where the end is known', () => {
    assert.equal(
      progressLine('c', 'compare', 500_000, 2_000_000, 800_000),
      'c: comparing [######..................] 25% 500,000 records, 800,000/s',
    )
    assert.equal(progressLine('c', 'compare', 5, null, 1), 'c: comparing 5 records, 1/s')
    assert.match(progressLine('c', 'explain', 7, 5, 1), /locating the faults \[#{24}\] 100%/)
  })
})

describe('genesis validate', () => {
  it('finds nothing wrong with the shipped connectors', async () => {
    const env = { SCHEMA_REGISTRY_URL: 'http://localhost:8081' }
    const { status, stdout, stderr } = await genesis(
      ['validate', 'connectors/', 'examples/orders', 'examples/shop'],
      env,
    )
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(stdout, /premium-customers\.yaml: premium-customers is valid/)
    assert.match(stdout, /orders\.yaml: orders is valid/)
  })

  it('says of Avro in Kafka that it will need a registry, where none is named', async (t) => {
    const folder = await folderWith(t, { 'a.json': good, 'b.json': { ...good, name: 'b', topic: 'u', value: {} } })
    const { status, stderr } = await genesis(['validate', '.'], {}, folder)
    assert.equal(status, 0)
    assert.equal(stderr, 'note: values with a schema need a schema registry, and SCHEMA_REGISTRY_URL is not set: b\n')
  })

  it('takes a folder without connectors for a mistake, as run and verify do', async (t) => {
    const folder = await folderWith(t, { 'a.txt': 'nothing' })
    for (const command of ['validate', 'run', 'verify']) {
      assert.deepEqual(await genesis([command, '.'], {}, folder), {
        status: 2,
        stdout: '',
        stderr:
          'error: .: there is no connector; expected a connector file, or a folder with *.yaml, *.yml or *.json files (USAGE)\n',
      })
    }
  })

  it('prints the JSON Schema that is shipped', async () => {
    const { status, stdout } = await genesis(['validate', '--schema'])
    const shipped = await readFile(join(root, 'schemas/connector.schema.json'), 'utf8')
    assert.equal(status, 0)
    assert.deepEqual(JSON.parse(stdout), JSON.parse(shipped))
  })

  it('finds all errors of all files: keys, model, conditions, key column, schema', async (t) => {
    const folder = await folderWith(t, {
      'a.json': good,
      'b.json': { ...good, name: 'b', seeed: 1 },
      'c.json': { ...good, name: 'c', model: 'none.json' },
      'd.json': { ...good, name: 'd', model: 'cut.json' },
      'e.json': { ...good, name: 'e', conditions: { segmnet: 'premium' } },
      'f.json': { ...good, name: 'f', conditions: { age: ['>', 100_000] } },
      'g.json': { ...good, name: 'g', conditions: { age: 'old' }, key: 'nobody' },
      'h.json': { ...good, name: 'h', value: { schema: 'wrong.avsc' } },
      'i.json': { ...good, name: 'good' },
      'cut.json': '{}',
      'wrong.avsc': { type: 'record', name: 'R', fields: [{ name: 'shoe_size', type: 'int' }] },
    })
    const files = [...'abcdefghi'].map((letter) => `${letter}.json`)
    await writeFile(join(folder, 'cut.json'), (await readFile(model, 'utf8')).slice(0, 5000))
    const { status, stdout, stderr } = await genesis(['validate', ...files], {}, folder)
    assert.equal(status, 2)
    assert.equal(stdout, 'a.json: good is valid\n')
    const expected = [
      /^error: b\.json:1:\d+: seeed: unknown key; .*expected seed \(CONFIG_INVALID\)$/,
      /^error: i\.json: two connectors have the same name; found good, also in a\.json; .*\(CONNECTOR_DUPLICATE\)$/,
      /^error: c\.json:1:\d+: model: .*none\.json: .*\(MODEL_UNREADABLE\)$/,
      /^error: d\.json:1:\d+: model: .*truncated.*\(MODEL_INVALID\)$/,
      /^error: e\.json:1:\d+: conditions\.segmnet: .*segmnet.*segment.*\(CONDITION_INVALID\)$/,
      /^error: f\.json:1:\d+: conditions\.age: .*age.*\(CONDITION_UNSATISFIABLE\)$/,
      /^error: g\.json:1:\d+: conditions\.age: .*age.*\(CONDITION_INVALID\)$/,
      /^error: g\.json:1:\d+: key: .*nobody.*\((CONFIG_INVALID|SCHEMA_MISMATCH)\)$/,
      /^error: h\.json:1:\d+: value\.schema: .*shoe_size.*\(SCHEMA_MISMATCH\)$/,
    ]
    const lines = stderr.trimEnd().split('\n')
    assert.equal(lines.length, expected.length, stderr)
    expected.forEach((pattern, index) => assert.match(lines[index], pattern))
  })

  it('finds the errors of one connector in one go, each with its line, whatever else is wrong with it', async (t) => {
    const folder = await folderWith(t, {
      'a.yaml': `name: a
modell: x
model: ${model}
topic: t
key: ident
key_format: strnig
conditions:
  segmnet: premium
  age: ['>>', 3]
  any:
    - { income: high }
    - { reigon: north }
tasks: { max: 0 }
sead: 1
`,
      'b.yaml': `name: b\nmodel: ${model}\nconditions: { agee: 3 }\nthroughput: { rate: 1, interval: 1s }\n`,
      'c.yaml': `name: c\nmodel: ${model}\ntopic: t\nsink: { type: kfka }\nkey: ident\nconditions: { age: [">", 999] }\n`,
      'd.yaml': `name: d\nmodle: ${model}\ntopic: t\nconditions: { agee: 3 }\n`,
      'f.yaml': `name: f\nmodel: ${model}\nkey: ident\nvalue: { schema: none.avsc }\n`,
      'e.yaml': `name: e\nmodel: ${model}\ntopic: t\nrefrences: { column: k }\nconditions: { agee: 3 }\nkey: k\n`,
    })
    const { status, stderr } = await genesis(['validate', '.'], {}, folder)
    assert.equal(status, 2)
    const places = stderr
      .trimEnd()
      .split('\n')
      .map((line) => /^error: ([\w.]+:\d+:\d+: [^:]+): /.exec(line)?.[1] ?? line)
    assert.deepEqual(places, [
      'a.yaml:2:1: modell',
      'a.yaml:6:1: key_format',
      'a.yaml:13:10: tasks.max',
      'a.yaml:14:1: sead',
      'b.yaml:4:24: throughput.interval',
      'b.yaml:1:1: topic',
      'c.yaml:4:9: sink.type',
      'd.yaml:2:1: modle',
      'd.yaml:1:1: model',
      'e.yaml:4:1: refrences',
      'f.yaml:1:1: topic',
      'a.yaml:8:3: conditions.segmnet',
      'a.yaml:9:3: conditions.age',
      'a.yaml:11:9: conditions.any.0.income',
      'a.yaml:12:9: conditions.any.1.reigon',
      'a.yaml:5:1: key',
      'b.yaml:3:15: conditions.agee',
      'c.yaml:6:15: conditions.age',
      'f.yaml:3:1: key',
      'f.yaml:4:10: value.schema',
    ])
  })

  it('calls no connector valid that has the name of another', async (t) => {
    const folder = await folderWith(t, { 'a.json': good, 'b.json': { ...good, topic: 'u' } })
    const { status, stdout, stderr } = await genesis(['validate', '.'], {}, folder)
    assert.equal(stdout, 'a.json: good is valid\n')
    assert.match(stderr, /^error: b\.json: two connectors have the same name; found good, also in a\.json; [^\n]*\n$/)
    assert.equal(status, 2)
  })

  it('has status 2 for an empty file, as for one with mistakes', async (t) => {
    const folder = await folderWith(t, { 'empty.yaml': '', 'wrong.yaml': 'name: [\n', 'none.json': '{}' })
    for (const file of ['empty.yaml', 'wrong.yaml', 'none.json'])
      assert.equal((await genesis(['validate', file], {}, folder)).status, 2, file)
  })

  it('calls no connector valid that would write to the file of another; run starts neither', async (t) => {
    const sink = { type: 'file', path: 'one.jsonl' }
    const folder = await folderWith(t, { 'a.json': { ...good, sink }, 'b.json': { ...good, name: 'b', sink } })
    const { status, stdout, stderr } = await genesis(['validate', '.'], {}, folder)
    assert.equal(stdout, 'a.json: good is valid\n')
    assert.match(
      stderr,
      /^error: b\.json:1:\d+: sink\.path: two connectors write to the same file; found .*one\.jsonl, the file of connector good in a\.json, too; expected a path of its own \(CONFIG_INVALID\)\n$/,
    )
    assert.equal(status, 2)
    const run = await genesis(['run', '.'], {}, folder)
    assert.deepEqual([run.status, existsSync(join(folder, 'one.jsonl'))], [2, false])
  })

  it('tells a machine the same', async (t) => {
    const folder = await folderWith(t, { 'a.json': good, 'b.json': { ...good, name: 'b', seed: -1 } })
    const { status, stdout, stderr } = await genesis(['validate', '.', '--json'], {}, folder)
    assert.deepEqual([status, stderr], [2, ''])
    assert.deepEqual(JSON.parse(stdout), {
      valid: false,
      connectors: [{ name: 'good', file: 'a.json' }],
      errors: [
        {
          code: 'CONFIG_INVALID',
          message: 'b.json:1:115: seed: wrong value; found -1; expected a whole number from 0'.replace(
            /1:\d+/,
            `1:${JSON.stringify({ ...good, name: 'b', seed: -1 }).indexOf('"seed"') + 1}`,
          ),
          place: `b.json:1:${JSON.stringify({ ...good, name: 'b', seed: -1 }).indexOf('"seed"') + 1}: seed`,
          found: '-1',
          expected: 'a whole number from 0',
        },
      ],
    })
  })

  it('holds connectors against the worker they are to run on', async (t) => {
    const folder = await folderWith(t, { 'a.json': { ...good, value: {} }, 'w.yaml': 'log: { level: warn }\n' })
    const without = await genesis(['validate', 'a.json', '--worker', 'w.yaml'], {}, folder)
    assert.equal(without.status, 2)
    assert.match(without.stderr, /^error: a\.json:1:\d+: value\.format: Avro in Kafka needs a schema registry/)
    const env = { SCHEMA_REGISTRY_URL: 'http://localhost:1' }
    assert.equal((await genesis(['validate', 'a.json', '--worker', 'w.yaml'], env, folder)).status, 0)
  })
})
