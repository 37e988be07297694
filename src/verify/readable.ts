import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkerConfig } from '../config/worker.js'
import { markersPollMs } from '../kafka/checkpoint-reader.js'
import { ClusterConnections } from '../kafka/cluster-connections.js'
import { describeTransaction, transactionalIdOf } from '../kafka/fencing.js'
import type { PartitionRange, TopicReader } from '../kafka/topic-reader.js'
import { decisionsBehind } from '../kafka/undecided.js'
import type { Blocker, Decisions } from '../kafka/undecided.js'
import type { UnreadableRecords } from './delivered.js'

const pollMs = 250

export interface TopicOptions {
  /** How long to wait for an open transaction that blocks committed records. */
  readonly waitMs: number
  readonly signal?: AbortSignal
  /** Called repeatedly while waiting, with what is waited for. */
  readonly onWait?: (blocker: Omit<UnreadableRecords, 'records'>, waitedMs: number) => void
}

export interface Blocked {
  readonly decisions: Decisions
  /** Counted while reading. */
  readonly records: { -readonly [K in keyof UnreadableRecords]: UnreadableRecords[K] }
}

/**
 * Waits until the topic's contents at this moment can be read, or the time is up. Records whose transaction has no marker yet may be committed: brokers
 * acknowledge a commit before they write its markers (KIP-98). They are waited for until `markersDeadline`, on the clock of performance.now.
 */
export async function readable(
  reader: Pick<TopicReader, 'ranges' | 'read'>,
  worker: WorkerConfig,
  { waitMs, signal, onWait }: TopicOptions,
  markersDeadline: number,
): Promise<{ ranges: readonly PartitionRange[]; blocked: readonly Blocked[] }> {
  const began = performance.now()
  const first = await reader.ranges()
  const described = new Map<string, Omit<UnreadableRecords, 'records'>>()
  for (let ranges = first; ; ranges = await reader.ranges()) {
    const behind = ranges.filter(({ partition, stableEnd }) => stableEnd < (first.at(partition)?.end ?? 0))
    const blocked: Blocked[] = []
    for (const range of behind) {
      const decisions = await decisionsBehind(reader, range)
      const { blocker, committed } = decisions
      // Only its own records follow it: nobody misses them, unless they are committed in a moment.
      if (blocker === null || committed === 0) continue
      const key = `${range.partition} ${blocker.offset}`
      const found = described.get(key) ?? (await describe(worker, range.partition, blocker))
      described.set(key, found)
      blocked.push({ decisions, records: { ...found, records: 0 } })
    }
    const waitedMs = performance.now() - began
    if (blocked.length === 0 && behind.length > 0 && performance.now() < markersDeadline) {
      await sleep(markersPollMs, undefined, { signal })
      continue
    }
    if (blocked.length === 0 || waitedMs >= waitMs) return { ranges, blocked }
    onWait?.(blocked[0].records, waitedMs)
    await sleep(Math.min(pollMs, waitMs - waitedMs), undefined, { signal })
  }
}

async function describe(
  worker: WorkerConfig,
  partition: number,
  { producerId, offset, timestamp }: Blocker,
): Promise<Omit<UnreadableRecords, 'records'>> {
  const connections = new ClusterConnections(worker.kafka)
  const limitMs = worker.kafka.requestTimeoutMs
  try {
    const transactionalId = await transactionalIdOf(connections, producerId, limitMs)
    const found = transactionalId === null ? null : await describeTransaction(connections, transactionalId, limitMs)
    const isOpen = found !== null && found.producerId === producerId && found.startedAt >= 0
    return {
      partition,
      offset,
      producerId: String(producerId),
      transactionalId,
      since: isOpen ? found.startedAt : timestamp,
      timeoutMs: isOpen ? found.timeoutMs : null,
    }
  } finally {
    await connections.close()
  }
}
