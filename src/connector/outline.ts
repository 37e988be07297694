import { createHmac, randomBytes } from 'node:crypto'
import type { ConnectorConfig } from '../config/connector.js'

/**
 * What may be known of a connector's delivery to one sink where it is not run: how many tasks there are, and what to
 * call it. A resolved configuration has secrets in it; this has none.
 */
export interface DeliveryOutline extends Pick<
  ConnectorConfig,
  'name' | 'sinkName' | 'topic' | 'delivery' | 'tasks' | 'throughput' | 'errors'
> {
  readonly sink: { readonly type: ConnectorConfig['sink']['type'] }
}

export interface PlannedDelivery extends DeliveryOutline {
  /** Equal where the whole configuration is, in this process. Nothing of it can be found out from this. */
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
