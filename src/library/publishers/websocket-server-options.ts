import { GenesisError } from '../../errors.js'
import { webSocketServerSpec } from '../../sink/websocket-server/options.js'
import { checksOf, textOrObject } from '../option-table.js'
import {
  checkOptions,
  count,
  instance,
  objectOption,
  numberAbove,
  numberFrom,
  positionOption,
  type Check,
} from '../options.js'
import { SyntheticGenerator } from '../synthetic-generator.js'

/** Where a WebSocketServerPublisher listens, whom it serves, and with what. */
export interface WebSocketServerPublisherOptions {
  /** 0: any free port; `listen` tells which. */
  readonly port: number
  /** The path of the address; / if left out. */
  readonly path?: string
  /** The address to listen on; 127.0.0.1 if left out: this machine only. */
  readonly host?: string
  /** Gives every client a stream of its own. Left out: everyone gets what `streamTo` publishes. */
  readonly generator?: SyntheticGenerator<object>
  /** As for WebSocketPublisher; with a generator, a client may ask for another. json if left out. */
  readonly format?: 'json' | 'ndjson' | 'avro'
  /** For avro: the schema itself, the path of an .avsc file, or (left out) derived from the model. */
  readonly avroSchema?: object | string
  /** 1,000 if left out; a client too many is refused with HTTP status 503. */
  readonly maxClients?: number
  /** The largest message from a client, and the longest conditions; 4,096 if left out. */
  readonly maxMessageBytes?: number
  /** Origins of pages that may connect, in addition to those of this machine; `*` is every page. */
  readonly allowedOrigins?: readonly string[]
  /** drop (the default): a client that is too slow misses batches, and is notified which. disconnect: it is disconnected. */
  readonly onSlow?: 'drop' | 'disconnect'
  /** Maximum bytes that wait for one client; 1 MB if left out. */
  readonly bufferBytes?: number
  /** With a generator: as for StreamingGenerator; 0 if left out. */
  readonly seed?: number
  /** With a generator: what a client gets that asks for nothing. 10 records a batch, 100 a second, and all records if left out. */
  readonly batchSize?: number
  readonly rateLimit?: number
  readonly conditions?: unknown
  /** With a generator: the most that a client may ask for; 1,000 a batch, 10,000 a second if left out. */
  readonly maxBatchSize?: number
  readonly maxRateLimit?: number
  /** With a generator: how many different conditions the clients may have at a time; 64 if left out. */
  readonly maxConditions?: number
  /** With a generator: so long a client whose query asks for nothing may take for its first message; 1 if left out. */
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

/** Throws OPTION_INVALID for options that say something about clients' own streams where there are none, or too much. */
export function checkClientOptions(options: WebSocketServerPublisherOptions): void {
  const { generator, batchSize = 1, rateLimit = 0, maxBatchSize = 1000, maxRateLimit = 10_000 } = options
  if (generator === undefined) {
    const given = Object.entries(options).find(([name, value]) => value !== undefined && name in onlyWithGenerator)
    if (given === undefined) return
    throw new GenesisError('OPTION_INVALID', 'this option is about streams of single clients', {
      place: `WebSocketServerPublisher: ${given[0]}`,
      found: 'no generator',
      expected: 'generator: the SyntheticGenerator to stream from',
    })
  }
  const most = { batchSize: count(1, maxBatchSize), rateLimit: numberFrom(0, maxRateLimit) }
  checkOptions('WebSocketServerPublisher', { batchSize, rateLimit }, most)
}
