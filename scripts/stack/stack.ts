/** A Kafka broker and a schema registry that were found or started, and how to end what was started. */
export interface Stack {
  /** host:port, separated by commas. */
  readonly brokers: string
  /** Base address of the registry's Confluent API. */
  readonly registryUrl: string
  /** What it stands on; more brokers are to be had there. */
  readonly rung: 'given' | 'docker' | 'maven'
  /** How it came about, in words. */
  readonly origin: string
  /** Ends everything that was started; may be called more than once. */
  stop(): Promise<void>
}

/** What tells those who use a stack where it is, and on what further brokers of their own can stand. */
export function asVariables({ brokers, registryUrl, rung }: Stack): Record<string, string> {
  const places = { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl }
  return rung === 'given' ? places : { ...places, GENESIS_STACK: rung }
}

export const kafkaVersion = '4.2.1'
export const registryVersion = '2.6.13.Final'
export const kafkaImage = process.env['KAFKA_IMAGE'] ?? `apache/kafka:${kafkaVersion}`
export const registryImage = process.env['REGISTRY_IMAGE'] ?? `apicurio/apicurio-registry-mem:${registryVersion}`
export const registryPath = '/apis/ccompat/v7'

/** Kafka's default is 50, whose making and loading takes most of a small broker's start. */
export const transactionPartitions = 8

/** What one broker that is its own controller needs, apart from its listeners. */
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
}

/** `log.dirs` as the Kafka images take it from the environment: KAFKA_LOG_DIRS; a hyphen is three underscores there. */
export function asEnvironment(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      `KAFKA_${key.replaceAll('.', '_').replaceAll('-', '___').toUpperCase()}`,
      value,
    ]),
  )
}
