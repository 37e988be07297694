import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import type { ConnectorStatus } from '../runtime/status.js'
import { Metrics } from './metrics.js'
import { readinessOf } from './readiness.js'

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

  // Liveness: that it answers says that the event loop is not stuck. What has failed is no reason to restart the process.
  // 503 while starting, as in Kafka Connect (KIP-1017).
  server.get('/health', (_request, reply) => {
    if (view.phase === 'starting')
      return reply.code(503).send({ status: 'starting', message: 'the worker is starting' })
    return reply.send({ status: 'healthy', message: 'the worker is running' })
  })

  server.get('/ready', (_request, reply) => {
    const readiness = readinessOf(view.phase, view.status())
    return reply.code(readiness.ready ? 200 : 503).send(readiness)
  })

  server.get('/metrics', async (_request, reply) => {
    return reply.type(metrics.contentType).send(await metrics.text())
  })

  server.setNotFoundHandler((request, reply) => {
    return reply.code(404).send({ error_code: 404, message: `there is no ${request.method} ${request.url}` })
  })
  return server
}
