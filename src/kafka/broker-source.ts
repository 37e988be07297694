/** Where connections to brokers come from and who closes them: their only user, or a shared pool. */
import type { ClusterOptions } from '../config/cluster.js'
import { LearnedRequestSize } from './learned-request-size.js'
import { BrokerConnection } from './platformatic-connection.js'
import type { ConnectionSettings } from './platformatic-connection.js'

export interface BrokerSource {
  readonly requestSize: LearnedRequestSize
  /** Rejects as BrokerConnection.open does, and with its reason as soon as the signal is aborted. */
  open(host: string, port: number, signal?: AbortSignal): Promise<BrokerConnection>
  /** Returns a connection from `open`. Never rejects. */
  close(broker: BrokerConnection): Promise<void>
}

/** Connections with a single user. */
export class OwnConnections implements BrokerSource {
  readonly requestSize = new LearnedRequestSize()
  readonly #cluster: ClusterOptions
  readonly #settings: ConnectionSettings

  constructor(cluster: ClusterOptions, settings: ConnectionSettings = {}) {
    this.#cluster = cluster
    this.#settings = settings
  }

  open(host: string, port: number, signal?: AbortSignal): Promise<BrokerConnection> {
    return BrokerConnection.open(host, port, this.#cluster, this.#settings, signal)
  }

  async close(broker: BrokerConnection): Promise<void> {
    await broker.close().catch(() => {})
  }
}
