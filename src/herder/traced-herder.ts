import { currentSpan, within } from '../telemetry/current-span.js'
import type { SpanName } from '../telemetry/span-table.js'
import type { Tracer } from '../telemetry/tracer.js'
import type { FileTarget } from './file-source.js'
import type { Herder } from './herder.js'

/** The calls that change something, and their spans. */
const spans = {
  create: 'create connector',
  put: 'put connector',
  patch: 'patch connector',
  delete: 'delete connector',
  pause: 'pause connector',
  resume: 'resume connector',
  stop: 'stop connector',
  restart: 'restart connector',
  restartTask: 'restart task',
  alterOffsets: 'alter offsets',
  resetOffsets: 'reset offsets',
  applyFile: 'apply file',
  removeFile: 'remove file',
} as const satisfies Partial<Record<keyof Herder | keyof FileTarget, SpanName>>

type Call = (first: string | { readonly name: string }, ...rest: readonly unknown[]) => Promise<unknown>

/** The herder with a span for each change, which contains the starts of tasks that follow from it on this worker. */
export function tracedHerder<T extends Herder & FileTarget>(herder: T, tracer: Tracer): T {
  return new Proxy(herder, {
    get(target, name) {
      // Its fields are private to it: it must be called on itself.
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      const call = value.bind(target) as Call
      if (!(typeof name === 'string' && name in spans)) return call
      const span = spans[name as keyof typeof spans]
      return ((first, ...rest) => {
        const attributes = { 'genesis.connector': typeof first === 'string' ? first : first.name }
        return tracer.during(span, { parent: currentSpan(), attributes }, ({ context }) =>
          within(context, () => call(first, ...rest)),
        )
      }) satisfies Call
    },
  })
}
