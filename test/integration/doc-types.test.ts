/** The TypeScript of the documentation, checked by the compiler against the library's own types. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import * as library from '#src/index.js'
import { docBlocks } from '../support/doc-blocks.js'
import { shipped } from '../support/genesis.js'

/** What the pages speak of around their blocks. */
const around = `
import { ${Object.keys(library).join(', ')} } from 'genesis-connect'
declare const generator: SyntheticGenerator
declare const customers: SyntheticGenerator
declare const streamer: StreamingGenerator
declare const publisher: KafkaPublisher
declare const kafkaPublisher: KafkaPublisher
declare const filePublisher: WebSocketPublisher
declare const save: (rows: unknown) => Promise<void>
declare const bootstrapServers: string, topic: string, schema: object
`

/** Lines of options, one call each. */
function calls(block: string): string {
  const options = block.split('\n').flatMap((line) => /^(\{.*\})(?:\s*\/\/.*)?$/.exec(line)?.[1] ?? [])
  return options.map((one) => `streamer.stream(${one.replace('…', "type: 'sine', periodSeconds: 60")})`).join('\n')
}

function sourceOf(block: string): string {
  if (block.startsWith('import ')) return block
  const body = block.startsWith('{') ? calls(block) : block
  return `${around}export async function page() {\n${body}\n}\n`
}

test('every block of TypeScript in the documentation compiles', async () => {
  const blocks = (await docBlocks()).filter(({ language }) => language === 'ts')
  assert.ok(blocks.length >= 16)
  const sources = new Map(
    blocks.map(({ page, text }, at) => [join(shipped('.'), `${page.replaceAll('/', '-')}-${at}.ts`), sourceOf(text)]),
  )
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ['node'],
    paths: { 'genesis-connect': [shipped('dist/index.d.ts')] },
  }
  const host = ts.createCompilerHost(options)
  const [getSourceFile, fileExists] = [host.getSourceFile.bind(host), host.fileExists.bind(host)]
  host.fileExists = (name) => sources.has(name) || fileExists(name)
  host.getSourceFile = (name, ...rest) => {
    const text = sources.get(name)
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)
  }
  const compiled = ts.createProgram([...sources.keys()], options, host)
  const wrong = ts.getPreEmitDiagnostics(compiled).map(({ file, start = 0, messageText }) => {
    const line = file?.text.slice(0, start).split('\n').length ?? 0
    return `${file?.fileName} ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}\n${file?.text.split('\n')[line - 1]}`
  })
  assert.deepEqual(wrong, [])
})
