import { randomUUID } from 'node:crypto'
import { GenericContainer } from 'testcontainers'
import { containersEnd } from './docker.js'
import type { RungOptions } from './rung.js'
import { onFreePorts } from './ports.js'
import { readySeconds, whenReady } from './ready.js'
import { asEnvironment, kafkaImage, registryImage, registryPath, singleBroker, type Stack } from './stack.js'
import { sweeperOf, type Sweeper } from './sweeper.js'

const labelName = 'genesis-connect.owner'
const owner = randomUUID()
let ownSweeper: Sweeper | undefined

/** A container that is removed when this process ends, however it ends, without Testcontainers' reaper. */
export function sweptContainer(image: string): GenericContainer {
  ownSweeper ??= sweeperOf(`${labelName}=${owner}`)
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
  return new GenericContainer(image).withLabels({ [labelName]: owner }).withStartupTimeout(readySeconds * 1000)
}

/** Kafka and a registry as Testcontainers. */
export function startContainers(network: 'bridge' | 'host', options: RungOptions): Promise<Stack> {
  const { progress, findPorts } = options
  return onFreePorts(
    4,
    (ports) => startOn(ports, network, options),
    (line) => progress.say(line),
    findPorts,
  )
}

function startOn(
  [kafkaPort, internal, controller, registryPort]: readonly number[],
  network: 'bridge' | 'host',
  options: RungOptions,
): Promise<Stack> {
  const group = randomUUID()
  const start = async (container: GenericContainer): Promise<void> => {
    await container.withLabels({ [`${labelName}.group`]: group }).start()
  }
  // The broker must know its advertised address before it starts: a free port on the host.
  const kafka = sweptContainer(kafkaImage).withEnvironment(
    asEnvironment({
      ...singleBroker,
      listeners: `PLAINTEXT://:${kafkaPort},INTERNAL://:${internal},CONTROLLER://:${controller}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${kafkaPort},INTERNAL://localhost:${internal}`,
      'controller.quorum.voters': `1@localhost:${controller}`,
    }),
  )
  const registry = sweptContainer(registryImage).withEnvironment({ QUARKUS_HTTP_PORT: String(registryPort) })
  const place = (container: GenericContainer, port: number): GenericContainer =>
    network === 'host' ? container.withNetworkMode('host') : container.withExposedPorts({ container: port, host: port })
  const startBoth = async (): Promise<void> => {
    const results = await Promise.allSettled([start(place(kafka, kafkaPort)), start(place(registry, registryPort))])
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }
  const sweeper = sweeperOf(`${labelName}.group=${group}`)
  const stack = {
    brokers: `127.0.0.1:${kafkaPort}`,
    registryUrl: `http://127.0.0.1:${registryPort}${registryPath}`,
    rung: 'docker' as const,
    origin: `Testcontainers (${kafkaImage}, ${registryImage})`,
    stop: () => sweeper.sweep(),
  }
  return whenReady(stack, startBoth, (until) => containersEnd(`${labelName}.group=${group}`, until), options)
}
