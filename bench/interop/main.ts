/**
 * How third-party clients read our topics (see README.md): runs a broker and a registry as local Java processes,
 * whose files kafka-dump-log can read, then readers.py: `PYTHON=.venv/bin/python node build/bench/interop/main.js`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { untilInterrupted } from '../../scripts/interrupt.js'
import { Progress } from '../../scripts/progress.js'
import { startMaven } from '../../scripts/stack/maven.js'

const script = fileURLToPath(new URL('../../../bench/interop/readers.py', import.meta.url))
const stack = await startMaven({ signal: untilInterrupted(), progress: new Progress(process.stderr) })
try {
  const env = { ...process.env, KAFKA_BROKERS: stack.brokers, SCHEMA_REGISTRY_URL: stack.registryUrl }
  const child = spawn(process.env['PYTHON'] ?? 'python3', [script, ...process.argv.slice(2)], { env, stdio: 'inherit' })
  const [status] = (await once(child, 'exit')) as [number | null]
  process.exitCode = status ?? 1
} finally {
  await stack.stop()
}
