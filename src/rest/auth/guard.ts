/** Decides for each request, before its body is read, whether it is let through. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isLoopback } from '../../config/http-security.js'
import { AddressBudget } from '../address-budget.js'
import { crossSite, foreignHost } from '../browser-guard.js'
import { errorAnswer, HttpError } from '../http-error.js'
import type { Authenticator } from './authenticator.js'
import type { RouteConfig } from '../route.js'
import { anyone, mayCall, type Principal } from './principal.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Null: not known, and not needed. */
    principal: Principal | null
    /** Credentials were sent, and are wrong. */
    loginFailed: boolean
  }
}

export interface Access {
  /** Null: authentication is off. */
  readonly authenticator: Authenticator | null
  /** Per client address; 0: unlimited. */
  readonly requestsPerSecond: number
  /** Refuse names in the header Host that are not this worker's; null: any name. */
  readonly hosts: { readonly advertised: string | null } | null
}

/** Everyone may do everything, as often as they like. */
export const openAccess: Access = { authenticator: null, requestsPerSecond: 0, hosts: null }

const burstSeconds = 10

/** Adds the guard to a server; hooks that are added later see only requests that were let through. */
export function guardRequests(server: FastifyInstance, { authenticator, requestsPerSecond, hosts }: Access): void {
  const budget =
    requestsPerSecond === 0
      ? null
      : new AddressBudget({ perSecond: requestsPerSecond, burst: requestsPerSecond * burstSeconds })
  server.decorateRequest('principal', null)
  server.decorateRequest('loginFailed', false)
  server.addHook('onRequest', async (request, reply) => {
    const { method, headers, ip } = request
    const { isPublic = false, isUnlimited = false } = routeOf(request)
    if (!isUnlimited && budget !== null && !isLoopback(ip) && !budget.spend(ip))
      return refuse(reply, 429, 'HTTP 429 Too Many Requests', { 'Retry-After': `${budget.secondsUntilToken(ip)}` })
    const reason = crossSite(method, headers) ?? (hosts === null ? null : foreignHost(headers.host, hosts.advertised))
    if (reason !== null) return refuse(reply, 403, `HTTP 403 Forbidden: ${reason}`)
    if (authenticator === null) request.principal = anyone
    else return admit(authenticator, request, reply, isPublic)
  })
}

/** Calls that match no route have no configuration. */
export function routeOf(request: FastifyRequest): RouteConfig {
  return (request.routeOptions.config as RouteConfig | undefined) ?? {}
}

async function admit(
  authenticator: Authenticator,
  request: FastifyRequest,
  reply: FastifyReply,
  isPublic: boolean,
): Promise<FastifyReply | undefined> {
  const { authorization } = request.headers
  const verdict = await authenticator.check({ authorization, socket: request.raw.socket, address: request.ip })
  if (verdict.principal === null) {
    if (isPublic && !verdict.failed) return
    request.loginFailed = verdict.failed
    if (verdict.retryAfterSeconds !== null)
      return refuse(reply, 429, 'HTTP 429 Too Many Requests: too many failed logins', {
        'Retry-After': `${verdict.retryAfterSeconds}`,
      })
    return refuse(reply, 401, 'HTTP 401 Unauthorized', { 'WWW-Authenticate': [...authenticator.challenges] })
  }
  request.principal = verdict.principal
  if (!mayCall(verdict.principal.role, request.method))
    return refuse(reply, 403, 'HTTP 403 Forbidden: the role reader may only read')
  return
}

function refuse(
  reply: FastifyReply,
  status: number,
  message: string,
  headers: Readonly<Record<string, string | string[]>> = {},
): FastifyReply {
  const { body } = errorAnswer(new HttpError(status, message))
  return reply.code(status).headers(headers).header('Content-Type', 'application/json').send(JSON.stringify(body))
}
