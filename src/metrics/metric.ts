import type { ErrorCode } from '../errors.js'
import type { LatencyHistogram } from '../delivery/latency.js'
import type { GroupFigures } from '../herder/herder.js'
import type { DeliveryStatus } from '../runtime/status.js'

/** What the metrics of a worker are read from. */
export interface MetricSource {
  readonly version: string
  readonly deliveries: readonly DeliveryStatus[]
  /** How often tasks have FAILED, by error. */
  readonly failures: ReadonlyMap<ErrorCode, number>
  /** Null: the worker belongs to none. */
  readonly group: GroupFigures | null
}

export type Labels = Readonly<Record<string, string>>

/** `value`: of a histogram, milliseconds, though it is shown in seconds. */
export interface Sample {
  readonly labels: Labels
  readonly value: number | LatencyHistogram
}

/** A metric: its row in docs/metrics.md, and how it is read. */
export interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** Names of labels that are not always there end in `?`. */
  readonly labels: readonly string[]
  /** Null: a count, or a state. */
  readonly unit: 'seconds' | 'bytes' | 'records per second' | null
  /** One line, without markup. */
  readonly about: string
  /** The same in Kafka Connect, as `<group>: <attribute>` of its JMX beans. */
  readonly connect?: string
  readonly read: (source: MetricSource) => readonly Sample[]
}
