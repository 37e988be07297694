import { asGenesisError, errorTable, type GenesisError } from '../errors.js'

/** An error of the request itself; all other errors are GenesisErrors. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The body of all errors (org.apache.kafka.connect.runtime.rest.entities.ErrorMessage). */
export interface ErrorBody {
  readonly error_code: number
  readonly message: string
}

export interface ErrorAnswer {
  readonly status: number
  readonly body: ErrorBody
  /** A bug in this program, whose message is not for clients. */
  readonly defect: GenesisError | null
}

/** The response to a call that threw. */
export function errorAnswer(thrown: unknown): ErrorAnswer {
  if (thrown instanceof HttpError) return answer(thrown.status, thrown.message)
  const status = frameworkStatus(thrown)
  if (status !== null) return answer(status, (thrown as Error).message)
  const error = asGenesisError(thrown)
  if (error.code === 'INTERNAL') {
    return { ...answer(500, "INTERNAL: a bug in this program; see the worker's log"), defect: error }
  }
  return answer(errorTable[error.code].http, textOf(error))
}

function answer(status: number, message: string): ErrorAnswer {
  return { status, body: { error_code: status, message }, defect: null }
}

/** Several errors of one configuration are listed the way Connect lists them. */
function textOf(error: GenesisError): string {
  const { all } = error.details
  if (all === undefined || all.length < 2) return `${error.message} (${error.code})`
  const lines = all.map(({ message, code }) => `\n${message} (${code})`)
  return `Connector configuration is invalid and contains the following ${all.length} error(s):${lines.join('')}`
}

/** For errors that fastify throws before a handler sees the request: 413, 414 and the like. */
function frameworkStatus(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return null
  const { statusCode } = thrown
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : null
}
