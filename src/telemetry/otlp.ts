/** What exporters of metrics and of traces have in common: OpenTelemetry's variables and packages. */
import { hostname } from 'node:os'
import type * as Resources from '@opentelemetry/resources'
import { GenesisError } from '../errors.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** Called when the collector stops taking what is sent, and with null when it takes it again. */
export type ExportTrouble = (error: GenesisError | null) => void

export type Signal = 'metrics' | 'traces'

/** Seconds and nanoseconds since 1970. */
export type HrTime = [number, number]

type ResourcePackage = Pick<
  typeof Resources,
  'resourceFromAttributes' | 'defaultResource' | 'detectResources' | 'envDetector'
>

/** Where the signal is sent; null: nowhere. Throws CONFIG_INVALID for another protocol than OTLP/HTTP in protobuf. */
export function endpointOf(signal: Signal, env: Environment): string | null {
  const name = signal.toUpperCase()
  const endpoint = env[`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`] ?? env.OTEL_EXPORTER_OTLP_ENDPOINT ?? ''
  if (endpoint === '' || env.OTEL_SDK_DISABLED === 'true' || env[`OTEL_${name}_EXPORTER`] === 'none') return null
  const protocol = env[`OTEL_EXPORTER_OTLP_${name}_PROTOCOL`] ?? env.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf'
  if (protocol === 'http/protobuf') return endpoint
  throw new GenesisError('CONFIG_INVALID', `${signal} cannot be exported in this protocol`, {
    place: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    found: protocol,
    expected: 'http/protobuf, to port 4318 of a collector',
  })
}

/** The packages, which are optional. Throws CONFIG_INVALID if they are missing. */
export async function loaded<Packages>(
  signal: Signal,
  names: readonly string[],
  load: () => Promise<object>,
): Promise<Packages> {
  try {
    return (await load()) as Packages
  } catch (cause) {
    throw new GenesisError('CONFIG_INVALID', `${signal} cannot be exported without the packages of OpenTelemetry`, {
      place: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: `Run npm install ${names.join(' ')} beside genesis-connect`,
      cause,
    })
  }
}

/** This process. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence. */
export function resourceOf(version: string, sdk: ResourcePackage): Resources.Resource {
  const named = sdk.resourceFromAttributes({
    'service.name': 'genesis-connect',
    'service.version': version,
    'service.instance.id': `${hostname()}:${process.pid}`,
  })
  return sdk
    .defaultResource()
    .merge(named)
    .merge(sdk.detectResources({ detectors: [sdk.envDetector] }))
}

/** Tells of the first failure of a row, and of its end. */
export class TroubleReport {
  readonly #signal: Signal
  readonly #endpoint: string
  readonly #tell: ExportTrouble
  #isFailing = false

  constructor(signal: Signal, endpoint: string, tell: ExportTrouble) {
    this.#signal = signal
    this.#endpoint = endpoint
    this.#tell = tell
  }

  /** After each export; null: it succeeded. */
  result(error: Error | null): void {
    const wasFailing = this.#isFailing
    this.#isFailing = error !== null
    if (error !== null && !wasFailing) this.#tell(this.#refusal(error))
    if (error === null && wasFailing) this.#tell(null)
  }

  #refusal(cause: Error): GenesisError {
    return new GenesisError('TELEMETRY_UNREACHABLE', `the OpenTelemetry collector does not take the ${this.#signal}`, {
      place: withoutLogin(this.#endpoint),
      found: cause.message,
      cause,
    })
  }
}

/** An address may contain a password. */
function withoutLogin(address: string): string {
  return URL.canParse(address) ? new URL(address).host : 'OTEL_EXPORTER_OTLP_ENDPOINT'
}

/** A positive number in a variable; null: there is none. */
export function positive(text: string | undefined): number | null {
  const value = Number(text)
  return value > 0 ? value : null
}

/** `ms`: since 1970. */
export function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)]
}

/** How long the process waits for a last export before it ends. */
const lastExportMs = 3_000

/** Waits for the last export, but not for long. Its failure has already been reported. */
export async function lastExport(work: Promise<unknown>): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, lastExportMs).unref())
  await Promise.race([work.catch(() => undefined), late])
}
