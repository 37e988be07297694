import { asGenesisError } from '../errors.js'
import { exportSpans, wantsTraces } from '../telemetry/export-spans.js'
import type { Environment } from '../telemetry/otlp.js'
import { samplingOf } from '../telemetry/sampling.js'
import type { Span } from '../telemetry/span.js'
import { Tracer } from '../telemetry/tracer.js'
import type { RunReport } from './run-report.js'

export interface Tracing {
  readonly tracer: Tracer
  /** Takes spans made on other threads. */
  readonly record: (span: Span) => void
  /** Sends what is left, and stops. */
  readonly end: () => Promise<void>
}

/** Records spans if the environment asks for them. Whatever is missing for that is only a warning. */
export async function openTracing(
  version: string,
  report: Pick<RunReport, 'info' | 'warn'>,
  env: Environment = process.env,
): Promise<Tracing | null> {
  if (!wantsTraces(env)) return null
  try {
    const sampling = samplingOf(env)
    const spans = await exportSpans(
      version,
      (error) => {
        if (error === null) report.info('the OpenTelemetry collector takes the traces again')
        else
          report.warn(
            error.code,
            `${error.message} (${error.code}); these spans are lost, the next are sent all the same`,
          )
      },
      (queued) =>
        report.warn(
          'TELEMETRY_DROPPED',
          `more than ${queued} spans are waiting to be sent: the newest are dropped (OTEL_BSP_MAX_QUEUE_SIZE)`,
        ),
      env,
    )
    return spans && { tracer: new Tracer(sampling, spans.record), ...spans }
  } catch (thrown) {
    const error = asGenesisError(thrown)
    report.warn(error.code, `${error.message} (${error.code}); no traces are exported`)
    return null
  }
}
