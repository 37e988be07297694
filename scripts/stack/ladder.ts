import { works } from './command.js'
import { startCompose } from './compose.js'
import { startContainers } from './containers.js'
import { startMaven } from './maven.js'
import { kafkaReady, registryReady } from './ready.js'
import type { Stack } from './stack.js'

export interface LadderOptions {
  /** What starts the containers where Docker works: the shipped docker-compose.yml, or Testcontainers. */
  readonly docker: 'compose' | 'testcontainers'
  /** Of Testcontainers. Docker's port proxy costs a core, so measurements take the host's own network. */
  readonly network?: 'bridge' | 'host'
  readonly signal: AbortSignal
  /** Where the variables are looked up. */
  readonly env?: NodeJS.ProcessEnv
  /** Told what is being tried, one line at a time. */
  readonly say: (line: string) => void
}

/**
 * The first of these that is there: KAFKA_BROKERS and SCHEMA_REGISTRY_URL; Docker; Java and Maven. Null where none is.
 * GENESIS_STACK=docker or =maven in the environment climbs to that rung alone.
 */
export async function climb({
  docker,
  network = 'bridge',
  signal,
  say,
  env = process.env,
}: LadderOptions): Promise<Stack | null> {
  const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl, GENESIS_STACK: only } = env
  if (brokers !== undefined && registryUrl !== undefined) {
    await Promise.all([kafkaReady(brokers, signal), registryReady(registryUrl, signal)])
    return { brokers, registryUrl, origin: `yours, at ${brokers}`, stop: () => Promise.resolve() }
  }
  if (brokers !== undefined || registryUrl !== undefined)
    say('KAFKA_BROKERS and SCHEMA_REGISTRY_URL go together; one is not set, so both are ignored')
  if ((only === undefined || only === 'docker') && (await works('docker', 'info'))) {
    say('starting Kafka and a schema registry with Docker (the first time, images are downloaded) …')
    return docker === 'compose' ? startCompose(signal) : startContainers(network, signal)
  }
  if ((only === undefined || only === 'maven') && (await works('java', '-version')) && (await works('mvn', '-v'))) {
    say('starting Kafka and a schema registry with Java (the first time, Maven downloads them) …')
    return startMaven(signal)
  }
  return null
}
