import { GenesisError } from '../../errors.js'
import { webSocketServerSpec } from '../../sink/websocket-server/options.js'
import { checksOf } from '../option-table.js'
import {
  checkOptions,
  count,
  instance,
  objectOption,
  numberAbove,
  numberFrom,
  positionOption,
  textOrObject,
  type Check,
} from '../options.js'
import { SyntheticGenerator } from '../synthetic-generator.js'

/** Where a WebSocketServerPublisher listens, whom it serves, and with what. */
export interface WebSocketServerPublisherOptions {
  /** 0: any free port; `listen` resolves to the address. */
  readonly port: number
  /** Path of the URL. @default / */
  readonly path?: string
  /** Address to listen on. @default 127.0.0.1, reachable from this machine only */
  readonly host?: string
  /** Gives each client its own stream. Omitted: all clients get what `streamTo` publishes. */
  readonly generator?: SyntheticGenerator<object>
  /** As for WebSocketPublisher; with a generator, clients may request another. @default json */
  readonly format?: 'json' | 'ndjson' | 'avro'
  /** For avro: the schema itself, or the path of an .avsc file. @default derived from the model */
  readonly avroSchema?: object | string
  /** Further clients are refused with HTTP status 503. @default 1,000 */
  readonly maxClients?: number
  /** Maximum size of a client's message, and of its conditions. @default 4,096 */
  readonly maxMessageBytes?: number
  /** Origins of pages that may connect, in addition to those of this machine; `*`: every page. */
  readonly allowedOrigins?: readonly string[]
  /** drop (the default): a slow client misses batches, and is told which. disconnect: it is disconnected. */
  readonly onSlow?: 'drop' | 'disconnect'
  /** Maximum bytes waiting for one client. @default 1 MB */
  readonly bufferBytes?: number
  /** With a generator: as for StreamingGenerator. @default 0 */
  readonly seed?: number
  /** With a generator: what clients get by default. @default 10 records per batch, 100 per second, all records */
  readonly batchSize?: number
  readonly rateLimit?: number
  readonly conditions?: unknown
  /** With a generator: the maximum a client may request. @default 1,000 per batch, 10,000 per second */
  readonly maxBatchSize?: number
  readonly maxRateLimit?: number
  /** With a generator: maximum distinct conditions in use at a time. @default 64 */
  readonly maxConditions?: number
  /** With a generator: maximum wait for the first message of a client whose query requests nothing. @default 1 */
  readonly firstMessageSeconds?: number
}

const onlyWithGenerator = {
  seed: positionOption,
  batchSize: count(1, 65_536),
  rateLimit: numberAbove(0),
  conditions: objectOption,
  maxBatchSize: count(1, 65_536),
  maxRateLimit: numberAbove(0),
  maxConditions: count(1),
  firstMessageSeconds: numberFrom(0, 3600),
}

export const serverChecks: Readonly<Record<keyof WebSocketServerPublisherOptions, Check>> = {
  ...checksOf(
    webSocketServerSpec.options,
    ...(['port', 'path', 'host', 'format', 'maxClients', 'allowedOrigins', 'onSlow', 'bufferBytes'] as const),
  ),
  generator: instance(SyntheticGenerator),
  avroSchema: textOrObject,
  maxMessageBytes: count(1, 1_000_000),
  ...onlyWithGenerator,
}

/** Throws OPTION_INVALID for options about per-client streams if there are none, or for conflicting ones. */
export function checkClientOptions(options: WebSocketServerPublisherOptions): void {
  const { generator, batchSize = 1, rateLimit = 0, maxBatchSize = 1000, maxRateLimit = 10_000 } = options
  if (generator === undefined) {
    const given = Object.entries(options).find(([name, value]) => value !== undefined && name in onlyWithGenerator)
    if (given === undefined) return
    throw new GenesisError('OPTION_INVALID', 'this option applies to per-client streams', {
      place: `WebSocketServerPublisher: ${given[0]}`,
      found: 'no generator',
      expected: 'generator: the SyntheticGenerator to stream from',
    })
  }
  const limits = { batchSize: count(1, maxBatchSize), rateLimit: numberFrom(0, maxRateLimit) }
  checkOptions('WebSocketServerPublisher', { batchSize, rateLimit }, limits)
}
