/**
 * Connections shared by the tasks of a thread: thousands of slow tasks need a few, a few fast ones get one each. A broker
 * answers a connection's requests in order, so only short requests belong here, no fetches that wait for
 * records; and a request that is never answered blocks everyone on its connection.
 */
import type { ClusterOptions } from '../config/cluster.js'
import type { BrokerSource } from './broker-source.js'
import { BrokerConnection } from './platformatic-connection.js'

/** In-flight requests of everyone sharing a connection. */
const maxInflights = 64

interface Shared {
  readonly address: string
  readonly opening: Promise<BrokerConnection>
  broker: BrokerConnection | null
  users: number
}

export class ConnectionPool implements BrokerSource {
  readonly #cluster: ClusterOptions
  readonly #perBroker: number
  readonly #shared = new Set<Shared>()

  /** `perBroker`: connections per broker before sharing starts. */
  constructor(cluster: ClusterOptions, perBroker = 16) {
    this.#cluster = cluster
    this.#perBroker = perBroker
  }

  async open(host: string, port: number): Promise<BrokerConnection> {
    const shared = this.#least(`${host}:${port}`) ?? this.#connect(host, port)
    shared.users++
    try {
      return await shared.opening
    } catch (error) {
      this.#shared.delete(shared)
      throw error
    }
  }

  async close(broker: BrokerConnection): Promise<void> {
    const shared = [...this.#shared].find((one) => one.broker === broker)
    if (shared === undefined || --shared.users > 0) return
    this.#shared.delete(shared)
    await broker.close().catch(() => {})
  }

  #least(address: string): Shared | null {
    const usable = [...this.#shared].filter((one) => one.address === address && (one.broker?.usable ?? true))
    if (usable.length < this.#perBroker) return null
    return usable.reduce((least, one) => (one.users < least.users ? one : least))
  }

  #connect(host: string, port: number): Shared {
    const opening = BrokerConnection.open(host, port, this.#cluster, { maxInflights })
    const shared: Shared = { address: `${host}:${port}`, opening, broker: null, users: 0 }
    opening.then(
      (broker) => (shared.broker = broker),
      () => {},
    )
    this.#shared.add(shared)
    return shared
  }
}
