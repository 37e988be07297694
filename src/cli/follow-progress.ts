import { deliveryName } from '../config/connector.js'
import type { DeliveryStatus } from '../runtime/status.js'

const startingMs = 5_000
const progressMs = 30_000
/** More connectors than this share one line. */
const maxLines = 20

/** Where progress goes when it cannot be redrawn in place: to a log. */
export interface ProgressNotes {
  /** Slow to start. Called once per connector. */
  starting(connector: DeliveryStatus, what: string): void
  progress(connector: DeliveryStatus): void
  /** Instead of a line per connector when there are very many. */
  together(connectors: readonly DeliveryStatus[]): void
}

/**
 * Reports every half minute how far the running connectors are, and what the others are waiting for. Returns a
 * function that stops it.
 */
export function followProgress(status: () => readonly DeliveryStatus[], notes: ProgressNotes): () => void {
  const told = new Set<string>()
  let ticks = 0
  const timer = setInterval(() => {
    const connectors = status()
    for (const connector of connectors) {
      const name = deliveryName(connector.config)
      if (connector.state !== 'UNASSIGNED' || told.has(name)) continue
      told.add(name)
      notes.starting(connector, waitDescription(connector))
    }
    if (++ticks % (progressMs / startingMs) !== 0) return
    const running = connectors.filter(({ state }) => state === 'RUNNING')
    if (running.length > maxLines) notes.together(running)
    else for (const connector of running) notes.progress(connector)
  }, startingMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** What a connector that has not started may be waiting for. */
export function waitDescription({ config }: DeliveryStatus): string {
  if (config.sink.type !== 'kafka') return 'opening its sink'
  return config.delivery === 'exactly-once' ? 'connecting, or waiting for the coordinator' : 'connecting to the brokers'
}
