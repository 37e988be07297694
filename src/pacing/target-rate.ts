import type { ConnectorConfig } from '../config/connector.js'

/** The fixed rate asked for, in records per second over all tasks; null: unlimited, adaptive or shaped. */
export function targetRate({
  rate,
  intervalMs,
  batchSize,
  adaptive,
  shape,
}: Pick<ConnectorConfig['throughput'], 'rate' | 'intervalMs' | 'batchSize' | 'adaptive' | 'shape'>): number | null {
  if (adaptive !== null || shape.type !== 'constant') return null
  return intervalMs === null ? rate : (batchSize * 1000) / intervalMs
}
