import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ClusterOptions, SaslOptions } from '#src/config/cluster.js'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { run } from '../../scripts/stack/command.js'
import { sweptContainer } from '../../scripts/stack/containers.js'
import { superviseKafka } from '../../scripts/stack/maven.js'
import { onFreePorts } from '../../scripts/stack/ports.js'
import { asEnvironment, kafkaImage, singleBroker } from '../../scripts/stack/stack.js'
import { clusterAt } from './kafka.js'
import { brokersInDocker } from './rung.js'

/** A broker of its own where everybody must say who they are, and may do only what they were granted. */
export interface SecuredBroker {
  /** The SASL listener, without TLS: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, and OAUTHBEARER with unsigned tokens. */
  sasl(options: SaslOptions | null): ClusterOptions
  /** The TLS listener, which wants a client certificate. The principal `CN=client` may do everything. */
  tls(options: Omit<NonNullable<ClusterOptions['tls']>, 'rejectUnauthorized'>): ClusterOptions
  /** Ends it without a word to its clients; its data stays. */
  kill(): Promise<void>
  /** Starts it again after `kill`, at the same addresses, and waits until it answers. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** A broker's process. */
interface Broker {
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** May do everything. */
export const superUser = { mechanism: 'PLAIN', username: 'admin', password: 'admin-secret' } as const
/** May do nothing that it was not granted. */
export const limitedUser = { mechanism: 'PLAIN', username: 'limited', password: 'limited-secret' } as const

// Compiled tests are in build/test/support.
const fixtures = fileURLToPath(new URL('../../../test/fixtures/tls/', import.meta.url))

export function fixture(name: string): Promise<string> {
  return readFile(fixturePath(name), 'utf8')
}

export function fixturePath(name: string): string {
  return join(fixtures, name)
}

/** `extra`: settings of the broker on top of those that it needs. */
export async function startSecuredBroker(extra: Readonly<Record<string, string>> = {}): Promise<SecuredBroker> {
  const docker = await brokersInDocker()
  return onFreePorts(4, (ports) => startOn(ports, docker, extra), console.error)
}

async function startOn(
  [saslPort, tlsPort, internalPort, controllerPort]: readonly number[],
  docker: boolean,
  extra: Readonly<Record<string, string>>,
): Promise<SecuredBroker> {
  const brokerPem = `${await fixture('broker-key.pem')}${await fixture('broker.pem')}`
  const broker = docker
    ? await startContainer(saslPort, tlsPort, brokerPem, extra)
    : await startJava([saslPort, tlsPort, internalPort, controllerPort], brokerPem, extra)
  const sasl = (options: SaslOptions | null): ClusterOptions => ({
    ...clusterAt([`127.0.0.1:${saslPort}`]),
    sasl: options,
  })
  try {
    await ready(sasl(superUser))
  } catch (error) {
    await broker.stop()
    throw error
  }
  return {
    sasl,
    tls: (options) => ({ ...clusterAt([`127.0.0.1:${tlsPort}`]), tls: { ...options, rejectUnauthorized: true } }),
    kill: () => broker.kill(),
    restart: async () => {
      await broker.start()
      await ready(sasl(superUser))
    },
    stop: () => broker.stop(),
  }
}

function settings(
  listeners: string,
  advertised: string,
  controller: string,
  brokerPem: string,
  caPem: string,
): Record<string, string> {
  const login = 'org.apache.kafka.common.security'
  return {
    ...singleBroker,
    listeners,
    'advertised.listeners': advertised,
    'controller.quorum.voters': `1@${controller}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS;User:admin;User:CN=client',
    'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    'listener.name.sasl.plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required user_admin="admin-secret" user_limited="limited-secret";`,
    'listener.name.sasl.scram-sha-256.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'listener.name.sasl.scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'listener.name.sasl.oauthbearer.sasl.jaas.config': `${login}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    'listener.name.tls.ssl.client.auth': 'required',
    'listener.name.tls.ssl.keystore.type': 'PEM',
    'listener.name.tls.ssl.keystore.location': brokerPem,
    'listener.name.tls.ssl.truststore.type': 'PEM',
    'listener.name.tls.ssl.truststore.location': caPem,
  }
}

async function startContainer(
  saslPort: number,
  tlsPort: number,
  brokerPem: string,
  extra: Readonly<Record<string, string>>,
): Promise<Broker> {
  const environment = asEnvironment({
    ...settings(
      'SASL://:9092,TLS://:9095,INTERNAL://:9094,CONTROLLER://:9093',
      `SASL://127.0.0.1:${saslPort},TLS://127.0.0.1:${tlsPort},INTERNAL://localhost:9094`,
      'localhost:9093',
      '/tmp/broker.pem',
      '/tmp/ca.pem',
    ),
    ...extra,
  })
  const container = await sweptContainer(kafkaImage)
    .withEnvironment(environment)
    .withCopyContentToContainer([
      { content: brokerPem, target: '/tmp/broker.pem' },
      { content: await fixture('ca.pem'), target: '/tmp/ca.pem' },
    ])
    .withExposedPorts({ container: 9092, host: saslPort }, { container: 9095, host: tlsPort })
    .start()
  const id = container.getId()
  return {
    kill: async () => void (await run('docker', ['kill', id])),
    start: async () => void (await run('docker', ['start', id])),
    stop: async () => void (await container.stop({ timeout: 1000 })),
  }
}

async function startJava(
  [sasl, tls, internal, controller]: number[],
  brokerPem: string,
  extra: Readonly<Record<string, string>>,
): Promise<Broker> {
  const data = await mkdtemp(join(tmpdir(), 'genesis-secured-'))
  const pem = join(data, 'broker.pem')
  await writeFile(pem, brokerPem)
  const clients = `SASL://127.0.0.1:${sasl},TLS://127.0.0.1:${tls},INTERNAL://127.0.0.1:${internal}`
  const properties = {
    ...settings(
      `${clients},CONTROLLER://127.0.0.1:${controller}`,
      clients,
      `127.0.0.1:${controller}`,
      pem,
      join(fixtures, 'ca.pem'),
    ),
    ...extra,
  }
  const begin = (): ReturnType<typeof superviseKafka> => superviseKafka(data, properties, new AbortController().signal)
  let process = await begin()
  return {
    kill: () => process.stop(),
    start: async () => {
      process = await begin()
    },
    stop: async () => {
      await process.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

async function ready(cluster: ClusterOptions): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const admin = new KafkaAdmin(cluster)
    try {
      await admin.cluster()
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await wait(200)
    } finally {
      await admin.close()
    }
  }
}
