import type { Herder } from '../herder/herder.js'
import type { DeliveryStatus } from '../runtime/status.js'
import type { MetricSource } from './metric.js'

/** What a worker reports about its tasks. */
export interface MeasuredWorker {
  status(): readonly DeliveryStatus[]
  readonly failures: MetricSource['failures']
}

/** The state of a worker as of now. */
export function metricSource(worker: MeasuredWorker, { group }: Pick<Herder, 'group'>, version: string): MetricSource {
  return { version, deliveries: worker.status(), failures: worker.failures, group }
}
