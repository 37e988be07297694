import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'

/** A child process that ends with this one, however this one ends. */
export interface Supervised {
  /** Resolves when it has ended: with an error if its log could not be written (which ends it), otherwise with undefined. */
  readonly ended: Promise<Error | undefined>
  /** Ends it (SIGTERM, after 10 s SIGKILL) and waits until it has ended. */
  stop(): Promise<void>
}

/**
 * Starts a command with its output in a log file. A shell in between waits on a pipe from this process: when the pipe
 * closes (on request, or because this process is gone, even by SIGKILL), it ends the command. It is its own process group, so that
 * Ctrl-C on a terminal does not end a broker before its users have finished.
 */
export function supervise(command: string, args: readonly string[], log: string): Supervised {
  const watch =
    '"$@" </dev/null & child=$!; (wait_for=$(cat); kill $child; sleep 10; kill -9 $child) 2>/dev/null <&3 & watcher=$!; wait $child; kill $watcher 2>/dev/null'
  const child = spawn('sh', ['-c', `exec 3<&0; ${watch}`, 'sh', command, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const output = createWriteStream(log)
  child.stdout.pipe(output, { end: false })
  child.stderr.pipe(output, { end: false })
  let failure: Error | undefined
  output.on('error', (error) => {
    failure ??= error
    child.stdin.end()
    // Nobody reads its remaining output.
    child.stdout.resume()
    child.stderr.resume()
  })
  const ended = new Promise<Error | undefined>((resolve) => {
    child.once('error', () => resolve(failure))
    child.once('exit', () => resolve(failure))
  })
  return {
    ended,
    stop: async () => {
      child.stdin.end()
      await ended
      output.end()
    },
  }
}
