/**
 * `make build`: installs missing or outdated dependencies, then compiles. Plain JavaScript: nothing is compiled yet.
 * `node scripts/build.js demo` compiles only what the demo needs, without type checks, so that a first look takes less time.
 */
import { spawn } from 'node:child_process'
import { statSync, utimesSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Progress } from './progress.js'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const progress = new Progress(process.stderr)
const installed = 'node_modules/.package-lock.json'
let interrupted = false
// The running command gets the same Ctrl-C; wait for it to end.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => (interrupted = true))

/** @param {string} file */
function changedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/**
 * Runs a command to its end; shows its output if it fails.
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<boolean>} whether it succeeded
 */
async function run(what, command, args) {
  let output = ''
  const status = await progress.during(
    what,
    () =>
      new Promise((resolve) => {
        const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (/** @type {Buffer} */ chunk) => (output = (output + chunk.toString()).slice(-100_000)))
        child.once('error', (error) => {
          output += error.message
          resolve(1)
        })
        child.once('close', resolve)
      }),
  )
  if (interrupted) return false
  if (status !== 0) progress.say(`${output.trimEnd()}\n${what}: failed`)
  return status === 0
}

async function build() {
  const [major, minor, patch] = process.versions.node.split('.').map(Number)
  if (major * 1e6 + minor * 1e3 + patch < 20_019_004) {
    progress.say(`genesis-connect needs Node 20.19.4 or later, found ${process.versions.node}: https://nodejs.org`)
    return false
  }
  if (changedMs(installed) < changedMs('package-lock.json')) {
    const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    if (!(await run('installing dependencies with npm', 'npm', args))) return false
    const now = new Date()
    utimesSync(installed, now, now)
  }
  const compiler = process.argv[2] === 'demo' ? ['scripts/transpile.js'] : ['node_modules/typescript/bin/tsc', '-b']
  return run('compiling', process.execPath, compiler)
}

const built = await build()
process.exitCode = built ? 0 : interrupted ? 130 : 1
