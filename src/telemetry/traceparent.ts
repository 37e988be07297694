import type { SpanContext } from './span.js'

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** The caller's span in a `traceparent` header (w3.org/TR/trace-context, 3.2). Null: there is none, or it is invalid and counts as none. */
export function parseTraceparent(header: unknown): SpanContext | null {
  const match = typeof header === 'string' ? pattern.exec(header.trim()) : null
  if (match === null) return null
  const [, version, traceId, spanId, flags, more] = match
  // Later versions may add fields; this one has none.
  if (version === 'ff' || (version === '00' && more !== undefined)) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  return { traceId, spanId, isSampled: (parseInt(flags, 16) & 1) === 1 }
}

/** The header for a span. */
export function traceparentOf({ traceId, spanId, isSampled }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${isSampled ? 1 : 0}`
}
