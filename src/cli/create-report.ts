import type { WorkerConfig } from '../config/worker.js'
import { JsonReport } from './json-report.js'
import { LineReport } from './line-report.js'
import type { RunReport } from './run-report.js'

/** Lines for people on a terminal, JSON for machines elsewhere, or what the configuration says. */
export function createReport({ level, format }: WorkerConfig['log']): RunReport {
  const lines = format === 'line' || (format === 'auto' && process.stderr.isTTY)
  return lines ? new LineReport(process.stderr, level) : new JsonReport(level)
}
