import type { ClusterOptions } from '../config/cluster.js'
import type { BrokerSource } from './broker-source.js'
import { KafkajsProducer } from './kafkajs-producer.js'
import type { KafkaProducer, ProducerOptions } from './producer.js'
import { WireProducer } from './wire/wire-producer.js'

const producers = {
  wire: (cluster: ClusterOptions, options: ProducerOptions, shared: BrokerSource | null): KafkaProducer =>
    new WireProducer(cluster, options, shared),
  kafkajs: (cluster: ClusterOptions, options: ProducerOptions): KafkaProducer => new KafkajsProducer(cluster, options),
} as const

/** Values of `producer.client` in a connector file. */
export type ProducerClient = keyof typeof producers

/**
 * A producer for one shard. `shared`: connections for clients that can share them. Throws CONFIG_INVALID for options
 * the client does not support.
 */
export function createProducer(
  client: ProducerClient,
  cluster: ClusterOptions,
  options: ProducerOptions,
  shared: BrokerSource | null = null,
): KafkaProducer {
  return producers[client](cluster, options, shared)
}
