/** Routes on fastify, with Jersey's behaviour for calls that match no route. */
import type { TlsOptions } from 'node:tls'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type HTTPMethods } from 'fastify'
import type { GenesisError } from '../errors.js'
import { asOfText } from './as-of.js'
import { acceptsGzip, zippedText } from './content-encoding.js'
import { errorAnswer, HttpError } from './http-error.js'
import { nearRoute } from './near-route.js'
import { auditRequests, type AuditEntry } from './audit.js'
import { guardRequests, openAccess, routeOf, type Access } from './auth/guard.js'
import type { Tracer } from '../telemetry/tracer.js'
import type { Exchange, Reply, Route, RouteConfig } from './route.js'
import { traceRequests } from './trace-requests.js'

/** Fits a model or a schema in a configuration; larger bodies are answered with 413. */
const maxBodyBytes = 1024 * 1024
/** A name can be as long as the paths Node accepts: 16 KiB of headers. */
const maxParameterLength = 16 * 1024

const jsonType = 'application/json'

/** Receives bugs: they are answered with 500 and no details. */
export type OnDefect = (error: GenesisError, call: string) => void

export interface RouterOptions {
  readonly onDefect: OnDefect
  /** As in Herder: stated in every GET response that shows older state. */
  readonly asOf: () => number | null
  /** Receives changing calls and failed logins. */
  readonly onCall?: (entry: AuditEntry) => void
  /** @default openAccess */
  readonly access?: Access
  /** Addresses and ranges of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
  /** Null: plain HTTP. */
  readonly tls?: TlsOptions | null
  readonly limits?: Partial<ConnectionLimits>
  /** Null: calls make no spans. */
  readonly tracer?: Tracer | null
}

export interface ConnectionLimits {
  /** Until the headers of a request have arrived. */
  readonly headersTimeoutMs: number
  /** Until the whole request has arrived. */
  readonly requestTimeoutMs: number
  /** Further connections are closed immediately. */
  readonly maxConnections: number
}

const standardLimits: ConnectionLimits = { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, maxConnections: 1_000 }

export function createRouter(routes: readonly Route[], options: RouterOptions): FastifyInstance {
  const {
    onDefect,
    onCall,
    asOf,
    access = openAccess,
    trustedProxies = [],
    tls = null,
    limits = {},
    tracer = null,
  } = options
  const { headersTimeoutMs, requestTimeoutMs, maxConnections } = { ...standardLimits, ...limits }
  const shared = {
    logger: false,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true,
    bodyLimit: maxBodyBytes,
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: maxParameterLength },
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => fail(error, request, reply),
  }
  const own = { connectionsCheckingInterval: headersTimeoutMs / 2, headersTimeout: headersTimeoutMs }
  const server =
    tls === null
      ? fastify({ ...shared, http: own })
      : // The same in all that is used of it.
        (fastify({ ...shared, https: { ...tls, ...own } }) as unknown as FastifyInstance)
  server.server.maxConnections = maxConnections
  const fail = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const { status, body, defect } = errorAnswer(thrown)
    if (defect !== null) onDefect(defect, `${request.method} ${request.url}`)
    void reply.code(status).header('Content-Type', jsonType).send(JSON.stringify(body))
  }
  const table = new RouteTable(routes)

  // Bodies stay text: each route parses its own, and most take none.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  if (tracer !== null) traceRequests(server, tracer)
  guardRequests(server, access)
  if (onCall !== undefined) auditRequests(server, onCall)
  server.addHook('onRequest', (request, reply, done) => {
    const { is404, method, url, headers } = request
    const path = url.split('?', 1)[0]
    if (path.includes('//')) return done(new HttpError(400, 'Ambiguous URI empty segment'))
    if (method === 'OPTIONS' || is404) return void answerUnrouted(table, path, method, reply)
    const { isOpen, pageUrl } = routeOf(request)
    if (pageUrl !== undefined) void reply.header('Vary', 'Accept')
    if (pageUrl !== undefined && isBrowser(headers.accept)) return void reply.redirect(pageUrl)
    const refusal = isOpen ? null : (refusedType(headers['content-type']) ?? refusedAccept(headers.accept))
    done(refusal ?? undefined)
  })
  server.setErrorHandler((error, request, reply) => fail(error, request, reply))
  server.setNotFoundHandler((request, reply) => fail(new HttpError(404, 'HTTP 404 Not Found'), request, reply))
  for (const route of routes) {
    server.route({
      method: route.method,
      url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      config: configOf(route),
      handler: async (request, reply) => {
        const answer = await route.handle(exchangeOf(request))
        const known = route.method === 'GET' ? asOf() : null
        if (known !== null) void reply.header('Genesis-As-Of', asOfText(known))
        return route.isLong ? sendLong(answer, request, reply) : send(answer, reply)
      },
    })
  }
  return server
}

function configOf({ isOpen, pageUrl, isPublic, isUnlimited, changesNothing, isLong }: Route): RouteConfig {
  return { isOpen, pageUrl, isPublic, isUnlimited, changesNothing, isLong }
}

function exchangeOf(request: FastifyRequest): Exchange {
  const { params, url, headers, body, protocol, host } = request
  return {
    params: params as Record<string, string>,
    query: new URLSearchParams(url.split('?').slice(1).join('?')),
    path: url.split('?', 1)[0],
    headers,
    body: typeof body === 'string' ? body : '',
    role: request.principal?.role ?? null,
    origin: `${protocol}://${host}`,
  }
}

function send({ status, body, headers = {}, type }: Reply, reply: FastifyReply): FastifyReply {
  void reply.code(status).headers(headers)
  if (body === undefined) return reply.send()
  if (type !== undefined) return reply.header('Content-Type', type).send(body)
  return reply.header('Content-Type', jsonType).send(JSON.stringify(body))
}

async function sendLong(
  { status, body, headers, type = `${jsonType}; charset=utf-8` }: Reply,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  void reply.header('Vary', 'Accept-Encoding')
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const zipped = acceptsGzip(request.headers['accept-encoding']) ? await zippedText(text) : null
  if (zipped !== null) void reply.header('Content-Encoding', 'gzip')
  return send({ status, body: zipped ?? text, headers, type }, reply)
}

/** No route: 404 if the path has none for any method, otherwise the response to OPTIONS, or 405. */
function answerUnrouted(table: RouteTable, path: string, method: string, reply: FastifyReply): FastifyReply {
  const methods = table.methodsOf(path)
  if (methods.length > 0 && method === 'OPTIONS') {
    const allow = [...methods, 'OPTIONS'].join(', ')
    return reply.code(200).headers({ 'Content-Type': 'text/plain', Allow: allow }).send(allow)
  }
  const error =
    methods.length > 0 ? new HttpError(405, 'HTTP 405 Method Not Allowed') : new HttpError(404, table.notFound(path))
  const { status, body } = errorAnswer(error)
  return reply.code(status).header('Content-Type', jsonType).send(JSON.stringify(body))
}

function refusedType(header: string | undefined): HttpError | null {
  if (header === undefined) return null
  const type = header.split(';', 1)[0].trim().toLowerCase()
  if (type === jsonType) return null
  return type.includes('/')
    ? new HttpError(415, 'HTTP 415 Unsupported Media Type')
    : new HttpError(400, 'Bad Content-Type')
}

/** Whether JSON is acceptable (RFC 9110, 12.5.1). */
function refusedAccept(header: string | undefined): HttpError | null {
  if (header === undefined || header.trim() === '') return null
  const accepted = header.split(',').some((part) => {
    const [type, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const isRefused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    return !isRefused && [jsonType, 'application/*', '*/*', '*'].includes(type)
  })
  return accepted ? null : new HttpError(406, 'HTTP 406 Not Acceptable')
}

/**
 * Whether a browser asks for a page. All of them accept XHTML too; Java's HttpURLConnection, which accepts HTML unless told
 * otherwise, does not.
 */
function isBrowser(accept = ''): boolean {
  const types = accept.split(',').map((part) => part.split(';', 1)[0].trim().toLowerCase())
  return types.includes('text/html') && (types.length === 1 || types.includes('application/xhtml+xml'))
}

/** The methods of a path. */
class RouteTable {
  readonly #templates: readonly string[]
  readonly #paths: readonly { readonly pattern: RegExp; readonly method: HTTPMethods }[]

  constructor(routes: readonly Route[]) {
    this.#templates = routes.map(({ path }) => path)
    this.#paths = routes.map(({ path, method }) => ({
      pattern: new RegExp(
        `^${path
          .replaceAll('.', '\\.')
          .replaceAll(/\{\w+\}/g, '[^/]+')
          .replace(/\/$/, '')}/?$`,
      ),
      method,
    }))
  }

  methodsOf(path: string): readonly string[] {
    const methods = this.#paths.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    return methods.includes('GET') ? ['HEAD', ...methods] : methods
  }

  /** Connect's message, and what was probably meant. */
  notFound(path: string): string {
    const near = nearRoute(path, this.#templates)
    return `HTTP 404 Not Found${near === undefined ? '' : `; perhaps ${near}`}`
  }
}
