import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { shipped } from '../../support/genesis.js'
import { folderWith } from '../config/folder.js'

/** A folder with this script as `node`. */
async function commandFolder(t: TestContext, script: string): Promise<string> {
  const folder = await folderWith(t, { node: `#!/bin/sh\n${script}\n` })
  await chmod(join(folder, 'node'), 0o755)
  return folder
}

const hasMake = spawnSync('make', ['--version']).status === 0

/** Starts `make TARGET`, whose `node` prints its process id and, interrupted, ends as this project's scripts do. */
async function startMake(t: TestContext, target: string, status = 130) {
  const script = `process.on('SIGINT', () => process.exit(${status})); console.log(process.pid); setInterval(() => {}, 1e6)`
  const fake = await commandFolder(t, `exec ${process.execPath} -e "${script}"`)
  const child = spawn('make', ['--no-print-directory', target], {
    cwd: shipped('.'),
    // As from a shell: within `make test` it would call itself make[1].
    env: { ...process.env, MAKELEVEL: undefined, MAKEFLAGS: undefined, PATH: `${fake}:${process.env.PATH}` },
    // A group of its own, as a terminal's foreground job is.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const stderr = child.stderr.toArray()
  const [first] = (await once(child.stdout, 'data')) as [Buffer]
  return { group: -child.pid!, node: Number(first.toString()), ended, stderr }
}

describe('make', { skip: !hasMake && 'make is not installed' }, () => {
  test('on Ctrl-C, ends by SIGINT without a word', async (t) => {
    const { group, ended, stderr } = await startMake(t, 'demo')
    process.kill(group, 'SIGINT')
    assert.deepEqual(await ended, [null, 'SIGINT'])
    assert.equal(Buffer.concat((await stderr) as Buffer[]).toString(), '')
  })

  test('ends in the same way if only its command was interrupted', async (t) => {
    const { node, ended, stderr } = await startMake(t, 'build')
    process.kill(node, 'SIGINT')
    assert.deepEqual(await ended, [null, 'SIGINT'])
    assert.equal(Buffer.concat((await stderr) as Buffer[]).toString(), '')
  })

  test('of a command that fails, says so', async (t) => {
    const { node, ended, stderr } = await startMake(t, 'build', 1)
    process.kill(node, 'SIGINT')
    assert.deepEqual(await ended, [2, null])
    assert.match(
      Buffer.concat((await stderr) as Buffer[]).toString(),
      /^make: \*\*\* \[Makefile:\d+: build\] Error 1\n$/,
    )
  })
})
