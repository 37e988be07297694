/**
 * Runs the tests against a real broker and registry: `node build/scripts/test.js [folder or file of test/ …]`,
 * for example `unit`, `integration/cli`. Without arguments: everything. Exits with the tests' status.
 */
import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { untilInterrupted } from './interrupt.js'
import { needsBroker } from './needs-broker.js'
import { Progress } from './progress.js'
import { climb, whatToInstall } from './stack/ladder.js'
import { asVariables } from './stack/stack.js'

/** One more than there are cores: broker tests spend much of their time waiting. */
const concurrency = availableParallelism() + 1

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
    return await runTests(files, { ...process.env, ...(stack && asVariables(stack)) }, signal)
  } finally {
    if (stack !== undefined) await progress.during('removing Kafka and the registry', () => stack.stop())
  }
}

function runTests(files: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const args = [
      '--test',
      `--test-concurrency=${concurrency}`,
      '--test-timeout=300000',
      '--test-reporter=spec',
      ...files,
    ]
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
    signal.addEventListener('abort', () => child.kill('SIGTERM'))
    child.once('error', reject)
    child.once('exit', (status) => resolve(status ?? 1))
  })
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
