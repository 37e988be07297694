/** Resident memory of `genesis run` while it delivers at full speed: the program as users start it, in its own process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { TopicReader } from '#src/kafka/topic-reader.js'
import { writeModel } from '#src/model/artifact-write.js'
import { program } from '../test/support/genesis.js'
import { clusterAt, uniqueName } from '../test/support/kafka.js'
import { censusLikeArtifact } from '../test/support/models.js'
import { residentBytesOf } from './process.js'
import { deleteTopics } from './topics.js'

export interface MemoryResult {
  /** Of Node with an empty program. */
  readonly bareBytes: number
  /** After each tenth of the records. */
  readonly rssBytes: readonly number[]
  readonly seconds: number
}

/** One connector: one task, 15 columns in Avro, exactly once. Its topic holds some 110 bytes a record until it is removed. */
export async function benchMemory(brokers: string, records: number): Promise<MemoryResult> {
  const bareBytes = await bare()
  const folder = await mkdtemp(join(tmpdir(), 'genesis-bench-'))
  const name = uniqueName('bench-memory')
  const cluster = clusterAt(brokers.split(','))
  try {
    const model = join(folder, 'census.json')
    await writeFile(model, writeModel(censusLikeArtifact()))
    const file = join(folder, 'connector.yaml')
    const connector = { name, model, topic: name, sink: { type: 'kafka' }, throughput: { max_records: records } }
    await writeFile(file, JSON.stringify(connector))
    const began = performance.now()
    const rssBytes = await tenths([program, 'run', file], records, new TopicReader(cluster, name))
    return { bareBytes, rssBytes, seconds: (performance.now() - began) / 1000 }
  } finally {
    await deleteTopics(cluster, [name])
    await rm(folder, { recursive: true })
  }
}

async function tenths(args: readonly string[], records: number, topic: TopicReader): Promise<number[]> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const exit = once(child, 'exit') as Promise<[number | null]>
  const log = child.stderr.toArray()
  const rssBytes: number[] = []
  let last = NaN
  try {
    while (child.exitCode === null) {
      await wait(100)
      // Until its first transaction there may be no topic. Its markers count as offsets, a few in a million.
      const sent = await topic.end(0).catch(() => 0)
      // It may have ended meanwhile.
      last = (await residentBytesOf(child.pid!).catch(() => NaN)) || last
      while (rssBytes.length < 9 && sent >= (records * (rssBytes.length + 1)) / 10) rssBytes.push(last)
    }
    const [status] = await exit
    if (status !== 0) throw new Error(`status ${status}: ${Buffer.concat((await log) as Buffer[]).toString()}`)
    return [...rssBytes, last]
  } finally {
    child.kill()
    await topic.close()
  }
}

async function bare(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' })
  try {
    await wait(1000)
    return await residentBytesOf(child.pid!)
  } finally {
    child.kill()
  }
}
