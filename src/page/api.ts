/** Calls to the worker that served the page. */

/** Below a proxy's prefix too: the page is at `…/ui/`. */
const root = new URL('..', import.meta.url)
// A login in the address stays with the browser, which refuses calls to addresses that have one.
root.username = root.password = ''
const timeoutMs = 15_000

/** A call without success. */
export class CallError extends Error {
  override readonly name = 'CallError'
  /** HTTP status; 0: no response. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What a view shows when a call has failed. */
export function errorText(error: unknown): string {
  return error instanceof CallError ? error.message : String(error)
}

export interface Answer<Body> {
  readonly body: Body
  /** Of a worker that cannot reach its group: when what it shows was last complete. */
  readonly asOf: string | null
}

export interface CallOptions {
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** Calls a path such as `connectors/a%20b/pause`. Throws CallError; AbortError if aborted by the signal. */
export async function call<Body = unknown>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  { body, signal }: CallOptions = {},
): Promise<Answer<Body>> {
  const timeout = AbortSignal.timeout(timeoutMs)
  let response: Response
  let text: string
  try {
    response = await fetch(new URL(path, root), {
      method,
      headers: { Accept: 'application/json', ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      cache: 'no-store',
    })
    text = await response.text()
  } catch (error) {
    if (signal?.aborted) throw error
    const reason = timeout.aborted ? `no response within ${timeoutMs / 1000} s` : 'no connection'
    throw new CallError(0, reason)
  }
  const parsed = parse(text)
  if (!response.ok) throw new CallError(response.status, messageOf(parsed) ?? `HTTP ${response.status}`)
  return { body: parsed as Body, asOf: response.headers.get('Genesis-As-Of') }
}

/** `connectors/{name}/…` with the name escaped. */
export function pathOf(name: string, rest = ''): string {
  return `connectors/${encodeURIComponent(name)}${rest}`
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}

function messageOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('message' in body)) return null
  return typeof body.message === 'string' ? body.message : null
}
