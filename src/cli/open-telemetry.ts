import { asGenesisError } from '../errors.js'
import type { MetricSource } from '../metrics/metric.js'
import type { RunReport } from './run-report.js'

/**
 * Exports metrics if the environment asks for it. The environment is often set for every program on a machine, so whatever is missing here
 * is only a warning. Resolves to a function that exports once more and stops.
 */
export async function openTelemetry(
  source: () => MetricSource,
  report: Pick<RunReport, 'info' | 'warn'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<(() => Promise<void>) | null> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: own } = env
  if (all === undefined && own === undefined) return null
  try {
    const { exportMetrics } = await import('../metrics/open-telemetry.js')
    return await exportMetrics(
      source,
      (error) => {
        if (error === null) report.info('the OpenTelemetry collector takes the metrics again')
        else report.warn(error.code, `${error.message} (${error.code}); the next are sent all the same`)
      },
      env,
    )
  } catch (thrown) {
    const error = asGenesisError(thrown)
    report.warn(error.code, `${error.message} (${error.code}); no metrics are exported`)
    return null
  }
}
