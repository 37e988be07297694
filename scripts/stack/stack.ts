/** A Kafka broker and schema registry, found or started, and how to stop what was started. */
export interface Stack {
  /** host:port, comma-separated. */
  readonly brokers: string
  /** Base URL of the registry's Confluent API. */
  readonly registryUrl: string
  /** The rung it runs on; more brokers are available there. */
  readonly rung: 'given' | 'docker' | 'maven'
  /** A description of where it comes from. */
  readonly origin: string
  /** Stops everything that was started; may be called repeatedly. */
  stop(): Promise<void>
}

/** Tells users of a stack where it is, and on what they can start further brokers. */
export function asVariables({ brokers, registryUrl, rung }: Stack): Record<string, string> {
  const places = { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl }
  return rung === 'given' ? places : { ...places, GENESIS_STACK: rung }
}

export const kafkaVersion = '4.2.1'
export const registryVersion = '2.6.13.Final'
export const kafkaImage = process.env['KAFKA_IMAGE'] ?? `apache/kafka:${kafkaVersion}`
export const registryImage = process.env['REGISTRY_IMAGE'] ?? `apicurio/apicurio-registry-mem:${registryVersion}`
export const registryPath = '/apis/ccompat/v7'

/** Kafka's default is 50; creating and loading those takes most of a small broker's startup. */
export const transactionPartitions = 8

/** Settings of a single broker that is its own controller, except its listeners. */
export const singleBroker: Readonly<Record<string, string>> = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT',
  'inter.broker.listener.name': 'INTERNAL',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': String(transactionPartitions),
  'offsets.topic.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'auto.create.topics.enable': 'false',
  // After Kafka's default of a minute, the next topics lie in memory that a virtual machine has never touched: appends cost three times the CPU.
  'log.segment.delete.delay.ms': '1000',
}

/** `log.dirs` in the Kafka images' environment form: KAFKA_LOG_DIRS; a hyphen becomes three underscores. */
export function asEnvironment(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      `KAFKA_${key.replaceAll('.', '_').replaceAll('-', '___').toUpperCase()}`,
      value,
    ]),
  )
}
