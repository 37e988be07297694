import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)
/** The `genesis` that was built from this checkout. */
export const program = fileURLToPath(new URL('dist/cli/main.js', root))

/** A file of the checkout. */
export function shipped(path: string): string {
  return fileURLToPath(new URL(path, root))
}

export interface Finished {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `genesis …` to its end. */
export function genesis(...args: string[]): Promise<Finished> {
  return genesisWith({}, ...args)
}

/** Runs `genesis …` to its end, with these variables in its environment too. */
export function genesisWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Finished> {
  return runNode([program, ...args], { env })
}

/** Runs Node with these arguments to its end, with these variables in its environment too. */
export async function runNode(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const exit = once(child, 'exit')
  const [stdout, stderr] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
  const [status] = (await exit) as [number | null]
  return {
    status,
    stdout: Buffer.concat(stdout as Buffer[]).toString(),
    stderr: Buffer.concat(stderr as Buffer[]).toString(),
  }
}

export type LogLine = Readonly<Record<string, unknown>>

const isWarning = ({ level }: LogLine): boolean => level === 'warn' || level === 'error'

/** A log line. Fails if it is a warning or an error without a stable code. */
export function codedLine(text: string): LogLine {
  const line = JSON.parse(text) as LogLine
  if (isWarning(line)) assert.match(String(line.code), /^[A-Z_]+$/, `no code in ${text}`)
  return line
}

export interface RunningGenesis {
  /** The next log line that is not read yet and fulfils the condition. Rejects when the process ends before. */
  logged(what: string, condition: (line: LogLine) => boolean): Promise<LogLine>
  kill(signal: NodeJS.Signals): void
  readonly exit: Promise<number | null>
  /** Its warnings and errors, to its end. */
  warnings(): Promise<readonly LogLine[]>
}

/** The warnings and errors of a log: none, where nothing has gone wrong. */
export function warningsIn(log: string): readonly LogLine[] {
  const lines = log.split('\n').filter((line) => line !== '')
  return lines.map(codedLine).filter(isWarning)
}

/** Starts `genesis …`, whose stderr has JSON logs. Its stdout is a pipe that nobody reads. */
export function startGenesis(t: TestContext, ...args: string[]): RunningGenesis {
  return startGenesisIn(t, process.cwd(), ...args)
}

/** The same in another folder. */
export function startGenesisIn(t: TestContext, cwd: string, ...args: string[]): RunningGenesis {
  return startGenesisAt(t, { cwd }, args)
}

/** The same with these variables in its environment too. */
export function startGenesisWith(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  ...args: string[]
): RunningGenesis {
  return startGenesisAt(t, { env: { ...process.env, ...env } }, args)
}

/** The same with both. `env`: its whole environment. */
export function startGenesisAt(
  t: TestContext,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
  args: readonly string[],
): RunningGenesis {
  const child = spawn(process.execPath, [program, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const exit = once(child, 'exit').then(([status]) => status as number | null)
  const lines: AsyncIterator<string, undefined> = createInterface(child.stderr)[Symbol.asyncIterator]()
  const warnings: LogLine[] = []
  const next = async (): Promise<LogLine | null> => {
    const { done, value } = await lines.next()
    if (done) return null
    const line = codedLine(value)
    if (isWarning(line)) warnings.push(line)
    return line
  }
  return {
    async logged(what, condition) {
      for (;;) {
        const line = await next()
        if (line === null) throw new Error(`the process ended without: ${what}`)
        if (condition(line)) return line
      }
    },
    async warnings() {
      while ((await next()) !== null);
      return warnings
    },
    kill: (signal) => child.kill(signal),
    exit,
  }
}
