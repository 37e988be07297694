import type { AddressInfo } from 'node:net'
import type { Server } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { isLoopback, type HttpSecurity } from '../config/http-security.js'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import type { Herder } from '../herder/herder.js'
import type { Tracer } from '../telemetry/tracer.js'
import type { AuditEntry } from './audit.js'
import { Authenticator } from './auth/authenticator.js'
import type { Access } from './auth/guard.js'
import { openApi } from './openapi.js'
import type { Route } from './route.js'
import { createRouter, type OnDefect, type RouterOptions } from './router.js'
import { connectorRoutes } from './routes/connectors.js'
import { genesisRoutes, type GenesisServices } from './routes/genesis.js'
import { loggerRoutes } from './routes/loggers.js'
import { offsetRoutes } from './routes/offsets.js'
import { pageRoutes } from './routes/page.js'
import { pluginRoutes } from './routes/plugins.js'
import { stateRoutes } from './routes/states.js'
import { ServerCertificate } from './server-certificate.js'
import { workerRoutes, type AboutWorker, type WorkerView } from './routes/worker.js'

/** What the REST interface needs. */
export interface RestServices extends AboutWorker {
  readonly view: WorkerView
  readonly herder: Herder
  readonly genesis: GenesisServices
  readonly onDefect: OnDefect
  /** Receives changing calls and failed logins. */
  readonly onCall?: (entry: AuditEntry) => void
  /** Receives what happens to the certificate while the server runs; `error`: it keeps the former one. */
  readonly onCertificate?: (message: string, error: GenesisError | null) => void
  /** Null: calls make no spans. */
  readonly tracer?: Tracer | null
}

export interface HttpServer {
  /** `http://host:port` or `https://host:port` as it listens. */
  readonly address: string
  readonly port: number
  close(): Promise<void>
}

/** Starts the REST interface. Throws CONFIG_INVALID if it cannot listen on the address. */
export async function startServer(
  services: RestServices,
  { host, port, security }: Pick<WorkerConfig['http'], 'host' | 'port' | 'security'>,
  advertisedHost: string | null = null,
): Promise<HttpServer> {
  const { tls } = security
  const certificate = tls === null ? null : new ServerCertificate(tls)
  const server = createServer(services, {
    access: await accessOf(security, host, advertisedHost),
    trustedProxies: security.trustedProxies,
    tls: certificate?.options() ?? null,
  })
  try {
    await server.listen({ host, port })
    const { port: bound } = server.server.address() as AddressInfo
    const endFollowing = certificate?.follow(server.server as unknown as Server, services.onCertificate)
    const close = async (): Promise<void> => {
      endFollowing?.()
      await server.close()
    }
    return { address: addressOf(server, tls === null ? 'http' : 'https'), port: bound, close }
  } catch (cause) {
    await server.close()
    const { code, message } = cause as NodeJS.ErrnoException
    throw new GenesisError('CONFIG_INVALID', 'the worker cannot listen', {
      place: `http ${host}:${port}`,
      found: code ?? message,
      expected: 'a free port and an address of this machine',
      cause,
    })
  }
}

/** If listening on all addresses, fastify would report the loopback address. */
function addressOf({ server }: FastifyInstance, scheme: string): string {
  const { address, family, port } = server.address() as AddressInfo
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

export function createServer(
  services: RestServices,
  options: Pick<RouterOptions, 'access' | 'trustedProxies' | 'tls'> = {},
): FastifyInstance {
  const { onDefect, onCall, herder, tracer } = services
  return createRouter(routesOf(services), { ...options, onDefect, onCall, tracer, asOf: () => herder.asOf })
}

async function accessOf(
  { auth, isInsecure, requestsPerSecond }: HttpSecurity,
  host: string,
  advertised: string | null,
): Promise<Access> {
  const authenticator = auth === null ? null : await Authenticator.create(auth)
  // Without a login, only the name tells apart this machine's users and pages that their browsers show.
  const isOpen = auth === null && !isInsecure && isLoopback(host)
  return { authenticator, requestsPerSecond, hosts: isOpen ? { advertised } : null }
}

/** All routes, including the one that describes them. */
export function routesOf(services: RestServices): readonly Route[] {
  const { view, herder, version, genesis, ui } = services
  const routes: Route[] = [
    ...workerRoutes(view, herder, services),
    ...connectorRoutes(herder, version),
    ...stateRoutes(herder, version),
    ...offsetRoutes(herder),
    ...pluginRoutes(herder, version),
    ...loggerRoutes(herder),
    ...genesisRoutes(herder, genesis),
    ...(ui ? pageRoutes() : []),
  ]
  routes.push({
    method: 'GET',
    path: '/openapi.json',
    group: 'Worker',
    summary: 'This description (OpenAPI 3.1)',
    answers: { 200: { about: 'The description.' } },
    isLong: true,
    handle: () => ({ status: 200, body: openApi(routes, version) }),
  })
  return routes
}
