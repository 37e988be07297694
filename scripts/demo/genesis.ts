import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

/** Runs the command line on this terminal and returns its exit status. Interrupted, it finishes its open transactions first. */
export function genesis(args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env }, stdio: 'inherit' })
    // Ctrl-C on the terminal reaches it directly; signals sent only to this process are passed on.
    const pass = (): void => {
      if (!process.stdin.isTTY) child.kill('SIGTERM')
    }
    signal.addEventListener('abort', pass, { once: true })
    child.once('error', reject)
    child.once('exit', (status) => {
      signal.removeEventListener('abort', pass)
      if (signal.aborted) reject(new Error('interrupted'))
      else resolve(status ?? 1)
    })
  })
}
