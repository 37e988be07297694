import type { ConnectorConfig } from '../config/connector.js'

/** What of a connector its encoder depends on. */
export type EncodedConnector = Pick<
  ConnectorConfig,
  'name' | 'topic' | 'key' | 'keyFormat' | 'value' | 'sink' | 'disturb' | 'timestamp'
> &
  Partial<Pick<ConnectorConfig, 'headers'>>
