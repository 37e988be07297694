import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Verdict } from './flow.js'

const child = fileURLToPath(new URL('../support/file-sink-child.js', import.meta.url))

export interface KilledFile extends Verdict {
  /** The checkpoint after each kill. */
  readonly positions: readonly number[]
  /** What is in the folder at the end. */
  readonly files: readonly string[]
  readonly complete: boolean
}

/** A process that writes the positions below `to` to a file gets SIGKILL at random moments, and is started again. */
export async function killedFile(folder: string, kills: number, to: number): Promise<KilledFile> {
  const path = join(folder, 'data.jsonl')
  const positions: number[] = []
  const start = () => spawn(process.execPath, [child, path, String(to)], { stdio: ['ignore', 'pipe', 'inherit'] })
  for (let kill = 0; kill < kills; kill++) {
    const run = start()
    const exit = once(run, 'exit')
    // Killed while opening, too: every fourth time without waiting for it to be open.
    if (kill % 4 !== 0) await Promise.race([once(run.stdout, 'data'), exit])
    await Promise.race([sleep(Math.random() * 60), exit])
    run.kill('SIGKILL')
    await exit
    positions.push(await checkpointed(path))
  }
  const output = (await start().stdout.toArray()).join('')
  return {
    ...{ positions, complete: output.includes('"complete"'), files: (await readdir(folder)).sort() },
    ...judgePositions(await readFile(path, 'utf8'), to),
  }
}

async function checkpointed(path: string): Promise<number> {
  const text = await readFile(`${path}.checkpoint`, 'utf8').catch(() => 'null')
  const content = JSON.parse(text) as { checkpoint: { position: number } | null } | null
  return content?.checkpoint?.position ?? 0
}

function judgePositions(content: string, to: number): Verdict {
  const lines = content.split('\n')
  // Behind the last line's end is nothing.
  const cut = lines.pop() === '' ? 0 : 1
  const times = new Uint8Array(to)
  let [altered, outOfOrder, last] = [cut, 0, -1]
  for (const line of lines) {
    const position = Number(line)
    if (!(position < to) || line !== String(position)) {
      altered++
      continue
    }
    times[position] = Math.min(times[position] + 1, 2)
    if (position <= last) outOfOrder++
    last = position
  }
  const count = (n: number): number => times.reduce((sum, one) => sum + (one === n ? 1 : 0), 0)
  return { records: lines.length, missing: count(0), doubled: count(2), altered, outOfOrder }
}
