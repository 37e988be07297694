/** The span that the running call belongs to, on this thread. Costs nothing until a call is made within one. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { SpanContext } from './span.js'

const storage = new AsyncLocalStorage<SpanContext>()

export function currentSpan(): SpanContext | null {
  return storage.getStore() ?? null
}

/** Does work that outlives the call, or has other causes too. */
export function outside<T>(work: () => T): T {
  return storage.exit(work)
}

export function within<T>(span: SpanContext, work: () => T): T {
  return storage.run(span, work)
}
