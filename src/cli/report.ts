/** Errors as shown on the command line: one line each on stderr, and an exit status. */
import { asGenesisError, errorsIn, errorTable } from '../errors.js'
import type { GenesisError } from '../errors.js'

/** Prints one or several errors and returns the exit status: 1 for failures, 2 for invalid input. */
export function report(thrown: unknown, env: Readonly<Record<string, string | undefined>> = process.env): 1 | 2 {
  const error = asGenesisError(thrown)
  for (const one of errorsIn(error)) process.stderr.write(`${errorLine(one)}\n`)
  if (env.GENESIS_TRACE === '1') process.stderr.write(`${trace(error)}\n`)
  return errorTable[error.code].exit
}

/** `error: <message> (CODE)`, always one line. */
export function errorLine(error: GenesisError): string {
  const line = `error: ${error.message.replace(/\s*\n\s*/g, ' ')} (${error.code})`
  return error.code === 'INTERNAL' ? `${line}: a bug in this program; GENESIS_TRACE=1 shows where` : line
}

function trace(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? error.message
  return error.cause === undefined ? own : `${own}\ncaused by ${trace(error.cause)}`
}
