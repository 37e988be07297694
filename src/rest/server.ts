import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import type { Herder } from '../herder/herder.js'
import { openApi } from './openapi.js'
import type { Route } from './route.js'
import { createRouter, type OnDefect } from './router.js'
import { connectorRoutes } from './routes/connectors.js'
import { genesisRoutes, type GenesisServices } from './routes/genesis.js'
import { loggerRoutes } from './routes/loggers.js'
import { offsetRoutes } from './routes/offsets.js'
import { pageRoutes } from './routes/page.js'
import { pluginRoutes } from './routes/plugins.js'
import { stateRoutes } from './routes/states.js'
import { workerRoutes, type AboutWorker, type WorkerView } from './routes/worker.js'

/** What the REST interface needs. */
export interface RestServices extends AboutWorker {
  readonly view: WorkerView
  readonly herder: Herder
  readonly genesis: GenesisServices
  readonly onDefect: OnDefect
}

export interface HttpServer {
  /** `http://host:port` as it listens. */
  readonly address: string
  readonly port: number
  close(): Promise<void>
}

/** Starts the REST interface. Throws CONFIG_INVALID if it cannot listen on the address. */
export async function startServer(
  services: RestServices,
  { host, port }: Pick<WorkerConfig['http'], 'host' | 'port'>,
): Promise<HttpServer> {
  const server = createServer(services)
  try {
    await server.listen({ host, port })
    const { port: bound } = server.server.address() as AddressInfo
    return { address: addressOf(server), port: bound, close: () => server.close() }
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
function addressOf({ server }: FastifyInstance): string {
  const { address, family, port } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

export function createServer(services: RestServices): FastifyInstance {
  return createRouter(routesOf(services), { onDefect: services.onDefect, asOf: () => services.herder.asOf })
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
    handle: () => ({ status: 200, body: openApi(routes, version) }),
  })
  return routes
}
