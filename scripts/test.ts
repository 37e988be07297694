/**
 * Runs the tests against a real broker and registry: `node build/scripts/test.js [folder or file of test/ …]`,
 * for example `unit`, `integration/cli`. Without arguments: everything. Exits with the tests' status.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { untilInterrupted } from './interrupt.js'
import { needsBroker } from './needs-broker.js'
import { Progress } from './progress.js'
import { runTests } from './run-tests.js'
import { climb, whatToInstall } from './stack/ladder.js'
import { asVariables } from './stack/stack.js'

const tests = fileURLToPath(new URL('../test/', import.meta.url))

async function filesOf(names: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const name of names.length === 0 ? ['.'] : names) {
    const path = join(tests, name.replace(/^test\//, '').replace(/\.ts$/, '.js'))
    const found = (await stat(path)).isDirectory() ? await readdir(path, { recursive: true }) : ['']
    files.push(...found.map((file) => join(path, file)).filter((file) => file.endsWith('.test.js')))
  }
  return files.sort()
}

const signal = untilInterrupted()
const progress = new Progress(process.stderr)

async function main(): Promise<number> {
  const names = process.argv.slice(2)
  const files = await filesOf(names)
  if (files.length === 0) throw new Error(`no tests in ${names.join(', ')}`)
  const needs = (await Promise.all(files.map((file) => needsBroker(file)))).includes(true)
  const stack = needs ? await climb({ docker: 'testcontainers', signal, progress }) : undefined
  if (stack === null) {
    progress.say(`The tests need a Kafka broker. ${whatToInstall}`)
    return 1
  }
  try {
    if (stack !== undefined) progress.say(`Kafka: ${stack.origin}`)
    const env = { ...process.env, ...(stack && asVariables(stack)) }
    return await runTests({ tests, files, env, signal, say: (line) => progress.say(line) })
  } finally {
    if (stack !== undefined) await progress.during('removing Kafka and the registry', () => stack.stop())
  }
}

main().then(
  (status) => {
    process.exitCode = signal.aborted ? 130 : status
  },
  (error: unknown) => {
    if (!signal.aborted) progress.say(error instanceof Error ? error.message : String(error))
    process.exitCode = signal.aborted ? 130 : 1
  },
)
