import { createServer } from 'node:net'

/** The first of these ports of this machine that nobody listens on; the first of all where every one is taken. */
export async function firstFreePort(ports: readonly number[]): Promise<number> {
  for (const port of ports) if (await isFree(port)) return port
  return ports[0]
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
