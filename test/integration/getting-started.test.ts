import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { program, shipped, type Finished } from '../support/genesis.js'
import { committedNow, deleteAfter, uniqueName } from '../support/kafka.js'
import { temporaryFolder } from '../support/tables.js'

const folder = temporaryFolder()

/** The lines of shell on the page, without their comments. */
async function linesOfPage(): Promise<string[]> {
  const text = await readFile(shipped('docs/getting-started.md'), 'utf8')
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block)
  return blocks
    .join('')
    .split('\n')
    .map((line) => line.replace(/\s+#.*/, ''))
    .filter((line) => line !== '')
}

/** The reader's environment: no brokers yet. */
const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(KAFKA|SCHEMA)_/.test(name)))

/** A shell in the reader's folder, in which `npx genesis-connect` is this checkout, and `docker` does nothing. */
function startShell(t: TestContext, cwd: string, line: string) {
  const functions = `npx() { shift; exec "${process.execPath}" "${program}" "$@"; }\ndocker() { :; }`
  const child = spawn('sh', ['-c', `${functions}\n${line}`], {
    cwd,
    // What `docker compose up` would have started is there under another address.
    env: / init /.test(line) ? bare : process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const finished = Promise.all([once(child, 'exit'), child.stdout.toArray(), child.stderr.toArray()]).then(
    ([[status], stdout, stderr]): Finished => ({
      status: status as number | null,
      stdout: Buffer.concat(stdout as Buffer[]).toString(),
      stderr: Buffer.concat(stderr as Buffer[]).toString(),
    }),
  )
  return { child, finished }
}

test('every line of "From your table to a topic" works as it stands, in an otherwise empty folder', async (t) => {
  const [name, declared] = [uniqueName('customers'), uniqueName('members')]
  // The topics have these names; others on this broker have some of the same.
  const lines = (await linesOfPage()).map((line) => line.replaceAll('customers', name).replaceAll('members', declared))
  const rows = Array.from({ length: 400 }, (_, i) => `${i + 1},${i % 3 === 0 ? 'paid' : 'free'},${(i * 7) % 40}`)
  await writeFile(join(folder, `${name}.csv`), `id,plan,spend\n${rows.join('\n')}\n`)
  deleteAfter(t, name)
  deleteAfter(t, declared)
  for (const line of lines) {
    const { child, finished } = startShell(t, folder, line)
    if (/ run /.test(line)) {
      while (child.exitCode === null && (await committedNow(name).catch(() => [])).length < 200);
      child.kill('SIGINT')
    }
    const { status, stdout, stderr } = await finished
    assert.equal(status, 0, `${line}\n${stdout}\n${stderr}`)
    if (/ stream /.test(line)) assert.equal(stdout.trimEnd().split('\n').length, 5)
    if (/ verify /.test(line)) assert.match(stdout, /exact/)
  }
  assert.deepEqual(
    lines.map((line) => line.split(' ')[line.startsWith('npx') ? 2 : 1]),
    ['init', 'init', 'stream', 'compose', 'run', 'verify'],
  )
})
