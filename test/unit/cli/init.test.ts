import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { firstFreePort } from '#src/cli/init/free-port.js'
import { composeText, declarationText } from '#src/cli/init/texts.js'
import { wishedColumns } from '#src/cli/init/wish-list.js'
import { loadModel } from '#src/model/load.js'
import { kinds } from '#src/model/declared/kinds.js'
import { program, shipped, type Finished } from '../../support/genesis.js'
import { temporaryFolder } from '../../support/tables.js'
import { folderWith } from '../config/folder.js'

const root = temporaryFolder()
const fresh = (): string => mkdtempSync(join(root, 'folder-'))

/** The command line in a folder, with no brokers in its environment but these. */
function genesisIn(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const rest = Object.entries(process.env).filter(([key]) => !/^(KAFKA|SCHEMA|GENESIS)_/.test(key))
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { cwd, env: { ...Object.fromEntries(rest), ...env } },
      (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : (error.code as unknown as number), stdout, stderr }),
    )
  })
}

function writeTable(path: string): void {
  const lines = ['id,plan,spend']
  for (let i = 0; i < 300; i++) lines.push(`${i + 1},${i % 3 === 0 ? 'paid' : 'free'},${(i * 7) % 40}`)
  writeFileSync(path, `${lines.join('\n')}\n`)
}

describe('genesis init', () => {
  test('finds the table of the folder, and writes all that a connector needs: it is valid as it is', async () => {
    const folder = fresh()
    writeTable(join(folder, 'people.csv'))
    const { status, stderr } = await genesisIn(folder, ['init'])
    assert.equal(status, 0, stderr)
    assert.match(stderr, /^using the table in this folder: people\.csv$/m)
    for (const file of ['models/people.json', 'schemas/people.avsc', 'docker-compose.yml', 'worker.yaml'])
      assert.ok(stderr.includes(`wrote ${file}`) && existsSync(join(folder, file)), file)
    const connector = parse(readFileSync(join(folder, 'connectors/people.yaml'), 'utf8')) as Record<string, unknown>
    assert.equal(connector['key'], 'id')
    assert.deepEqual(connector['value'], { format: 'avro', schema: '../schemas/people.avsc' })
    const valid = await genesisIn(folder, ['validate', '--worker', 'worker.yaml'])
    assert.deepEqual([valid.status, valid.stderr], [0, ''])
    const commands = stderr.split('\n').filter((line) => line.startsWith('  '))
    assert.deepEqual(commands, [
      '  genesis stream models/people.json --max-records 5',
      '  docker compose up -d --wait',
      '  genesis run connectors --worker worker.yaml',
      '  genesis verify connectors/people.yaml --worker worker.yaml',
    ])
  })

  test('in an empty folder starts with the example of the package', async () => {
    const folder = fresh()
    const { status, stderr } = await genesisIn(folder, ['init'])
    assert.equal(status, 0, stderr)
    assert.match(stderr, /no table here, so using an example/)
    assert.equal((await genesisIn(folder, ['validate', '--worker', 'worker.yaml'])).status, 0)
    const text = readFileSync(join(folder, 'connectors/customers.yaml'), 'utf8').replace('# conditions', 'conditions')
    writeFileSync(join(folder, 'connectors/customers.yaml'), text)
    assert.ok('conditions' in (parse(text) as object))
    assert.equal((await genesisIn(folder, ['validate', '--worker', 'worker.yaml'])).status, 0)
  })

  test('takes an Avro schema for the model and the schema', async () => {
    const folder = fresh()
    cpSync(shipped('schemas/customer.avsc'), join(folder, 'customer.avsc'))
    const { status, stderr } = await genesisIn(folder, ['init', 'customer.avsc', '--dir', 'feed', '--name', 'people'])
    assert.equal(status, 0, stderr)
    const { model, value } = parse(readFileSync(join(folder, 'feed/connectors/people.yaml'), 'utf8')) as {
      model: string
      value: object
    }
    assert.equal(model, '../../customer.avsc')
    assert.deepEqual(value, { format: 'avro', schema: '../../customer.avsc' })
    assert.equal((await genesisIn(folder, ['validate', 'feed/connectors', '--worker', 'feed/worker.yaml'])).status, 0)
  })

  test('declares the columns of a list, as their names or the list say, and says what it guessed', async () => {
    const folder = fresh()
    const list = 'id, email, price, plan:free|paid, age:18..90, weight:0.5..2.50, seen:date, zork'
    const { status, stderr } = await genesisIn(folder, ['init', '--columns', list, '--name', 'orders'])
    assert.equal(status, 0, stderr)
    assert.match(stderr, /^note: guessed from their names: id, email, price; change them in models\/orders\.yaml$/m)
    assert.match(stderr, /^note: of zork the name says nothing: random letters; say what they hold in /m)
    const { columns } = parse(readFileSync(join(folder, 'models/orders.yaml'), 'utf8')) as { columns: object }
    assert.deepEqual(columns, {
      id: { kind: 'sequence' },
      email: { kind: 'email' },
      price: { distribution: 'log-normal', median: 20, spread: 2, min: 1, max: 1000, scale: 2 },
      plan: { values: ['free', 'paid'] },
      age: { kind: 'integer', min: 18, max: 90 },
      weight: { kind: 'decimal', min: 0.5, max: 2.5, scale: 2 },
      seen: { kind: 'date', min: '2024-01-01', max: '2025-12-31' },
      zork: { regex: '[a-z]{8,15}' },
    })
    const connector = parse(readFileSync(join(folder, 'connectors/orders.yaml'), 'utf8')) as Record<string, unknown>
    assert.equal(connector['key'], 'id')
    const valid = await genesisIn(folder, ['validate', '--worker', 'worker.yaml'])
    assert.deepEqual([valid.status, valid.stderr], [0, ''])
  })

  test('every kind and every name that it knows makes a column that a model takes', async (t) => {
    const names = readFileSync(shipped('src/cli/init/wish-list.ts'), 'utf8')
    const suggested = [...names.matchAll(/^ {2}\[\n? *\/(.+)\/,/gm)].map(([, source]) => new RegExp(source))
    const words = [
      ...'id guid email first_name last_name user_name vendor product job city country_code country state mac ip'.split(
        ' ',
      ),
      ...'street phone name currency language gender color url status comment birthday date paid_at is_paid price'.split(
        ' ',
      ),
      ...'salary age qty rating percent temperature lat lon user_id'.split(' '),
    ]
    const unseen = suggested.filter((one) => !words.some((word) => one.test(word)))
    assert.deepEqual([suggested.length > 30, unseen], [true, []])
    const known = Object.keys(kinds).map((kind) => `k_${kind}:${kind}`)
    const others = ['int', 'bool', 'float', 'money', 'datetime', 'clock', 'uuid', 'string'].map(
      (one) => `t_${one}:${one}`,
    )
    const columns = wishedColumns([...words, ...known, ...others].join(','))
    const path = join(await folderWith(t, { 'a.yaml': declarationText('a', columns) }), 'a.yaml')
    const model = await loadModel(path)
    assert.equal(model.columns.filter(({ hidden }) => hidden !== true).length, columns.length)
  })

  test('takes a declaration where it is', async () => {
    const folder = fresh()
    writeFileSync(join(folder, 'mine.yaml'), 'name: mine\ncolumns: { n: { kind: sequence } }\n')
    const { status, stderr } = await genesisIn(folder, ['init', 'mine.yaml'])
    assert.equal(status, 0, stderr)
    assert.match(readFileSync(join(folder, 'connectors/mine.yaml'), 'utf8'), /^model: \.\.\/mine\.yaml$/m)
    assert.equal((await genesisIn(folder, ['validate', '--worker', 'worker.yaml'])).status, 0)
  })

  test('overwrites nothing, and keeps away from a Compose file that is there', async () => {
    const folder = fresh()
    writeFileSync(join(folder, 'compose.yaml'), 'mine')
    const first = await genesisIn(folder, ['init'])
    assert.match(first.stderr, / {2}docker compose -f docker-compose\.kafka\.yml up -d --wait\n/)
    assert.equal(readFileSync(join(folder, 'compose.yaml'), 'utf8'), 'mine')
    const again = await genesisIn(folder, ['init'])
    assert.equal(again.status, 2)
    assert.match(again.stderr, /connectors\/customers\.yaml: the file already exists/)
    const second = await genesisIn(folder, ['init', '--name', 'others'])
    assert.equal(second.status, 0, second.stderr)
    assert.match(second.stderr, /^unchanged: worker\.yaml$/m)
  })

  test('on brokers of the environment writes no Compose file, and JSON where there is no registry', async () => {
    const folder = fresh()
    const { stderr } = await genesisIn(folder, ['init'], { KAFKA_BROKERS: 'kafka:9092' })
    assert.deepEqual(readdirSync(folder).sort(), ['connectors', 'models', 'schemas'])
    assert.match(readFileSync(join(folder, 'connectors/customers.yaml'), 'utf8'), /^value: \{ format: json \}$/m)
    assert.match(stderr, / {2}genesis run connectors\n/)
  })

  const mistakes: Readonly<Record<string, readonly [args: readonly string[], message: RegExp]>> = {
    'two tables and no choice': [[], /more than one table in this folder; found a\.csv, b\.csv; expected one of them/],
    'a file that is not there': [['c.csv'], /c\.csv: the source cannot be read; found no such file/],
    'a name that is none': [
      ['a.csv', '--name', 'a b'],
      /--name: not a valid name for a connector and its topic; found a b/,
    ],
    'a source and columns': [
      ['a.csv', '--columns', 'x'],
      /--columns: either a source or columns; found the source a\.csv/,
    ],
    'a kind that is none': [
      ['--columns', 'x:dcimal'],
      /--columns x: an unknown kind of column; found dcimal; expected decimal, perhaps/,
    ],
    'a name of a column that is none': [
      ['--columns', 'First Name'],
      /found First Name; expected .*; perhaps first_name/,
    ],
    'a column named twice': [['--columns', 'a, a'], /a column is named twice; found a/],
    'a file of columns': [
      ['--columns', 'a.yaml'],
      /a file instead of a list; found a\.yaml; expected a list; genesis init a\.yaml/,
    ],
  }
  for (const [what, [args, message]] of Object.entries(mistakes))
    test(`refuses ${what}, and leaves nothing behind`, async () => {
      const folder = fresh()
      for (const name of ['a.csv', 'b.csv']) writeTable(join(folder, name))
      const { status, stderr } = await genesisIn(folder, ['init', ...args])
      assert.equal(status, 2)
      assert.match(stderr, message)
      assert.deepEqual(readdirSync(folder).sort(), ['a.csv', 'b.csv'])
    })
})

test('a port that is taken is passed over, in the Compose file too', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as { port: number }
  const free = await firstFreePort([port, 0])
  assert.equal(free, 0)
  const text = composeText(readFileSync(shipped('docker-compose.yml'), 'utf8'), {
    kafkaPort: 19092,
    registryPort: 8081,
  })
  const { services } = parse(text) as { services: Record<string, { ports: string[]; environment: object }> }
  assert.deepEqual(Object.keys(services), ['kafka', 'registry'])
  assert.deepEqual(services['kafka'].ports, ['127.0.0.1:${KAFKA_PORT:-19092}:9092'])
  assert.match(JSON.stringify(services['kafka'].environment), /127\.0\.0\.1:\$\{KAFKA_PORT:-19092\}/)
})
