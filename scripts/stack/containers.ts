import { GenericContainer, type StartedTestContainer } from 'testcontainers'
import { freePorts } from './command.js'
import { kafkaReady, registryReady } from './ready.js'
import { asEnvironment, kafkaImage, registryImage, registryPath, singleBroker, type Stack } from './stack.js'

/** Kafka and a registry as Testcontainers. */
export async function startContainers(signal: AbortSignal): Promise<Stack> {
  const [kafkaPort, registryPort] = await freePorts(2)
  const started: StartedTestContainer[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((container) => container.stop({ timeout: 1000 })))
  }
  const start = async (container: GenericContainer): Promise<void> => {
    started.push(await container.start())
  }
  const results = await Promise.allSettled([
    start(
      new GenericContainer(kafkaImage)
        .withEnvironment(
          asEnvironment({
            ...singleBroker,
            listeners: 'PLAINTEXT://:9092,INTERNAL://:9094,CONTROLLER://:9093',
            'advertised.listeners': `PLAINTEXT://127.0.0.1:${kafkaPort},INTERNAL://localhost:9094`,
            'controller.quorum.voters': '1@localhost:9093',
          }),
        )
        // The broker must know the address that it advertises before it starts: a port that is free on the host.
        .withExposedPorts({ container: 9092, host: kafkaPort }),
    ),
    start(new GenericContainer(registryImage).withExposedPorts({ container: 8080, host: registryPort })),
  ])
  try {
    for (const result of results) if (result.status === 'rejected') throw result.reason
    const stack = {
      brokers: `127.0.0.1:${kafkaPort}`,
      registryUrl: `http://127.0.0.1:${registryPort}${registryPath}`,
      origin: `Testcontainers (${kafkaImage}, ${registryImage})`,
      stop,
    }
    await Promise.all([kafkaReady(stack.brokers, signal), registryReady(stack.registryUrl, signal)])
    return stack
  } catch (error) {
    await stop().catch(() => undefined)
    throw error
  }
}
