import type { ConnectorStatus } from '../runtime/status.js'
import type { WorkerEvents } from '../runtime/worker.js'

/** What `genesis run` shows of itself on stderr while it runs. */
export interface RunReport extends WorkerEvents {
  note(level: 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void
  /** From now on there is something to show. */
  watch(status: () => readonly ConnectorStatus[]): void
  /** Shows the end; nothing comes after it. */
  finish(connectors: readonly ConnectorStatus[]): void
}
