/** `genesis run` of a keyed connector as a process of its own, to be killed, and its topic judged against its stream. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConnectors } from '#src/config/connector-file.js'
import { loadWorker } from '#src/config/worker-file.js'
import type { VerifyReport } from '#src/verify/report.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { genesis, program, shipped } from '../support/genesis.js'
import { committedNow, committedRecords } from '../support/kafka.js'
import type { Verdict } from './flow.js'

const model = shipped('models/customers.json')

export interface RunFiles {
  /** Of the connector and its topic. */
  readonly name: string
  readonly connector: string
  readonly worker: string
  readonly records: number
}

/** Writes a connector of the shipped customers, with two tasks and two partitions, into a folder. */
export async function writeRun(
  folder: string,
  { name, records, ...more }: { readonly name: string; readonly records: number } & Readonly<Record<string, unknown>>,
): Promise<RunFiles> {
  const files = { name, connector: join(folder, 'connector.json'), worker: join(folder, 'worker.json'), records }
  await writeFile(files.worker, JSON.stringify({ checkpoints: { topic: `${name}-checkpoints` }, threads: 1 }))
  const connector = {
    ...{ name, model, topic: name, topic_creation: { partitions: 2 }, key: 'id', tasks: { max: 2 } },
    // Slow enough that no kill comes too late, and with a commit always near.
    throughput: { rate: 1500, max_records: records },
    transaction: { interval: '20ms', timeout: '10s' },
    ...more,
  }
  await writeFile(files.connector, JSON.stringify(connector))
  return files
}

export function genesisRun({ connector, worker }: RunFiles, env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(process.execPath, [program, 'run', connector, '--worker', worker, '--log-level', 'silent'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  })
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  return child
}

/** Resolves with how many records are committed as soon as these are more than `above`, or the process has ended. */
export async function committedAbove(above: number, { name }: RunFiles, child: ChildProcess): Promise<number> {
  for (;;) {
    const { length } = await committedNow(name).catch(() => [])
    if (length > above || child.exitCode !== null || child.signalCode !== null) return length
  }
}

/** SIGKILL at random moments while records flow, and a new start after each; how many records the topic had after each kill. */
export async function killAtRandom(files: RunFiles, kills: number): Promise<number[]> {
  const counts: number[] = []
  for (let kill = 0; kill < kills; kill++) {
    const child = genesisRun(files)
    const exit = once(child, 'exit')
    await committedAbove(counts.at(-1) ?? 0, files, child)
    await Promise.race([sleep(Math.random() * 250), exit])
    child.kill('SIGKILL')
    await exit
    counts.push(await committedAbove(-1, files, child))
  }
  return counts
}

/** Runs it to its end. */
export async function finishRun(child: ChildProcess): Promise<void> {
  const [status] = (await once(child, 'exit')) as [number]
  assert.equal(status, 0)
}

/** Runs it to its end; its topic must then be exactly its stream. */
export async function finishExactly(files: RunFiles): Promise<VerifyReport> {
  await finishRun(genesisRun(files))
  const [connector] = (await loadConnectors([files.connector], process.env)).connectors
  const report = await verifyConnector(connector, await loadWorker(files.worker, process.env))
  assert.deepEqual([report.exact, report.found], [true, files.records])
  return report
}

/** The values of its stream, if they are JSON. */
export async function streamLines({ records }: RunFiles): Promise<string[]> {
  const { stdout } = await genesis('stream', model, '--max-records', String(records))
  return stdout.trimEnd().split('\n')
}

/** What a read_committed reader finds of a topic of JSON values, against `genesis stream`. */
export async function judgeLines(files: RunFiles): Promise<Verdict> {
  const lines = await streamLines(files)
  assert.equal(lines.length, files.records)
  const found = await committedRecords(files.name)
  const times = new Uint8Array(lines.length)
  const last = new Map<string, number>()
  let [altered, outOfOrder] = [0, 0]
  for (const { key, value, partition } of found) {
    const position = Number(key) - 1
    if (value !== lines[position]) {
      altered++
      continue
    }
    times[position] = Math.min(times[position] + 1, 2)
    const place = `shard ${position % 2} in partition ${partition}`
    if (position <= (last.get(place) ?? -1)) outOfOrder++
    last.set(place, position)
  }
  const count = (n: number): number => times.reduce((sum, one) => sum + (one === n ? 1 : 0), 0)
  return { records: found.length, missing: count(0), doubled: count(2), altered, outOfOrder }
}
