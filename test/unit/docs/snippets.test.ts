/** Every block of code in the documentation is looked at: here, or in the test that is named for it. */
import assert from 'node:assert/strict'
import { access, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { CommanderError } from 'commander'
import { parse } from 'yaml'
import { genesisProgram } from '#src/cli/program.js'
import { check } from '#src/config/check.js'
import { isObject } from '#src/config/is-object.js'
import { plainSource, readSources } from '#src/config/source.js'
import { loadWorker } from '#src/config/worker-file.js'
import { workerSchema } from '#src/config/worker-schema.js'
import { ModelCache } from '#src/connector/model-cache.js'
import { checkRaw } from '#src/herder/hosted-connector.js'
import type { RawConfig } from '#src/config/raw-connector.js'
import { commandsIn, docBlocks, genesisArguments, type DocBlock } from '../../support/doc-blocks.js'
import { shipped } from '../../support/genesis.js'
import { folderWith } from '../config/folder.js'

const blocks = await docBlocks()
const commands = blocks.filter(({ language }) => language === 'sh' || language === 'console').flatMap(commandsIn)

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

test('every block of the documentation has a language that is looked at, or is output', () => {
  const lookedAt = ['sh', 'console', 'yaml', 'json', 'ts']
  // Without a language, or as text: what is printed.
  const others = blocks.filter(({ language }) => !['', 'text', ...lookedAt].includes(language))
  assert.deepEqual(
    others.map(({ page, language }) => `${page} ${language}`).filter((block) => !(block in elsewhere)),
    [],
  )
})

describe('commands in the documentation', () => {
  test('of genesis have arguments and options that it takes', async () => {
    const own = commands.flatMap((command) => {
      const args = genesisArguments(command)
      return args === null ? [] : [args]
    })
    assert.ok(own.length > 30)
    for (const args of own) {
      const parsed = await genesisProgram()
      let ran = false
      for (const command of parsed.commands) command.action(() => void (ran = true)).exitOverride()
      parsed.configureOutput({ writeErr: () => undefined })
      for (const command of parsed.commands) command.configureOutput({ writeErr: () => undefined })
      try {
        await parsed.parseAsync(['node', 'genesis', ...args])
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error
        assert.fail(`genesis ${args.join(' ')}: ${error.message}`)
      }
      assert.ok(ran, args.join(' '))
    }
  })

  test('of make and node name targets and files that exist', async () => {
    const makefile = await readFile(shipped('Makefile'), 'utf8')
    for (const { words, page } of commands) {
      const [name, ...rest] = words
      const what = `${page}: ${words.join(' ')}`
      if (name === 'make') assert.match(makefile, new RegExp(`^${rest[0]}:`, 'm'), what)
      if (name !== 'node') continue
      const script = rest.find((word) => !word.startsWith('--')) ?? ''
      assert.ok(await isThere(shipped(script.replace(/^build\//, '').replace(/\.js$/, '.ts'))), what)
      if (!script.endsWith('scripts/test.js')) continue
      for (const path of rest.slice(rest.indexOf(script) + 1)) assert.ok(await isThere(shipped(`test/${path}`)), what)
    }
  })

  test('that create connectors by curl send what a worker takes', async () => {
    const sent = commands.filter(({ words }) => words[0] === 'curl' && words.includes('-d'))
    assert.ok(sent.length >= 2)
    for (const { words } of sent) {
      const body = JSON.parse(words[words.indexOf('-d') + 1]) as { name: string; config: RawConfig }
      assert.deepEqual(await errorsOf(body.name, body.config), [], words.join(' '))
    }
  })

  test('are of programs that are known here', () => {
    const others: Readonly<Record<string, string>> = {
      make: 'above',
      node: 'above',
      curl: 'above, integration/rest',
      npm: 'the package names, below',
      npx: 'typescript of this checkout',
      docker: 'unit/deploy/image, integration/ladder',
      helm: 'unit/deploy/chart',
      kubectl: 'unit/deploy/kubernetes',
      $acls: 'integration/kafka-security',
    }
    const unknown = commands.filter((one) => genesisArguments(one) === null && !(one.words[0] in others))
    assert.deepEqual(
      unknown.map(({ page, words }) => `${page}: ${words.join(' ')}`),
      [],
    )
  })

  test('that install packages name those of package.json', async () => {
    const { peerDependencies } = JSON.parse(await readFile(shipped('package.json'), 'utf8')) as {
      peerDependencies: Record<string, string>
    }
    const installed = commands.filter(({ words }) => words[0] === 'npm' && words[1] === 'install')
    assert.ok(installed.length >= 2)
    for (const { words } of installed)
      for (const name of words.slice(2)) assert.ok(name in peerDependencies, `npm install ${name}`)
  })
})

const anyWorker = await loadWorker(null, { SCHEMA_REGISTRY_URL: 'http://registry:8081' })

async function errorsOf(name: string, config: RawConfig): Promise<readonly string[]> {
  const worker = {
    ...anyWorker,
    rest: {
      models: shipped('models'),
      schemas: shipped('schemas'),
      files: null,
      secrets: null,
      variables: null,
    },
  }
  const { errors } = await checkRaw({ name, config, file: null }, { worker, env: {}, models: new ModelCache() })
  return errors.map(({ message }) => message)
}

/** Blocks that other tests look at, or that are no input: by page and language. */
const elsewhere: Readonly<Record<string, string>> = {
  'docs/security.md yaml': 'unit/docs/security',
  'docs/fit.md yaml': 'unit/fit/columns-file, unit/fit/stated-relations',
  'docs/declared.md yaml': 'unit/model/declared/docs',
  'docs/lives.md yaml': 'unit/model/declared/docs',
  'docs/lives.md json': 'unit/model/declared/docs',
  'docs/formats.md yaml': 'unit/model/declared/docs',
  'docs/schemas.md json': 'unit/model/declared/docs',
  'docs/security.md json': 'a line of a log',
  'docs/websocket.md js': 'integration/websocket-server sends the same fields',
  'deploy/chart/README.md dockerfile': "an image of the reader's, from this one",
}

/** What a part of a connector's file stands beside. */
const base = { name: 'a', model: '../models/customers.json', topic: 't' }
/** Where the file is that a page shows. */
const folders: Readonly<Record<string, string>> = {
  'docs/fan-out.md': 'examples',
  'docs/references.md': 'examples/orders',
}
/** What only the readers of a page have, by the number of its block. */
async function readersFiles(t: TestContext): Promise<Readonly<Record<string, object>>> {
  const schema = blocks.find(({ page, language }) => page === 'docs/schemas.md' && language === 'json')?.text ?? ''
  const columns =
    "host: { kind: ip }, line: { derive: '{host} GET /' }, customer_id: { kind: sequence }, order_id: { kind: sequence }"
  const folder = await folderWith(t, {
    'pageview.avsc': schema,
    'other.yaml': `name: other\ncolumns: { ${columns} }\n`,
  })
  const orders = { model: '../models/orders.json' }
  return {
    'docs/avro.md 1': { model: join(folder, 'other.yaml') },
    'docs/avro.md 2': { model: join(folder, 'other.yaml') },
    'docs/kafka.md 2': orders,
    'docs/schemas.md 0': { value: { format: 'avro', schema: join(folder, 'pageview.avsc') } },
  }
}

/** The documents of a block, as the program reads them. */
async function documentsOf(t: TestContext, block: DocBlock): Promise<Given[]> {
  const folder = await folderWith(t, { 'page.yaml': block.text })
  const number = blocks.filter(({ page, language }) => page === block.page && language === 'yaml').indexOf(block)
  const sources = await readSources(join(folder, 'page.yaml'))
  return sources.map(({ value }) => ({ block, place: `${block.page} ${number}`, given: value as Given['given'] }))
}

interface Given {
  readonly block: DocBlock
  readonly place: string
  readonly given: Readonly<Record<string, unknown>>
}

describe('configurations in the documentation', () => {
  const yaml = blocks.filter(({ language, page }) => language === 'yaml' && !(`${page} yaml` in elsewhere))
  const isWorker = ({ given }: Given): boolean => 'group' in given || 'kafka' in given
  const isOfChart = ({ block }: Given): boolean => block.page.startsWith('deploy/')
  const all = async (t: TestContext, is: (one: Given) => boolean): Promise<Given[]> =>
    (await Promise.all(yaml.map((block) => documentsOf(t, block)))).flat().filter(is)

  test('of connectors are valid, parts of them beside what every connector has', async (t) => {
    const [own, ofReaders] = [await all(t, (one) => !isWorker(one) && !isOfChart(one)), await readersFiles(t)]
    assert.ok(own.length >= 14, `${own.length}`)
    const wrong: string[] = []
    for (const { block, place, given } of own) {
      const part = { value: { format: 'json' }, ...base }
      const config = { ...('name' in given ? {} : part), ...given, ...ofReaders[place] } as RawConfig
      const file = join(shipped(folders[block.page] ?? 'connectors'), 'page.yaml')
      const raw = { name: String(config['name']), config, file }
      const { errors } = await checkRaw(raw, { worker: anyWorker, env: {}, models: new ModelCache() })
      wrong.push(...errors.map(({ message }) => `${place}: ${message}`))
    }
    assert.deepEqual(wrong, [])
  })

  test('of workers are valid', async (t) => {
    const own = await all(t, isWorker)
    assert.ok(own.length >= 2)
    for (const { block, given } of own) {
      const text = JSON.stringify(given).replaceAll(/\$\{[^}]+\}/g, 'resolved')
      const { errors } = check(workerSchema, plainSource(JSON.parse(text), block.page), { env: {}, folder: '/' })
      assert.deepEqual(errors, [], block.text)
    }
  })

  test("of the chart have the keys of its values; Confluent's resource has a connector's", async (t) => {
    const own = await all(t, isOfChart)
    const values: unknown = parse(await readFile(shipped('deploy/chart/values.yaml'), 'utf8'))
    assert.ok(isObject(values) && own.length >= 4)
    for (const { given } of own) {
      const { spec, rules } = given
      // unit/deploy/chart reads it.
      if (rules !== undefined) continue
      if (!isObject(spec)) {
        for (const key of Object.keys(given)) assert.ok(key in values || key === 'http', key)
        continue
      }
      const config = { ...(spec['configs'] as RawConfig), 'connector.class': String(spec['class']) }
      const model = { model: 'customers.json', 'value.format': 'json' }
      assert.deepEqual(await errorsOf('shop', { ...config, ...model, 'tasks.max': String(spec['taskMax']) }), [])
    }
  })

  test('in JSON are conditions that the model of the page takes, or schemas', async () => {
    const json = blocks.filter(({ language, page }) => language === 'json' && !(`${page} json` in elsewhere))
    assert.deepEqual(
      json.map(({ page }) => basename(page)),
      ['avro.md', 'conditions.md', 'conditions.md'],
    )
    const [schema, ...conditions] = json.map(({ text }) => JSON.parse(text) as RawConfig)
    assert.deepEqual(
      await errorsOf('a', {
        'connector.class': 'GenesisSource',
        topic: 't',
        'value.format': 'avro',
        'value.schema': JSON.stringify(schema),
      }),
      [],
    )
    for (const one of conditions)
      assert.deepEqual(
        await errorsOf('a', {
          'connector.class': 'GenesisSource',
          model: 'customers.json',
          topic: 't',
          'value.format': 'json',
          conditions: JSON.stringify(one),
        }),
        [],
      )
  })
})
