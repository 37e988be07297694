/**
 * Runs the tests against a real broker and registry: `node build/scripts/test.js [folder or file of test/ …]`,
 * for example `unit`, `integration/cli`. Without arguments: everything. Its exit status is the tests'.
 */
import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { untilInterrupted } from './interrupt.js'
import { climb } from './stack/ladder.js'

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

async function main(): Promise<number> {
  const names = process.argv.slice(2)
  const files = await filesOf(names)
  if (files.length === 0) throw new Error(`no tests in ${names.join(', ')}`)
  const signal = untilInterrupted()
  const say = (line: string): void => console.error(line)
  const needsStack = files.some((file) => !file.startsWith(join(tests, 'unit')))
  const stack = needsStack ? await climb({ docker: 'testcontainers', signal, say }) : undefined
  if (stack === null) {
    say(
      'The tests need a Kafka broker: install Docker, or Java 17 with Maven; or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL.',
    )
    return 1
  }
  try {
    if (stack !== undefined) say(`Kafka: ${stack.origin}`)
    const env = stack === undefined ? {} : { KAFKA_BROKERS: stack.brokers, SCHEMA_REGISTRY_URL: stack.registryUrl }
    return await runTests(files, { ...process.env, ...env }, signal)
  } finally {
    await stack?.stop()
  }
}

function runTests(files: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const args = ['--test', '--test-concurrency=2', '--test-timeout=300000', '--test-reporter=spec', ...files]
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
    signal.addEventListener('abort', () => child.kill('SIGTERM'))
    child.once('error', reject)
    child.once('exit', (status) => resolve(status ?? 1))
  })
}

main().then(
  (status) => {
    process.exitCode = status
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  },
)
