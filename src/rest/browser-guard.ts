/** Refuses what a web page of someone else makes a browser on this machine send. */
import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from '../config/http-security.js'
import { isSafe } from './route.js'

/**
 * Cross-site request forgery: browsers add logins and client certificates by themselves, and an open worker asks for
 * none. Null: not the case; otherwise why the request is refused.
 */
export function crossSite(method: string, headers: IncomingHttpHeaders): string | null {
  if (isSafe(method)) return null
  const site = headers['sec-fetch-site']
  if (site !== undefined) {
    return site === 'same-origin' || site === 'none' ? null : 'the request comes from a page of another site'
  }
  const { origin, host } = headers
  if (origin === undefined) return null
  const isOwn = URL.canParse(origin) && new URL(origin).host === host
  return isOwn ? null : 'the request comes from a page of another origin'
}

/**
 * DNS rebinding: a page of any site can have its own name point to 127.0.0.1. Only loopback names, and the advertised
 * one, are names of a worker that listens on loopback. Null: fine; otherwise why the request is refused.
 */
export function foreignHost(host: string | undefined, advertised: string | null): string | null {
  if (host === undefined) return null
  const name = host.replace(/:\d*$/, '')
  const isKnown = isLoopback(name) || name.toLowerCase() === advertised?.toLowerCase()
  return isKnown ? null : `${name} is not a name of this worker; see http.advertised_host and http.insecure`
}
