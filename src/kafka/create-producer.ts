import type { ClusterOptions } from '../config/cluster.js'
import type { BrokerSource } from './broker-source.js'
import type { KafkaProducer, ProducerOptions } from './producer.js'
import { WireProducer } from './wire/wire-producer.js'

type Create = (cluster: ClusterOptions, options: ProducerOptions, shared: BrokerSource | null) => Promise<KafkaProducer>

const producers = {
  wire: (...given: Parameters<Create>) => Promise.resolve(new WireProducer(...given)),
  // Its library is loaded on demand: few use it.
  kafkajs: async (cluster: ClusterOptions, options: ProducerOptions) =>
    new (await import('./kafkajs-producer.js')).KafkajsProducer(cluster, options),
} as const satisfies Readonly<Record<string, Create>>

/** Values of `producer.client` in a connector file. */
export type ProducerClient = keyof typeof producers

/**
 * A producer for one shard, connected to nothing yet. `shared`: connections for clients that can share them. Rejects with
 * CONFIG_INVALID for options the client does not support.
 */
export function createProducer(
  client: ProducerClient,
  cluster: ClusterOptions,
  options: ProducerOptions,
  shared: BrokerSource | null = null,
): Promise<KafkaProducer> {
  return producers[client](cluster, options, shared)
}
