import { spawn } from 'node:child_process'

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Ends the command and everything it started, with SIGTERM. */
  readonly signal?: AbortSignal
  /** Time limit: kills it with SIGKILL and rejects. */
  readonly timeoutMs?: number
}

/** A command that could not be started, failed, or took too long. */
export class CommandError extends Error {
  readonly output: string
  /** It is not on the PATH. */
  readonly missing: boolean
  readonly timedOut: boolean

  constructor(message: string, { output = '', missing = false, timedOut = false }) {
    super(message)
    this.output = output
    this.missing = missing
    this.timedOut = timedOut
  }
}

/** Runs a command to its end; returns its output, or throws an error with the end of the output. */
export function run(
  command: string,
  args: readonly string[],
  { env, signal, timeoutMs }: RunOptions = {},
): Promise<string> {
  const name = [command, ...args].join(' ')
  return new Promise((resolve, reject) => {
    // Its own process group: Ctrl-C reaches only this program, which then stops things in the right order.
    const child = spawn(command, args, {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const end = (how: NodeJS.Signals): void => {
      if (child.pid === undefined || child.exitCode !== null) return
      try {
        process.kill(-child.pid, how)
      } catch {
        // It has just ended.
      }
    }
    const abort = (): void => end('SIGTERM')
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            end('SIGKILL')
            reject(
              new CommandError(`no response to "${command} ${args[0]}" within ${timeoutMs / 1000} s`, {
                output,
                timedOut: true,
              }),
            )
          }, timeoutMs)
    let output = ''
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-20_000)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    const release = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
    child.once('error', (error: NodeJS.ErrnoException) => {
      release()
      reject(new CommandError(error.message, { missing: error.code === 'ENOENT' }))
    })
    child.once('close', (status) => {
      release()
      if (status === 0) resolve(output)
      else reject(new CommandError(`${name} ended with ${status}:\n${output.slice(-3000)}`, { output }))
    })
  })
}

export async function works(command: string, ...args: string[]): Promise<boolean> {
  return run(command, args, { timeoutMs: 30_000 }).then(
    () => true,
    () => false,
  )
}
