import type { Metric } from './metric.js'
import { taskMetrics } from './task-metrics.js'
import { workerMetrics } from './worker-metrics.js'

/** All metrics. docs/metrics.md has these rows; the alert rules and the dashboard use nothing else. */
export const metrics: readonly Metric[] = [...taskMetrics, ...workerMetrics]
