import { fileURLToPath } from 'node:url'
import { freePorts, run } from './command.js'
import { whenReady } from './ready.js'
import { kafkaImage, registryImage, registryPath, type Stack } from './stack.js'

const file = fileURLToPath(new URL('../../../docker-compose.yml', import.meta.url))

/** Kafka and a registry by the shipped docker-compose.yml, as a project of its own on free ports. */
export async function startCompose(signal: AbortSignal): Promise<Stack> {
  const [kafkaPort, registryPort] = await freePorts(2)
  const project = `genesis-${process.pid}`
  const env = {
    KAFKA_PORT: String(kafkaPort),
    REGISTRY_PORT: String(registryPort),
    KAFKA_IMAGE: kafkaImage,
    REGISTRY_IMAGE: registryImage,
  }
  const compose = (args: string[], until?: AbortSignal): Promise<string> =>
    run('docker', ['compose', '-p', project, '-f', file, ...args], { env, ...(until && { signal: until }) })
  let stopped: Promise<unknown> | undefined
  const stop = async (): Promise<void> => {
    stopped ??= compose(['down', '--volumes', '--timeout', '1'])
    await stopped
  }
  const stack = {
    brokers: `127.0.0.1:${kafkaPort}`,
    registryUrl: `http://127.0.0.1:${registryPort}${registryPath}`,
    origin: `Docker (${kafkaImage}, ${registryImage})`,
    stop,
  }
  return whenReady(stack, () => compose(['up', '-d', 'kafka', 'registry'], signal), signal)
}
