import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { shipped } from '../support/genesis.js'

const run = promisify(execFile)
const modules = shipped('node_modules')

/** A project that has the packed package, and nothing else of this checkout but its dependencies. */
let project = ''

before(async () => {
  project = await mkdtemp(join(tmpdir(), 'genesis-package-'))
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', project], { cwd: shipped('.') })
  const [tarball] = (await readdir(project)).filter((name) => name.endsWith('.tgz'))
  await run('tar', ['-xzf', tarball], { cwd: project })
  // Installed without a network: the dependencies are those of this checkout.
  await mkdir(join(project, 'node_modules'))
  for (const entry of await readdir(modules)) {
    if (!entry.startsWith('.') && entry !== 'genesis-connect') {
      await symlink(join(modules, entry), join(project, 'node_modules', entry))
    }
  }
  await run('mv', [join(project, 'package'), join(project, 'node_modules', 'genesis-connect')])
})

after(() => rm(project, { recursive: true, force: true }))

async function node(file: string, text: string): Promise<string> {
  await writeFile(join(project, file), text)
  return (await run(process.execPath, [file], { cwd: project })).stdout
}

const body = `
const generator = await SyntheticGenerator.load('node_modules/genesis-connect/models/customers.json')
let records = 0
for await (const batch of new StreamingGenerator(generator).stream({ maxRecords: 250 })) records += batch.length
console.log(records)
`

describe('the packed package', () => {
  test('is used from ESM', async () => {
    const text = `import { StreamingGenerator, SyntheticGenerator } from 'genesis-connect'\n${body}`
    assert.equal(await node('esm.mjs', text), '250\n')
  })

  test('is used from CommonJS by dynamic import', async () => {
    const text = `(async () => {\nconst { StreamingGenerator, SyntheticGenerator } = await import('genesis-connect')\n${body}})()`
    assert.equal(await node('common.cjs', text), '250\n')
  })

  test('has types that a strict TypeScript project compiles against', async () => {
    const options = { module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022', strict: true, noEmit: true }
    const tsconfig = { compilerOptions: { ...options, types: ['node'] }, files: ['typed.ts', 'wrong.ts'] }
    await writeFile(join(project, 'package.json'), '{ "type": "module" }')
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(tsconfig))
    await writeFile(
      join(project, 'typed.ts'),
      `import { KafkaPublisher, StreamingError, StreamingGenerator, StreamingMetrics, SyntheticGenerator } from 'genesis-connect'
import { WebSocketPublisher, WebSocketServerPublisher } from 'genesis-connect'
import type { Batch, ErrorCode, Publisher, StreamInfo } from 'genesis-connect'
interface Customer { readonly id: number; readonly segment: 'basic' | 'standard' | 'premium' }
const generator = await SyntheticGenerator.load<Customer>('m.json')
const streamer = new StreamingGenerator(generator, { bufferSize: 10, onBufferFull: 'drop', dropOldest: true })
for await (const batch of streamer.stream({ conditions: { segment: 'premium' } })) {
  for (const { id } of batch) id.toFixed()
}
class Mine implements Publisher<Customer> {
  open(stream: StreamInfo): void { stream.columns.map(({ name }) => name.length) }
  publish(batch: Batch<Customer>): void { batch.toJSON()[0]?.segment.length }
}
const metrics: StreamingMetrics = await streamer.streamTo(new Mine(), { rateLimit: 1 })
const kafka = new KafkaPublisher({ bootstrapServers: ['a:1'], topic: 't' })
await streamer.streamTo(kafka, { adaptiveRate: true })
await streamer.streamTo([kafka, new Mine(), new WebSocketPublisher({ uri: 'ws://a:1' })])
await streamer.streamTo(new WebSocketServerPublisher({ port: 0, generator }))
await new StreamingGenerator(await SyntheticGenerator.load('m.json')).streamTo(kafka)
const code: ErrorCode = new StreamingError('SINK_FAILED', String(metrics.averageRate)).code
export { code }
`,
    )
    await writeFile(
      join(project, 'wrong.ts'),
      `import { StreamingGenerator, SyntheticGenerator } from 'genesis-connect'
const streamer = new StreamingGenerator(await SyntheticGenerator.load<{ id: number }>('m.json'))
// @ts-expect-error: not an option
streamer.stream({ batchsize: 10 })
for await (const batch of streamer.stream()) {
  // @ts-expect-error: not a column
  for (const { name } of batch) name.length
}
`,
    )
    const compiler = join(modules, 'typescript', 'bin', 'tsc')
    const { stdout } = await run(process.execPath, [compiler, '-p', '.'], { cwd: project }).catch(
      (error: { stdout: string }) => error,
    )
    assert.equal(stdout, '')
  })

  test('exports what the documentation names, and nothing besides', async () => {
    const names = await node('names.mjs', "console.log(Object.keys(await import('genesis-connect')).sort().join())")
    assert.deepEqual(names.trim().split(','), [
      'KafkaPublisher',
      'RetryPolicy',
      'StreamingError',
      'StreamingGenerator',
      'StreamingMetrics',
      'SyntheticGenerator',
      'WebSocketPublisher',
      'WebSocketServerPublisher',
    ])
    await assert.rejects(
      node('inside.mjs', "await import('genesis-connect/dist/errors.js')"),
      /ERR_PACKAGE_PATH_NOT_EXPORTED/,
    )
  })

  test('has the program', async () => {
    const program = join(project, 'node_modules', 'genesis-connect', 'dist', 'cli', 'main.js')
    const model = 'node_modules/genesis-connect/models/customers.json'
    const { stdout } = await run(process.execPath, [program, 'stream', model, '--max-records', '3'], { cwd: project })
    assert.equal(stdout.trimEnd().split('\n').length, 3)
  })
})
