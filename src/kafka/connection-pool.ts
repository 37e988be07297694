/**
 * Connections shared by the tasks of a thread: thousands of slow tasks need a few, a few fast ones get one each. A broker
 * answers a connection's requests in order, so only short requests belong here, no fetches that wait for
 * records; and a request that is never answered blocks everyone on its connection.
 */
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import type { BrokerSource } from './broker-source.js'
import { LearnedRequestSize } from './learned-request-size.js'
import { BrokerConnection } from './platformatic-connection.js'

/** In-flight requests of everyone sharing a connection. */
const maxInflights = 64

interface Shared {
  readonly address: string
  readonly opening: Promise<BrokerConnection>
  broker: BrokerConnection | null
  users: number
  /** Ends its opening. */
  readonly abandon: () => void
}

export class ConnectionPool implements BrokerSource {
  readonly requestSize = new LearnedRequestSize()
  readonly #cluster: ClusterOptions
  readonly #perBroker: number
  readonly #shared = new Set<Shared>()

  /** `perBroker`: connections per broker before sharing starts. */
  constructor(cluster: ClusterOptions, perBroker = 16) {
    this.#cluster = cluster
    this.#perBroker = perBroker
  }

  async open(host: string, port: number, signal?: AbortSignal): Promise<BrokerConnection> {
    signal?.throwIfAborted()
    const shared = this.#least(`${host}:${port}`) ?? this.#connect(host, port)
    shared.users++
    let leave = (): void => undefined
    const left = new Promise<never>((_, reject) => (leave = () => reject(signal?.reason as Error)))
    signal?.addEventListener('abort', leave)
    try {
      return await Promise.race([shared.opening, left])
    } catch (error) {
      if (signal?.aborted === true) await this.#release(shared)
      else this.#shared.delete(shared)
      throw error
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  async close(broker: BrokerConnection): Promise<void> {
    const shared = [...this.#shared].find((one) => one.broker === broker)
    if (shared !== undefined) await this.#release(shared)
  }

  /** Of its last user: also of a connection that is still opening. */
  async #release(shared: Shared): Promise<void> {
    if (--shared.users > 0) return
    this.#shared.delete(shared)
    shared.abandon()
    await shared.broker?.close().catch(() => {})
  }

  #least(address: string): Shared | null {
    const usable = [...this.#shared].filter((one) => one.address === address && (one.broker?.usable ?? true))
    if (usable.length < this.#perBroker) return null
    return usable.reduce((least, one) => (one.users < least.users ? one : least))
  }

  #connect(host: string, port: number): Shared {
    const abandoned = new AbortController()
    const opening = BrokerConnection.open(host, port, this.#cluster, { maxInflights }, abandoned.signal)
    const abandon = (): void => abandoned.abort(new GenesisError('INTERNAL', 'nobody needs the connection any more'))
    const shared: Shared = { address: `${host}:${port}`, opening, broker: null, users: 0, abandon }
    opening.then(
      (broker) => (shared.broker = broker),
      () => {},
    )
    this.#shared.add(shared)
    return shared
  }
}
