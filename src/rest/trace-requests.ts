/** Spans of calls, which contain what the herder does for them. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { within } from '../telemetry/current-span.js'
import { parseTraceparent } from '../telemetry/traceparent.js'
import type { CallName, OpenSpan, Tracer } from '../telemetry/tracer.js'
import { isSafe } from './route.js'

/**
 * Makes a span for each call whose caller sends a `traceparent`, and for each changing one. Reads without it are not worth a span: the page
 * and probes make them all the time. Add it first, so that refused calls have one too.
 */
export function traceRequests(server: FastifyInstance, tracer: Tracer): void {
  const spans = new WeakMap<FastifyRequest, OpenSpan>()
  server.addHook('onRequest', (request, _reply, done) => {
    const { method, headers } = request
    const parent = parseTraceparent(headers.traceparent)
    if (parent !== null || !isSafe(method))
      spans.set(request, tracer.begin(nameOf(request), { parent, kind: 'server' }))
    done()
  })
  // The last hook before the handler: a body's arrival leaves the context of earlier ones.
  server.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request)
    if (span === undefined) done()
    else within(span.context, done)
  })
  server.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request)
    const { statusCode } = reply
    span?.set(attributesOf(request, statusCode))
    span?.end(statusCode >= 500 ? { code: `${statusCode}`, message: '' } : null)
    done()
  })
}

/** Without the values in its path, as OpenTelemetry asks for. */
function nameOf({ method, routeOptions }: FastifyRequest): CallName {
  return `${method} ${templateOf(routeOptions.url ?? '/…')}` as CallName
}

/** Names of OpenTelemetry's conventions (opentelemetry.io/docs/specs/semconv/http/http-spans). No query, which can hold anything. */
function attributesOf({ method, routeOptions, params }: FastifyRequest, status: number) {
  const { name } = (params ?? {}) as { readonly name?: string }
  return {
    'http.request.method': method,
    ...(routeOptions.url !== undefined && { 'http.route': templateOf(routeOptions.url) }),
    'http.response.status_code': status,
    ...(name !== undefined && { 'genesis.connector': name }),
  }
}

/** `/connectors/:name` as it is documented: `/connectors/{name}`. */
function templateOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}')
}
