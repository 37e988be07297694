import type { ClusterOptions } from '../config/cluster.js'
import { KafkajsProducer } from './kafkajs-producer.js'
import type { KafkaProducer, ProducerOptions } from './producer.js'
import { WireProducer } from './wire/wire-producer.js'

const producers = {
  wire: (cluster: ClusterOptions, options: ProducerOptions): KafkaProducer => new WireProducer(cluster, options),
  kafkajs: (cluster: ClusterOptions, options: ProducerOptions): KafkaProducer => new KafkajsProducer(cluster, options),
} as const

/** The names of `producer.client` in a connector file. */
export type ProducerClient = keyof typeof producers

/** A producer for one shard. Throws CONFIG_INVALID for options that the client does not cover. */
export function createProducer(
  client: ProducerClient,
  cluster: ClusterOptions,
  options: ProducerOptions,
): KafkaProducer {
  return producers[client](cluster, options)
}
