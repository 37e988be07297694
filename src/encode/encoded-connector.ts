import type { ConnectorConfig } from '../config/connector.js'

/** The parts of a connector's configuration that its encoder depends on. */
export type EncodedConnector = Pick<
  ConnectorConfig,
  'name' | 'topic' | 'key' | 'keyFormat' | 'value' | 'sink' | 'disturb' | 'timestamp'
> &
  Partial<Pick<ConnectorConfig, 'headers' | 'model'>>
