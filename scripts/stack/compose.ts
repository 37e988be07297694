import { fileURLToPath } from 'node:url'
import { run } from './command.js'
import { containersEnd } from './docker.js'
import type { RungOptions } from './rung.js'
import { onFreePorts } from './ports.js'
import { whenReady } from './ready.js'
import { kafkaImage, registryImage, registryPath, type Stack } from './stack.js'
import { sweeperOf } from './sweeper.js'

const file = fileURLToPath(new URL('../../../docker-compose.yml', import.meta.url))
let projects = 0

/** Kafka and a registry from the shipped docker-compose.yml, as a separate project on free ports. */
export function startCompose(options: RungOptions): Promise<Stack> {
  const { signal, progress, findPorts } = options
  const onPorts = ([kafkaPort, registryPort]: readonly number[]): Promise<Stack> => {
    const project = `genesis-${process.pid}-${++projects}`
    const label = `com.docker.compose.project=${project}`
    const env = {
      KAFKA_PORT: String(kafkaPort),
      REGISTRY_PORT: String(registryPort),
      KAFKA_IMAGE: kafkaImage,
      REGISTRY_IMAGE: registryImage,
    }
    const sweeper = sweeperOf(label)
    const stack = {
      brokers: `127.0.0.1:${kafkaPort}`,
      registryUrl: `http://127.0.0.1:${registryPort}${registryPath}`,
      rung: 'docker' as const,
      origin: `Docker Compose (${kafkaImage}, ${registryImage})`,
      stop: () => sweeper.sweep(),
    }
    const up = ['compose', '-p', project, '-f', file, 'up', '-d', 'kafka', 'registry']
    const start = async (): Promise<void> => void (await run('docker', up, { env, signal }))
    return whenReady(stack, start, (until) => containersEnd(label, until), options)
  }
  return onFreePorts(2, onPorts, (line) => progress.say(line), findPorts)
}
