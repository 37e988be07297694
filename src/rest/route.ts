/** Routes as data: the handler of a call and its OpenAPI description in one place. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Role } from '../config/http-security.js'
import { HttpError } from './http-error.js'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Whether a call with this method changes nothing (RFC 9110, 9.2.1). */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/** A JSON Schema (draft 2020-12), as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>

export interface Exchange {
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The path as sent, such as `/ui` where the route is `/ui/`. */
  readonly path: string
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders
  /** As sent; empty if there is none. */
  readonly body: string
  /** Of the caller; null: not logged in, at a public route. */
  readonly role: Role | null
  /** Address at which the caller reached this worker: `http://host:port`. */
  readonly origin: string
}

export interface Reply {
  readonly status: number
  /** Sent as JSON, unless `type` says otherwise; absent: no body. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Media type of a text body. */
  readonly type?: string
}

export interface Parameter {
  readonly about: string
  readonly schema: Schema
}

/** How a call is treated before its handler. */
export interface RouteConfig {
  /** Not limited to JSON: accepts any Accept header. */
  readonly isOpen?: true
  /** Where browsers are redirected to. */
  readonly pageUrl?: string
  /** Needs no login; without one, `role` is null. */
  readonly isPublic?: true
  /** Not subject to the rate limit. */
  readonly isUnlimited?: true
  /** Not an audited change, although its method is not GET. */
  readonly changesNothing?: true
  /** Compresses the response if the client accepts that. Not for responses that echo a caller's text next to secrets (BREACH). */
  readonly isLong?: true
}

export interface Route extends RouteConfig {
  readonly method: Method
  /** `/connectors/{name}`, as in OpenAPI. */
  readonly path: string
  readonly group: 'Connect' | 'Worker' | 'Genesis'
  readonly summary: string
  readonly query?: Readonly<Record<string, Parameter>>
  readonly body?: Schema
  /** Success responses, by status. */
  readonly answers: Readonly<Record<number, Answer>>
  readonly handle: (exchange: Exchange) => Reply | Promise<Reply>
}

export interface Answer {
  readonly about: string
  readonly schema?: Schema
  /** @default application/json */
  readonly type?: string
}

export function jsonReply(body: unknown, status = 200): Reply {
  return { status, body }
}

/** As java.lang.Boolean.valueOf: everything but `true` is false. */
export function queryFlag(query: URLSearchParams, name: string, fallback = false): boolean {
  const value = query.get(name)
  return value === null ? fallback : value.toLowerCase() === 'true'
}

/** A task's id. Throws 404 if it is not a number, as Jersey does for a path that does not match. */
export function taskId(text: string): number {
  if (/^[+-]?\d{1,10}$/.test(text) && Math.abs(Number(text)) <= maxInt) return Number(text)
  throw new HttpError(404, 'HTTP 404 Not Found')
}

const maxInt = 2 ** 31 - 1
