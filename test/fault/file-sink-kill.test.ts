import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const child = fileURLToPath(new URL('../support/file-sink-child.js', import.meta.url))
const kills = 20
const to = 400_000

test('a file is exactly its stream after twenty SIGKILLs at random moments', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-kill-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'data.jsonl')
  const positions: number[] = []
  for (let kill = 0; kill < kills; kill++) {
    const run = spawn(process.execPath, [child, path, String(to)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exit = once(run, 'exit')
    // Killed while opening, too: every fourth time without waiting for it to be open.
    if (kill % 4 !== 0) await Promise.race([once(run.stdout, 'data'), exit])
    const timer = setTimeout(() => run.kill('SIGKILL'), Math.random() * 60)
    await exit
    clearTimeout(timer)
    const text = await readFile(`${path}.checkpoint`, 'utf8').catch(() => null)
    positions.push(
      text === null ? 0 : ((JSON.parse(text) as { checkpoint: { position: number } | null }).checkpoint?.position ?? 0),
    )
  }
  const last = spawn(process.execPath, [child, path, String(to)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const output = (await last.stdout.toArray()).join('')
  assert.match(output, /"complete"/)
  t.diagnostic(`checkpoints after each kill: ${positions.join(' ')}`)
  assert.deepEqual(
    positions,
    [...positions].sort((a, b) => a - b),
  )
  assert.ok(
    positions.some((position) => position > 0 && position < to),
    'no kill met a stream under way',
  )
  const content = await readFile(path, 'utf8')
  const expected = `${Array.from({ length: to }, (_, p) => p).join('\n')}\n`
  assert.ok(content === expected, `the file has ${content.length} characters, its stream ${expected.length}`)
  assert.deepEqual((await readdir(folder)).sort(), ['data.jsonl', 'data.jsonl.checkpoint'])
})
