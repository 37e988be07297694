import type { WorkerConfig } from '../config/worker.js'
import type { Loggers } from '../herder/loggers.js'
import { JsonReport } from './json-report.js'
import { LineReport } from './line-report.js'
import type { RunReport } from './run-report.js'

/** Lines on a terminal, JSON otherwise, unless the configuration says. */
export function createReport({ format }: Pick<WorkerConfig['log'], 'format'>, loggers: Loggers): RunReport {
  const lines = format === 'line' || (format === 'auto' && process.stderr.isTTY)
  return lines ? new LineReport(process.stderr, loggers) : new JsonReport(loggers)
}
