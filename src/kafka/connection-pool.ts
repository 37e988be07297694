/**
 * Connections that the tasks of a thread share: thousands of slow ones need a few, a few fast ones have one each. A broker
 * answers the requests of a connection one after the other, so only short requests belong here, no fetch that waits for
 * records; and a request that is never answered stops whoever else is on its connection.
 */
import type { ClusterOptions } from '../config/cluster.js'
import type { BrokerSource } from './broker-source.js'
import { BrokerConnection } from './platformatic-connection.js'

/** Requests on their way, of all that share a connection. */
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

  /** `perBroker`: nobody shares until there are so many to a broker. */
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
