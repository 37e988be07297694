import type { DeliveryStatus } from '../runtime/status.js'
import type { WorkerEvents } from '../runtime/worker.js'

/**
 * Loggers of the report: connectors starting and ending, task states and failures, progress, and everything else. Each
 * has its own level (`/admin/loggers`).
 */
export const reportLoggers = ['connectors', 'tasks', 'progress', 'worker'] as const
export type ReportLogger = (typeof reportLoggers)[number]

/** What `genesis run` writes to stderr while it runs. */
export interface RunReport extends WorkerEvents {
  note(level: 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void
  /** An audit line. Neither a logger's level nor `log.level` hides it, except `silent`. */
  audit(message: string, fields: Readonly<Record<string, unknown>>): void
  /** Starts showing progress. */
  watch(status: () => readonly DeliveryStatus[]): void
  /** Shows the end; nothing follows it. */
  finish(connectors: readonly DeliveryStatus[]): void
}
