import type { ConnectorConfig } from '../config/connector.js'

/**
 * A connector with several sinks is one for each of them here, and a name that of a delivery (deliveryName).
 *
 * Decides which shards of which connectors run on which worker, and holds the connectors that a group of workers has in
 * common. A shard belongs to one worker at a time as far as the cluster knows; where it is mistaken (a worker that was
 * taken for dead), the sink's fencing keeps the records right.
 */
export interface Cluster {
  /** Begins to take part: from now on the member is told its shards. Call once, first. */
  join(member: ClusterMember): Promise<void>
  /** Adds a connector to the group, or replaces the one of its name. Resolves when the members have been told. */
  put(connector: ConnectorConfig): Promise<void>
  /** Takes a connector out of the group. An unknown name is no error. */
  remove(name: string): Promise<void>
  /** Gives up this worker's shards, for the others to take. The member's tasks have ended before. */
  leave(): Promise<void>
}

/** A worker, as its cluster sees it. The calls for one connector are carried out one after the other. */
export interface ClusterMember {
  /** These shards of the connector are this worker's, in this configuration: tasks of others are ended first. Empty: none. */
  assign(connector: ConnectorConfig, shards: readonly number[]): Promise<void>
  /** The connector is gone: its tasks are ended and it is forgotten. */
  forget(name: string): Promise<void>
}
