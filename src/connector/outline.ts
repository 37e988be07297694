import { createHmac, randomBytes } from 'node:crypto'
import type { ConnectorConfig } from '../config/connector.js'
import { filesOf } from '../config/shared-files.js'

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
  /** The files it writes, as digests: equal for equal paths, within this process. */
  readonly files: readonly string[]
}

const digestKey = randomBytes(32)

export function outlineOf(connector: ConnectorConfig): PlannedDelivery {
  const { name, sinkName, topic, delivery, tasks, throughput, errors, sink } = connector
  const digest = digestOf(JSON.stringify({ ...connector, file: null }))
  const files = filesOf(connector).map(digestOf)
  return { name, sinkName, topic, delivery, tasks, throughput, errors, sink: { type: sink.type }, digest, files }
}

function digestOf(text: string): string {
  return createHmac('sha256', digestKey).update(text).digest('base64')
}
