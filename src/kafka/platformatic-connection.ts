/**
 * @platformatic/kafka's low-level connection to one broker, created from ClusterOptions, and the choice of API versions.
 */
import { isIP } from 'node:net'
import { AuthenticationError, ConnectionStatuses, ResponseError } from './platformatic.js'
import type { ConnectionOptions } from '@platformatic/kafka'
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import { kafkaError } from './errors.js'
import { bearerToken } from './oauth-token.js'
import { currentTls } from './tls-files.js'
import { requestApiVersions } from './wire/api-versions.js'
import type { ApiVersions } from './wire/api-versions.js'
import { WatchedConnection } from './watched-connection.js'

/** Per-use overrides of a connection's defaults. */
export type ConnectionSettings = Pick<ConnectionOptions, 'maxInflights' | 'handleBackPressure'>

/**
 * Connects and authenticates. The caller closes the connection. Rejects with KAFKA_UNREACHABLE,
 * KAFKA_AUTHENTICATION or KAFKA_TIMEOUT, naming the broker; or with the reason of the signal, which gives up at once.
 */
export async function openConnection(
  host: string,
  port: number,
  cluster: ClusterOptions,
  settings: ConnectionSettings = {},
  signal?: AbortSignal,
): Promise<WatchedConnection> {
  signal?.throwIfAborted()
  const { sasl, requestTimeoutMs } = cluster
  const connection = new WatchedConnection(
    cluster.clientId,
    { ...(await connectionOptions(host, cluster)), ...settings },
    async () => (sasl?.mechanism === 'OAUTHBEARER' ? bearerToken(sasl, requestTimeoutMs) : null),
  )
  // In-flight requests are rejected when the socket fails; without a listener the event itself would end the process.
  connection.on('error', () => {})
  const giveUp = (): void => void connection.socket.destroy(signal?.reason as Error)
  try {
    const connected = connection.connect(host, port)
    signal?.addEventListener('abort', giveUp)
    if (signal?.aborted === true) giveUp()
    await connected
    return connection
  } catch (error) {
    await connection.close()
    signal?.throwIfAborted()
    throw notABroker(connection, host, port) ?? kafkaError(error, { broker: `${host}:${port}` })
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}

/** Null: as far as we can tell, it is a broker. */
function notABroker({ other }: WatchedConnection, host: string, port: number): GenesisError | null {
  if (other === null) return null
  const place = `broker ${host}:${port}`
  return other === 'TLS'
    ? new GenesisError('KAFKA_REJECTED', 'the listener requires TLS', {
        place,
        found: 'a connection without TLS',
        remedy: 'Set kafka.tls.enabled: true (KAFKA_TLS_ENABLED), or point kafka.brokers at a listener without TLS',
      })
    : new GenesisError('KAFKA_REJECTED', 'this is not a Kafka broker', {
        place,
        found: other,
        expected: 'a Kafka broker',
        remedy: 'Check the host and port in kafka.brokers',
      })
}

async function connectionOptions(
  host: string,
  cluster: ClusterOptions,
): Promise<ConnectionOptions & { requestTimeout: number }> {
  const { tls, sasl } = cluster
  return {
    connectTimeout: cluster.connectTimeoutMs,
    requestTimeout: cluster.requestTimeoutMs,
    tls: tls === null ? undefined : await currentTls(tls),
    // SNI must be a name: RFC 6066 forbids addresses.
    tlsServerName: tls === null ? undefined : (tls.serverName ?? (isIP(host) === 0 ? host : undefined)),
    sasl:
      sasl === null
        ? undefined
        : sasl.mechanism === 'OAUTHBEARER'
          ? {
              mechanism: sasl.mechanism,
              token: () => bearerToken(sasl, cluster.requestTimeoutMs),
              authBytesValidator: refusedToken,
            }
          : sasl,
  }
}

// RFC 7628 §3.2.2: a server refuses a token with a JSON challenge and accepts one with an empty response.
const refusedToken: NonNullable<NonNullable<ConnectionOptions['sasl']>['authBytesValidator']> = (bytes, callback) => {
  if (bytes.length > 1) callback(new AuthenticationError(`the token was refused: ${bytes.toString('utf8')}`))
  else callback(null, bytes)
}

/** How long closing waits for data to leave for a broker, ms. */
const unsentMs = 500

/** All versions of one @platformatic/kafka API. */
interface VersionedApi {
  readonly key: number
  readonly version: number
}

/** A connection that knows its broker's API versions. */
export class BrokerConnection {
  readonly #api: ApiVersions

  private constructor(
    readonly host: string,
    readonly port: number,
    readonly connection: WatchedConnection,
    api: ApiVersions,
  ) {
    this.#api = api
  }

  /** Connects, authenticates and requests the API versions (KIP-35, KIP-511). Rejects as openConnection does. */
  static async open(
    host: string,
    port: number,
    cluster: ClusterOptions,
    settings: ConnectionSettings = {},
    signal?: AbortSignal,
  ): Promise<BrokerConnection> {
    const connection = await openConnection(host, port, cluster, settings, signal)
    let failure: Error | undefined
    connection.once('error', (error) => (failure = error))
    const giveUp = (): void => void connection.socket.destroy(signal?.reason as Error)
    signal?.addEventListener('abort', giveUp)
    try {
      signal?.throwIfAborted()
      return new BrokerConnection(host, port, connection, await requestApiVersions(connection))
    } catch (error) {
      await connection.close()
      signal?.throwIfAborted()
      // In TLS 1.3 a broker refuses a client certificate only after the handshake: see the socket's error.
      throw notABroker(connection, host, port) ?? kafkaError(failure ?? error, { broker: `${host}:${port}` })
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
  }

  /** The newest API version the broker supports, or -1. */
  maxVersion(apiKey: number): number {
    return this.#api.versions.get(apiKey)?.max ?? -1
  }

  /** The finalized level of a cluster feature (KIP-584) such as `transaction.version`; 0 if none. */
  feature(name: string): number {
    return this.#api.features.get(name) ?? 0
  }

  /** The newest of these versions that the broker supports; KAFKA_REJECTED if none. */
  choose<Api extends VersionedApi>(...candidates: readonly [Api, ...Api[]]): Api {
    let best: Api | null = null
    for (const api of candidates) {
      const range = this.#api.versions.get(api.key)
      if (range === undefined || api.version < range.min || api.version > range.max) continue
      if (best === null || api.version > best.version) best = api
    }
    if (best !== null) return best
    const { key } = candidates[0]
    const range = this.#api.versions.get(key)
    throw new GenesisError('KAFKA_REJECTED', 'the broker supports no common version of an API', {
      place: `broker ${this.host}:${this.port}`,
      found: range === undefined ? `no API ${key}` : `API ${key} versions ${range.min} to ${range.max}`,
      expected: `one of versions ${candidates.map((api) => api.version).join(', ')}`,
      remedy: 'Use Kafka 2.8 or later',
    })
  }

  /** Whether to start new work on it: connected, and no request has timed out. */
  get usable(): boolean {
    const { isLate, status } = this.connection
    // Requests continue while the credentials are renewed (KIP-368).
    return !isLate && (status === ConnectionStatuses.CONNECTED || status === ConnectionStatuses.REAUTHENTICATING)
  }

  /** Pending requests reject. What a silent broker does not take is not waited for. */
  async close(): Promise<void> {
    const { socket } = this.connection
    const late = setTimeout(() => socket.destroy(), unsentMs)
    try {
      await this.connection.close()
    } finally {
      clearTimeout(late)
    }
  }
}

/** Connects to the first bootstrap broker that answers; KAFKA_UNREACHABLE names them all if none does. */
export async function openAnyBroker(
  cluster: ClusterOptions,
  open = (host: string, port: number) => BrokerConnection.open(host, port, cluster),
): Promise<BrokerConnection> {
  let last: GenesisError | null = null
  const found: GenesisError[] = []
  for (const address of cluster.brokers) {
    const [host, port] = splitAddress(address)
    try {
      return await open(host, port)
    } catch (error) {
      last = kafkaError(error)
      // Another broker would refuse the same credentials; but one address may be wrong and the next one right.
      if (!last.retriable && last.code !== 'KAFKA_REJECTED') throw last
      found.push(last)
    }
  }
  if (last !== null && found.every(({ code }) => code === 'KAFKA_REJECTED')) throw last
  throw new GenesisError('KAFKA_UNREACHABLE', 'no broker answers', {
    place: cluster.brokers.join(', '),
    found: last?.details.found,
    remedy: 'Check kafka.brokers, the network, and whether the listener requires TLS or SASL',
    cause: last ?? undefined,
  })
}

/** `host:port`, `[v6]:port` or a host alone (port 9092). */
export function splitAddress(address: string): [host: string, port: number] {
  const parts = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(address.trim())
  if (parts === null)
    throw new GenesisError('CONFIG_INVALID', 'a broker address is wrong', { found: address, expected: 'host:port' })
  return [parts[1] ?? parts[2], Number(parts[3] ?? 9092)]
}

/**
 * A response even if it contains errors: the library rejects the whole response if any topic or partition in it has an
 * error code. The caller checks the codes.
 */
export async function tolerant<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ResponseError && error.response !== undefined) return error.response as T
    throw error
  }
}
