/** Spans as plain data, to cross threads: OpenTelemetry's model without its packages. */

/** A span's identity (w3.org/TR/trace-context). */
export interface SpanContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
  readonly isSampled: boolean
}

/** Names, counts and codes: no values of configurations, addresses or records. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

export interface SpanError {
  /** The attribute `error.type`: an error code, or an HTTP status. */
  readonly code: string
  readonly message: string
}

/** A span that has ended. */
export interface Span {
  readonly context: SpanContext
  /** Null: it begins its trace. */
  readonly parent: SpanContext | null
  /** What led to it, in another trace. */
  readonly link: SpanContext | null
  readonly name: string
  readonly kind: 'internal' | 'server'
  /** Milliseconds since 1970. */
  readonly startMs: number
  readonly endMs: number
  readonly attributes: SpanAttributes
  readonly error: SpanError | null
}
