import type { Metric } from './metric.js'
import { taskMetrics } from './task-metrics.js'
import { workerMetrics } from './worker-metrics.js'

/** All of them. docs/metrics.md has these rows; the alert rules and the dashboard name nothing else. */
export const metrics: readonly Metric[] = [...taskMetrics, ...workerMetrics]
