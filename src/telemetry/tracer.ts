import { randomBytes } from 'node:crypto'
import type { Span, SpanAttributes, SpanContext, SpanError } from './span.js'
import type { SpanName } from './span-table.js'

/** A call over REST: its method and its route. */
export type CallName = `${string} /${string}`

/** Which traces are recorded. */
export interface Sampling {
  /** Of the traces that begin here: 0 to 1. */
  readonly ratio: number
  /** Whether a trace that began elsewhere is recorded if, and only if, it is there. */
  readonly followsParent: boolean
}

export interface SpanStart {
  /** Null: it begins a trace. */
  readonly parent?: SpanContext | null
  readonly link?: SpanContext | null
  readonly kind?: Span['kind']
  readonly attributes?: SpanAttributes
  /** How long ago it began, in milliseconds. @default 0 */
  readonly agoMs?: number
}

/** Makes spans, and hands over those of sampled traces once they end. */
export class Tracer {
  readonly sampling: Sampling
  readonly #record: (span: Span) => void

  constructor(sampling: Sampling, record: (span: Span) => void) {
    this.sampling = sampling
    this.#record = record
  }

  begin(name: SpanName | CallName, start: SpanStart = {}): OpenSpan {
    const { parent = null } = start
    const traceId = parent?.traceId ?? randomBytes(16).toString('hex')
    const { ratio, followsParent } = this.sampling
    const isSampled = parent !== null && followsParent ? parent.isSampled : isIn(traceId, ratio)
    const context = { traceId, spanId: randomBytes(8).toString('hex'), isSampled }
    return new OpenSpan(name, context, start, isSampled ? this.#record : null)
  }

  /** Does the work within a span, which ends with it. The work gets the span, to add attributes to it. */
  async during<T>(name: SpanName, start: SpanStart, work: (span: OpenSpan) => Promise<T>): Promise<T> {
    const span = this.begin(name, start)
    try {
      const result = await work(span)
      span.end()
      return result
    } catch (thrown) {
      span.end(spanError(thrown))
      throw thrown
    }
  }
}

/** The same decision for a trace in every process: OpenTelemetry's TraceIdRatioBased compares its last 56 bits. */
function isIn(traceId: string, ratio: number): boolean {
  return parseInt(traceId.slice(-14), 16) < ratio * 2 ** 56
}

export class OpenSpan {
  readonly context: SpanContext
  readonly #name: string
  readonly #start: SpanStart
  readonly #record: ((span: Span) => void) | null
  readonly #startMs: number
  readonly #beganAt: number
  #attributes: SpanAttributes
  #hasEnded = false

  /** `record`: null if nobody wants it. */
  constructor(name: string, context: SpanContext, start: SpanStart, record: ((span: Span) => void) | null) {
    const { agoMs = 0, attributes = {} } = start
    this.#name = name
    this.context = context
    this.#start = start
    this.#record = record
    this.#startMs = Date.now() - agoMs
    this.#beganAt = performance.now() - agoMs
    this.#attributes = attributes
  }

  set(attributes: SpanAttributes): void {
    this.#attributes = { ...this.#attributes, ...attributes }
  }

  /** Only the first end counts. */
  end(error: SpanError | null = null): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const { parent = null, link = null, kind = 'internal' } = this.#start
    this.#record?.({
      context: this.context,
      parent,
      link,
      name: this.#name,
      kind,
      startMs: this.#startMs,
      endMs: this.#startMs + performance.now() - this.#beganAt,
      attributes: this.#attributes,
      error,
    })
  }
}

/** What is said of an error: its code and its text without details, which can quote a configuration. */
export function spanError(thrown: unknown): SpanError {
  const { code, what } = thrown as { readonly code?: unknown; readonly what?: unknown }
  return {
    code: typeof code === 'string' ? code : 'INTERNAL',
    message: typeof what === 'string' ? what : '',
  }
}
