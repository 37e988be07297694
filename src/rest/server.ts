import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { deliveryName } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import type { ConnectorStatus } from '../runtime/status.js'
import { Metrics } from './metrics.js'

/** What the server shows of a worker. */
export interface WorkerView {
  readonly phase: 'starting' | 'running' | 'stopping'
  status(): readonly ConnectorStatus[]
}

export interface HttpServer {
  /** `http://host:port` as it listens. */
  readonly address: string
  close(): Promise<void>
}

/** Serves /health, /ready and /metrics. Throws CONFIG_INVALID where the address cannot be listened on. */
export async function startServer(view: WorkerView, { host, port }: WorkerConfig['http']): Promise<HttpServer> {
  const server = createServer(view)
  try {
    await server.listen({ host, port })
    return { address: addressOf(server), close: () => server.close() }
  } catch (cause) {
    await server.close()
    const { code, message } = cause as NodeJS.ErrnoException
    throw new GenesisError('CONFIG_INVALID', 'the worker cannot listen', {
      place: `http ${host}:${port}`,
      found: code ?? message,
      expected: 'a free port of an address of this machine',
      cause,
    })
  }
}

/** Fastify would name the loopback for every address of the machine. */
function addressOf({ server }: FastifyInstance): string {
  const { address, family, port } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

export function createServer(view: WorkerView): FastifyInstance {
  const server = fastify({ logger: false, forceCloseConnections: true })
  const metrics = new Metrics(() => view.status())

  // As in Kafka Connect (KIP-1017): 503 while starting, 500 when it cannot do its work.
  server.get('/health', (_request, reply) => {
    const connectors = view.status()
    const failed = connectors.filter(({ state }) => state === 'FAILED').map(({ config }) => deliveryName(config))
    if (view.phase === 'starting')
      return reply.code(503).send({ status: 'starting', message: 'the worker is starting' })
    if (connectors.length > 0 && failed.length === connectors.length) {
      return reply.code(500).send({ status: 'unhealthy', message: `every connector has failed: ${failed.join(', ')}` })
    }
    return reply.send({ status: 'healthy', message: 'the worker is running' })
  })

  server.get('/ready', (_request, reply) => {
    const waiting = view
      .status()
      .filter(({ tasks }) => tasks.some(({ started }) => !started))
      .map(({ config }) => deliveryName(config))
    const ready = view.phase === 'running' && waiting.length === 0
    return reply.code(ready ? 200 : 503).send({ ready, phase: view.phase, waiting_for: waiting })
  })

  server.get('/metrics', async (_request, reply) => {
    return reply.type(metrics.contentType).send(await metrics.text())
  })

  server.setNotFoundHandler((request, reply) => {
    return reply.code(404).send({ error_code: 404, message: `there is no ${request.method} ${request.url}` })
  })
  return server
}
