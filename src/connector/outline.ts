import { createHmac, randomBytes } from 'node:crypto'
import type { ConnectorConfig } from '../config/connector.js'

/**
 * What may be known of a connector's delivery to one sink outside the thread that runs it: its number of tasks, and
 * its name. Contains no secrets, unlike a resolved configuration.
 */
export interface DeliveryOutline extends Pick<
  ConnectorConfig,
  'name' | 'sinkName' | 'topic' | 'delivery' | 'tasks' | 'throughput' | 'errors'
> {
  readonly sink: { readonly type: ConnectorConfig['sink']['type'] }
}

export interface PlannedDelivery extends DeliveryOutline {
  /** Equal if the whole configuration is, within this process. Reveals nothing of it. */
  readonly digest: string
}

const digestKey = randomBytes(32)

export function outlineOf(connector: ConnectorConfig): PlannedDelivery {
  const { name, sinkName, topic, delivery, tasks, throughput, errors, sink } = connector
  const digest = createHmac('sha256', digestKey)
    .update(JSON.stringify({ ...connector, file: null }))
    .digest('base64')
  return { name, sinkName, topic, delivery, tasks, throughput, errors, sink: { type: sink.type }, digest }
}
