import { spawn } from 'node:child_process'
import { createServer } from 'node:net'

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Ends the command, and whatever it started, with SIGTERM. */
  readonly signal?: AbortSignal
}

/** Runs a command to its end; its output, or an error that holds the end of what it printed. */
export function run(command: string, args: readonly string[], { env, signal }: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    // Its own process group: Ctrl-C reaches this program alone, which then ends things in the right order.
    const child = spawn(command, args, {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const end = (): void => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
    }
    signal?.addEventListener('abort', end, { once: true })
    let output = ''
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-20_000)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('error', reject)
    child.once('close', (status) => {
      signal?.removeEventListener('abort', end)
      if (status === 0) resolve(output)
      else reject(new Error(`${command} ${args.join(' ')} ended with ${status}:\n${output.slice(-3000)}`))
    })
  })
}

export async function works(command: string, ...args: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  )
}

/** Ports that nobody listened on a moment ago, all different. */
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
