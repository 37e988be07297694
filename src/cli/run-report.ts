import type { DeliveryStatus } from '../runtime/status.js'
import type { WorkerEvents } from '../runtime/worker.js'
import type { LogCode } from './log-codes.js'

/**
 * Loggers of the report: connectors starting and ending, task states and failures, progress, and everything else. Each
 * has its own level (`/admin/loggers`).
 */
export const reportLoggers = ['connectors', 'tasks', 'progress', 'worker'] as const
export type ReportLogger = (typeof reportLoggers)[number]

export type LogFields = Readonly<Record<string, unknown>>

/** What `genesis run` writes to stderr while it runs. */
export interface RunReport extends WorkerEvents {
  info(message: string, fields?: LogFields): void
  warn(code: LogCode, message: string, fields?: LogFields): void
  error(code: LogCode, message: string, fields?: LogFields): void
  /** An audit line. Neither a logger's level nor `log.level` hides it, except `silent`. */
  audit(message: string, fields: LogFields): void
  /** Starts showing progress. */
  watch(status: () => readonly DeliveryStatus[]): void
  /** Shows the end; nothing follows it. */
  finish(connectors: readonly DeliveryStatus[]): void
}
