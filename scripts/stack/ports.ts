import { createServer } from 'node:net'
import { everythingSaid } from './reason.js'

const attempts = 4

/** Returns `count` different ports nobody listens on. */
export type FindPorts = (count: number) => Promise<readonly number[]>

/** Different ports nobody listened on a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer()
          server.once('error', reject)
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  return Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          const { port } = server.address() as { port: number }
          server.close(() => resolve(port))
        }),
    ),
  )
}

/** Starts something on free ports, or on others if one is taken before the start. */
export async function onFreePorts<T>(
  count: number,
  start: (ports: readonly number[]) => Promise<T>,
  say: (line: string) => void,
  find: FindPorts = freePorts,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const ports = await find(count)
    try {
      return await start(ports)
    } catch (error) {
      if (attempt === attempts || !isPortTaken(error)) throw error
      say('another program took a port meanwhile; trying other ports')
    }
  }
}

/** As worded by Docker, Java and Quarkus. */
function isPortTaken(error: unknown): boolean {
  return /address already in use|port is already allocated|ports are not available|already bound|BindException|EADDRINUSE/i.test(
    everythingSaid(error),
  )
}
