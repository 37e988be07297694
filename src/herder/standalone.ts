import type { ConnectorConfig } from '../config/connector.js'
import type { Cluster, ClusterMember } from '../runtime/cluster.js'

/** A cluster of this process alone: every shard of every connector is its own. */
export class Standalone implements Cluster {
  #member: ClusterMember | null = null

  join(member: ClusterMember): Promise<void> {
    this.#member = member
    return Promise.resolve()
  }

  async put(connector: ConnectorConfig): Promise<void> {
    await this.#member?.assign(
      connector,
      Array.from({ length: connector.tasks.max }, (_, shard) => shard),
    )
  }

  async remove(name: string): Promise<void> {
    await this.#member?.forget(name)
  }

  leave(): Promise<void> {
    this.#member = null
    return Promise.resolve()
  }
}
