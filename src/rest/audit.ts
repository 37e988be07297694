/** Audit lines: who changed what, from where, and with what result. They hold no bodies and no queries. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { routeOf } from './auth/guard.js'
import type { Principal } from './auth/principal.js'
import { isSafe } from './route.js'

export interface AuditEntry {
  /** Stable, to search for. */
  readonly code: 'AUDIT'
  /** Null: authentication is off, or failed. */
  readonly user: string | null
  readonly auth: Principal['method'] | null
  /** The client's address. */
  readonly client: string
  readonly method: string
  /** Percent-encoded, without its query. */
  readonly path: string
  /** Null: the call is about no connector, or names none that could be read. */
  readonly connector: string | null
  readonly status: number
  /** denied: by role or for wrong credentials. refused: not possible as sent. failed: the worker could not do it. */
  readonly outcome: 'done' | 'denied' | 'refused' | 'failed'
}

/** Calls back after each changing call that was let through, and after each failed login. */
export function auditRequests(server: FastifyInstance, onCall: (entry: AuditEntry) => void): void {
  server.addHook('onResponse', (request, reply, done) => {
    if (isAudited(request, reply.statusCode)) onCall(entryOf(request, reply.statusCode))
    done()
  })
}

function isAudited(request: FastifyRequest, status: number): boolean {
  const { method, is404, loginFailed, principal } = request
  // Beyond the limit of failed attempts, lines would only help who makes them.
  if (loginFailed) return status !== 429
  const { changesNothing } = routeOf(request)
  const isChange = !isSafe(method) && !is404 && changesNothing !== true
  return isChange && principal !== null
}

function entryOf(request: FastifyRequest, status: number): AuditEntry {
  const { principal, ip, method, url, params, body } = request
  const { name } = params as { readonly name?: string }
  return {
    code: 'AUDIT',
    user: principal?.name ?? null,
    auth: principal?.method ?? null,
    client: ip,
    method,
    path: url.split('?', 1)[0],
    connector: name ?? nameIn(body),
    status,
    outcome: outcomeOf(status),
  }
}

/** POST /connectors has the name in its body. */
function nameIn(body: unknown): string | null {
  if (typeof body !== 'string' || body === '') return null
  try {
    const { name } = JSON.parse(body) as { readonly name?: unknown }
    return typeof name === 'string' ? name : null
  } catch {
    return null
  }
}

function outcomeOf(status: number): AuditEntry['outcome'] {
  if (status < 400) return 'done'
  if (status === 401 || status === 403) return 'denied'
  return status < 500 ? 'refused' : 'failed'
}

/** The entry as one line of text. */
export function auditText({ user, auth, client, method, path, status, outcome }: AuditEntry): string {
  const who = user === null ? 'someone' : user
  const how = auth === null || auth === 'none' ? '' : ` (${auth})`
  const text = `${method} ${path} by ${who}${how} from ${client}: ${outcome}, ${status}`
  // Names can come from certificates and tokens: they must not begin lines of their own.
  return text.replaceAll(/\p{Cc}/gu, '?')
}
