/** The connectors of a group under chaos, and what is expected of each. */
import type { Chance } from './chance.js'

/** Positions from `from` up to `to` were delivered; null: they still are. */
export interface Run {
  readonly from: number
  to: number | null
}

export interface PlannedConnector {
  readonly name: string
  readonly config: Readonly<Record<string, string>>
  readonly tasks: number
  readonly isBounded: boolean
  target: 'RUNNING' | 'PAUSED' | 'STOPPED'
  /** By shard: what it has delivered, where its offsets are changed; null: they never are. */
  readonly runs: readonly Run[][] | null
}

export interface PlanOptions {
  /** What all names begin with. */
  readonly prefix: string
  readonly connectors: number
  /** Of all of them together. */
  readonly recordsPerSecond: number
  readonly seconds: number
}

/** Every third is bounded, and complete about halfway; the offsets of every sixth are changed. */
export function planConnectors(
  chance: Chance,
  { prefix, connectors, recordsPerSecond, seconds }: PlanOptions,
): PlannedConnector[] {
  return Array.from({ length: connectors }, (_, i): PlannedConnector => {
    const name = `${prefix}-${i}`
    const tasks = chance.between(1, 4)
    const rate = Math.max(10, Math.round((recordsPerSecond / connectors) * (0.5 + chance.next())))
    const isBounded = i % 3 === 1
    const isMoved = i % 6 === 2
    return {
      name,
      tasks,
      isBounded,
      target: 'RUNNING',
      runs: isMoved ? Array.from({ length: tasks }, (_, shard): Run[] => [{ from: shard, to: null }]) : null,
      config: {
        'connector.class': 'GenesisSource',
        ...{ model: 'customers.json', topic: name, key: 'id', seed: String(i) },
        ...{ 'topic.creation.default.partitions': '3', 'value.format': 'json', 'tasks.max': String(tasks) },
        ...{ 'throughput.rate': String(rate), 'transaction.boundary.interval.ms': '200' },
        'transaction.timeout': '10s',
        ...(isBounded && { 'throughput.max_records': String(Math.max(200, Math.round((rate * seconds) / 2))) }),
      },
    }
  })
}
