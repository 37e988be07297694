import type { DeliveryStatus } from '../runtime/status.js'
import type { WorkerEvents } from '../runtime/worker.js'

/**
 * Whose messages they are: of connectors that start and end, of tasks' states and failures, of how far they are, of all else.
 * Each has a level of its own (`/admin/loggers`).
 */
export const reportLoggers = ['connectors', 'tasks', 'progress', 'worker'] as const
export type ReportLogger = (typeof reportLoggers)[number]

/** What `genesis run` shows of itself on stderr while it runs. */
export interface RunReport extends WorkerEvents {
  note(level: 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void
  /** From now on there is something to show. */
  watch(status: () => readonly DeliveryStatus[]): void
  /** Shows the end; nothing comes after it. */
  finish(connectors: readonly DeliveryStatus[]): void
}
