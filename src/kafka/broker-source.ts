/** Where connections to brokers come from, and who closes them: the user of one alone, or a pool that several share. */
import type { ClusterOptions } from '../config/cluster.js'
import { BrokerConnection } from './platformatic-connection.js'
import type { ConnectionSettings } from './platformatic-connection.js'

export interface BrokerSource {
  /** Rejects as BrokerConnection.open does. */
  open(host: string, port: number): Promise<BrokerConnection>
  /** Gives back what `open` gave. Never rejects. */
  close(broker: BrokerConnection): Promise<void>
}

/** Connections of one user's own. */
export class OwnConnections implements BrokerSource {
  readonly #cluster: ClusterOptions
  readonly #settings: ConnectionSettings

  constructor(cluster: ClusterOptions, settings: ConnectionSettings = {}) {
    this.#cluster = cluster
    this.#settings = settings
  }

  open(host: string, port: number): Promise<BrokerConnection> {
    return BrokerConnection.open(host, port, this.#cluster, this.#settings)
  }

  async close(broker: BrokerConnection): Promise<void> {
    await broker.close().catch(() => {})
  }
}
