import { asGenesisError, errorTable, type GenesisError } from '../errors.js'

/** What is wrong with a request itself; everything else that goes wrong is a GenesisError. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The body of every error (org.apache.kafka.connect.runtime.rest.entities.ErrorMessage). */
export interface ErrorBody {
  readonly error_code: number
  readonly message: string
}

export interface ErrorAnswer {
  readonly status: number
  readonly body: ErrorBody
  /** A defect of this program, whose message is not for those who call it. */
  readonly defect: GenesisError | null
}

/** What is answered to a call that has thrown. */
export function errorAnswer(thrown: unknown): ErrorAnswer {
  if (thrown instanceof HttpError) return answer(thrown.status, thrown.message)
  const status = frameworkStatus(thrown)
  if (status !== null) return answer(status, (thrown as Error).message)
  const error = asGenesisError(thrown)
  if (error.code === 'INTERNAL') {
    return { ...answer(500, 'INTERNAL: a defect of this program; its log has the details'), defect: error }
  }
  return answer(errorTable[error.code].http, textOf(error))
}

function answer(status: number, message: string): ErrorAnswer {
  return { status, body: { error_code: status, message }, defect: null }
}

/** Several errors of one configuration are listed as Connect lists them. */
function textOf(error: GenesisError): string {
  const { all } = error.details
  if (all === undefined || all.length < 2) return `${error.message} (${error.code})`
  const lines = all.map(({ message, code }) => `\n${message} (${code})`)
  return `Connector configuration is invalid and contains the following ${all.length} error(s):${lines.join('')}`
}

/** Of an error that fastify throws before a handler sees the request: 413, 414 and the like. */
function frameworkStatus(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return null
  const { statusCode } = thrown
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : null
}
