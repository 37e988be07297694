import { asGenesisError, GenesisError } from '../errors.js'

/**
 * What the library throws and rejects with. `code` is a row of docs/errors.md, which also says whether it is `retriable`;
 * `message` is one complete line; `details` has its parts.
 *
 * A publisher of your own may throw one to say what went wrong; whatever else it throws counts as SINK_FAILED, which is
 * tried again.
 */
export class StreamingError extends GenesisError {
  override readonly name = 'StreamingError'
}

/** Any thrown thing as a StreamingError; what is not known to the program becomes INTERNAL, with its cause. */
export function asStreamingError(thrown: unknown): StreamingError {
  if (thrown instanceof StreamingError) return thrown
  const { code, what, details, stack } = asGenesisError(thrown)
  const error = new StreamingError(code, what, details)
  // Where it came from is what helps, not where it was given another name.
  error.stack = stack?.replace(/^GenesisError/, error.name)
  return error
}

/** Runs a function of the public API: what it throws is a StreamingError. */
export function asPublic<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw asStreamingError(error)
  }
}
