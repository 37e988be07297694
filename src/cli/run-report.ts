import type { WorkerConfig } from '../config/worker.js'
import type { ConnectorStatus } from '../runner/status.js'
import type { WorkerEvents } from '../runner/worker.js'
import { JsonReport } from './json-report.js'
import { LineReport } from './line-report.js'

/** What `genesis run` shows of itself on stderr while it runs. */
export interface RunReport extends WorkerEvents {
  note(level: 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void
  /** From now on there is something to show. */
  watch(status: () => readonly ConnectorStatus[]): void
  /** Shows the end; nothing comes after it. */
  finish(connectors: readonly ConnectorStatus[]): void
}

/** Lines for people on a terminal, JSON for machines elsewhere, or what the configuration says. */
export function createReport({ level, format }: WorkerConfig['log']): RunReport {
  const lines = format === 'line' || (format === 'auto' && process.stderr.isTTY)
  return lines ? new LineReport(process.stderr, level) : new JsonReport(level)
}
