import { asGenesisError, GenesisError } from '../errors.js'

/**
 * What the library throws and rejects with. `code` is a row of docs/errors.md, which also says whether it is
 * `retriable`; `message` is one complete line; `details` has its parts.
 *
 * Your own publisher may throw one to say what went wrong; anything else it throws counts as SINK_FAILED, which is
 * retried.
 */
export class StreamingError extends GenesisError {
  override readonly name = 'StreamingError'
}

/** Converts anything thrown to a StreamingError; unknown errors become INTERNAL, with their cause. */
export function asStreamingError(thrown: unknown): StreamingError {
  if (thrown instanceof StreamingError) return thrown
  const { code, what, details, stack } = asGenesisError(thrown)
  const error = new StreamingError(code, what, details)
  // The original stack helps, not that of the conversion.
  error.stack = stack?.replace(/^GenesisError/, error.name)
  return error
}

/** Wraps a function of the public API, so that it throws StreamingErrors. */
export function asPublic<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw asStreamingError(error)
  }
}
