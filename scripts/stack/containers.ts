import { GenericContainer, type StartedTestContainer } from 'testcontainers'
import { freePorts } from './command.js'
import { whenReady } from './ready.js'
import { asEnvironment, kafkaImage, registryImage, registryPath, singleBroker, type Stack } from './stack.js'

/** Kafka and a registry as Testcontainers. */
export async function startContainers(network: 'bridge' | 'host', signal: AbortSignal): Promise<Stack> {
  const [kafkaPort, internal, controller, registryPort] = await freePorts(4)
  const started: StartedTestContainer[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((container) => container.stop({ timeout: 1000 })))
  }
  const start = async (container: GenericContainer): Promise<void> => {
    started.push(await container.start())
  }
  // The broker must know the address that it advertises before it starts: a port that is free on the host.
  const kafka = new GenericContainer(kafkaImage).withEnvironment(
    asEnvironment({
      ...singleBroker,
      listeners: `PLAINTEXT://:${kafkaPort},INTERNAL://:${internal},CONTROLLER://:${controller}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${kafkaPort},INTERNAL://localhost:${internal}`,
      'controller.quorum.voters': `1@localhost:${controller}`,
    }),
  )
  const registry = new GenericContainer(registryImage).withEnvironment({ QUARKUS_HTTP_PORT: String(registryPort) })
  const place = (container: GenericContainer, port: number): GenericContainer =>
    network === 'host' ? container.withNetworkMode('host') : container.withExposedPorts({ container: port, host: port })
  const startBoth = async (): Promise<void> => {
    const results = await Promise.allSettled([start(place(kafka, kafkaPort)), start(place(registry, registryPort))])
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
  const stack = {
    brokers: `127.0.0.1:${kafkaPort}`,
    registryUrl: `http://127.0.0.1:${registryPort}${registryPath}`,
    origin: `Testcontainers (${kafkaImage}, ${registryImage})`,
    stop,
  }
  return whenReady(stack, startBoth, signal)
}
