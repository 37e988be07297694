import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { shipped } from '../support/genesis.js'
import { projectWithPackage, run } from '../support/packed-package.js'

let project = ''

before(async () => {
  project = await projectWithPackage('@types/node', 'undici-types')
  await writeFile(join(project, 'package.json'), '{ "type": "module" }')
  await writeFile(join(project, 'typed.ts'), typed)
  await writeFile(join(project, 'wrong.ts'), wrong)
})

after(() => rm(project, { recursive: true, force: true }))

const typed = `import { KafkaPublisher, StreamingError, StreamingGenerator, StreamingMetrics, SyntheticGenerator } from 'genesis-connect'
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
`

const wrong = `import { StreamingGenerator, SyntheticGenerator } from 'genesis-connect'
const streamer = new StreamingGenerator(await SyntheticGenerator.load<{ id: number }>('m.json'))
// @ts-expect-error: not an option
streamer.stream({ batchsize: 10 })
for await (const batch of streamer.stream()) {
  // @ts-expect-error: not a column
  for (const { name } of batch) name.length
}
`

/** What a project may set; the types of every package are checked. */
const strict = {
  target: 'es2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  types: ['node'],
}

const resolutions = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
]
const compilers = ['typescript', 'typescript-5']

/** Each compiler and each resolution; with LONG, as `make outages` sets it, each with each. */
const pairs = compilers.flatMap((compiler, one) =>
  resolutions
    .filter((_, other) => other === one || process.env.LONG !== undefined)
    .map((resolution) => ({ compiler, resolution })),
)

describe('a strict TypeScript project compiles against the packed package', () => {
  for (const { compiler, resolution } of pairs) {
    test(`${compiler}, moduleResolution ${resolution.moduleResolution}`, async () => {
      const tsconfig = join(project, `tsconfig.${compiler}.${resolution.moduleResolution}.json`)
      const options = { compilerOptions: { ...strict, ...resolution }, files: ['typed.ts', 'wrong.ts'] }
      await writeFile(tsconfig, JSON.stringify(options))
      const tsc = shipped(`node_modules/${compiler}/bin/tsc`)
      const { stdout } = await run(process.execPath, [tsc, '-p', tsconfig], { cwd: project }).catch(
        (error: { stdout: string }) => error,
      )
      assert.equal(stdout, '')
    })
  }
})
