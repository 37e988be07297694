import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folderWith } from '../config/folder.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const model = join(root, 'models/customers.json')

interface Loaded {
  readonly status: number | null
  /** This program's modules, on all threads, relative to `dist`. */
  readonly modules: ReadonlySet<string>
  /** The packages imported, in order of name. */
  readonly packages: readonly string[]
}

const inline = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`
const hooks = inline(`import { writeSync } from 'node:fs'
  export async function resolve(specifier, context, next) {
    const found = await next(specifier, context)
    writeSync(2, found.url + '\\n')
    return found
  }`)
const register = inline(`import { register } from 'node:module'; register(${JSON.stringify(hooks)})`)

const program = join(root, 'dist/cli/main.js')

/** Runs the program, or another, and says what it has loaded. */
async function loadedBy(args: readonly string[], env: NodeJS.ProcessEnv = {}, file = program): Promise<Loaded> {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], ...env, NODE_OPTIONS: `--import=${register}` },
  })
  let urls = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (urls += text))
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const modules = new Set([...urls.matchAll(/\/dist\/((?!.*node_modules).*\.js)$/gm)].map(([, path]) => path))
  const packages = new Set([...urls.matchAll(/\/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)/g)].map(([, name]) => name))
  return { status, modules, packages: [...packages].sort() }
}

const foldersOf = ({ modules }: Loaded): string[] => [...new Set([...modules].map((path) => path.split('/')[0]))].sort()

// Each module takes about half a millisecond, and some libraries as long as a hundred of them.
describe('before it does anything, the program loads', () => {
  it('next to nothing to print its version', async () => {
    const { status, modules, packages } = await loadedBy(['--version'])
    assert.deepEqual(
      [status, [...modules].sort(), packages],
      [0, ['cli/main.js', 'cli/program.js', 'cli/report.js', 'cli/small-heaps.js', 'errors.js'], ['commander']],
    )
  })

  it('no more than the lines of a trained model need', async () => {
    const { status, modules, packages } = await loadedBy(['stream', model, '--max-records', '1'])
    assert.deepEqual([status, packages], [0, ['commander', 'convict']])
    assert.ok(modules.size <= 195, `${modules.size} modules`)
    const unneeded =
      /^(model\/(declared|lives|schemas\/json)|kafka|herder|encode\/(avro|json-schema|registry)|config\/(connect-|datagen)|pacing\/create)/
    assert.deepEqual(
      [...modules].filter((path) => unneeded.test(path)),
      [],
    )
  })

  it('its configuration alone before a task thread is started', async () => {
    const loaded = await loadedBy(['run', '--help'])
    assert.deepEqual([loaded.status, loaded.packages], [0, ['commander', 'convict']])
    assert.deepEqual(foldersOf(loaded), ['cli', 'config', 'errors.js', 'runtime', 'sink'])
    assert.ok(!loaded.modules.has('cli/host.js'))
  })

  it('neither models nor encoders on the main thread of a worker', async () => {
    const { status, modules, packages } = await loadedBy([], {}, join(root, 'dist/cli/host.js'))
    assert.deepEqual([status, packages], [0, ['convict', 'pino']])
    assert.ok(modules.size <= 130, `${modules.size} modules`)
    assert.deepEqual(
      [...modules].filter((path) => /^(encode|model)/.test(path)),
      ['model/model-files.js', 'model/artifact.js', 'model/schemas/proto-path.js'],
    )
  })

  it("no Kafka library for a file, and only the client's own for a topic", async (t) => {
    const errors = { policy: 'stop' }
    const connector = { model, value: { format: 'json' }, throughput: { max_records: 1 }, errors }
    const folder = await folderWith(t, {
      'file.json': JSON.stringify({ ...connector, name: 'f', value: {}, sink: { type: 'file', path: 'f.json' } }),
      'topic.json': JSON.stringify({ ...connector, name: 't', topic: 't' }),
    })
    const run = (file: string): Promise<Loaded> =>
      loadedBy(['run', join(folder, file)], { KAFKA_BROKERS: '127.0.0.1:1' })
    const [toFile, toTopic] = await Promise.all([run('file.json'), run('topic.json')])
    assert.deepEqual([toFile.status, toTopic.status], [0, 1])
    const kafka = ({ packages }: Loaded): string[] => packages.filter((name) => name.includes('kafka'))
    assert.deepEqual([kafka(toFile), kafka(toTopic)], [[], ['@platformatic/kafka']])
  })
})
