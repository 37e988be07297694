import { GenesisError } from '../../errors.js'
import type { WebSocketFormat } from '../websocket/options.js'

/** The stream a client asks for. */
export interface ClientRequest {
  /** The first position. */
  readonly position: number
  /** Records per batch. */
  readonly batchSize: number
  /** Records per second. */
  readonly rate: number
  /** The connection ends after this many; null: never. */
  readonly maxRecords: number | null
  readonly conditions: unknown
  readonly format: WebSocketFormat
}

/** Defaults for clients that ask for nothing, and limits for those that do. */
export interface RequestLimits {
  readonly defaults: ClientRequest
  readonly maxBatchSize: number
  readonly maxRate: number
  /** Maximum length of conditions in a query, in bytes. */
  readonly maxMessageBytes: number
}

const maxCount = Number.MAX_SAFE_INTEGER

type Reader = (value: unknown, limits: RequestLimits) => unknown

/** Undefined: a malformed value, with what was expected. */
const expectations = {
  position: () => 'an integer from 0',
  batchSize: ({ maxBatchSize }: RequestLimits) => `an integer from 1 to ${maxBatchSize}`,
  rate: ({ maxRate }: RequestLimits) => `records per second, above 0 and at most ${maxRate}`,
  maxRecords: () => 'an integer from 1',
  conditions: () => 'a JSON object such as {"segment":"premium"}',
  format: () => 'json, ndjson or avro',
}

const readers: Readonly<Record<keyof ClientRequest, Reader>> = {
  position: (value) => integer(value, 0, maxCount),
  batchSize: (value, { maxBatchSize }) => integer(value, 1, maxBatchSize),
  rate: (value, { maxRate }) => (typeof value === 'number' && value > 0 && value <= maxRate ? value : undefined),
  maxRecords: (value) => integer(value, 1, maxCount),
  conditions: (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined),
  format: (value) => (value === 'json' || value === 'ndjson' || value === 'avro' ? value : undefined),
}

/** Option names in queries and messages, in camelCase or snake_case; `rate_limit` is an alias of `rate`. */
function nameOf(written: string): string {
  const name = written.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return name === 'rateLimit' ? 'rate' : name
}

/** A request by query string: `batch_size=10&rate=100&conditions={"segment":"premium"}`. Throws OPTION_INVALID. */
export function requestOfQuery(query: URLSearchParams, limits: RequestLimits): ClientRequest {
  const written = new Map<string, unknown>()
  for (const [key, text] of query) {
    if (written.has(key)) throw wrong(key, 'specified twice', text, 'one value')
    const name = nameOf(key)
    if (name === 'conditions' && Buffer.byteLength(text) > limits.maxMessageBytes) {
      throw wrong(key, 'too long', `${Buffer.byteLength(text)} bytes`, `at most ${limits.maxMessageBytes}`)
    }
    written.set(key, name === 'conditions' ? json(text) : name === 'format' ? text : number(text))
  }
  return requestOf(written, limits)
}

/** A request by message: a JSON object with the same names. Throws OPTION_INVALID. */
export function requestOfMessage(text: string, limits: RequestLimits): ClientRequest {
  const content = json(text)
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw wrong('the first message', 'not a request', text.slice(0, 40), 'a JSON object such as {"batchSize":10}')
  }
  return requestOf(new Map(Object.entries(content)), limits)
}

function requestOf(written: ReadonlyMap<string, unknown>, limits: RequestLimits): ClientRequest {
  const request: Record<keyof ClientRequest, unknown> = { ...limits.defaults }
  for (const [key, value] of written) {
    const name = nameOf(key)
    if (!isName(name)) throw wrong(key, 'unknown option', key, `one of ${Object.keys(readers).join(', ')}`)
    const read = readers[name](value, limits)
    if (read === undefined) throw wrong(key, 'wrong value', shown(value), expectations[name](limits))
    request[name] = read
  }
  return request as ClientRequest
}

function isName(name: string): name is keyof ClientRequest {
  return Object.hasOwn(readers, name)
}

function integer(value: unknown, least: number, most: number): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
    ? (value as number)
    : undefined
}

/** A number if the text is one; otherwise the text, which is then rejected by name. */
function number(text: string): unknown {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60)
}

function wrong(place: string, what: string, found: string, expected: string): GenesisError {
  return new GenesisError('OPTION_INVALID', what, { place, found, expected })
}
