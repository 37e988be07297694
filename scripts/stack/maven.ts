import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts, run } from './command.js'
import { kafkaReady, registryReady } from './ready.js'
import { supervise, type Supervised } from './supervised.js'
import { kafkaVersion, registryPath, registryVersion, singleBroker, type Stack } from './stack.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const pom = join(root, 'scripts/stack/pom.xml')
const jars = join(root, `build/stack/kafka-${kafkaVersion}`)
const registry = join(root, `build/stack/registry-${registryVersion}`)

/** Kafka and a registry from Maven Central, as Java processes on free ports with a data folder of their own. */
export async function startMaven(signal: AbortSignal): Promise<Stack> {
  await Promise.all([kafkaJars(signal), fetchOnce(registry, (folder) => fetchRegistry(folder, signal))])
  signal.throwIfAborted()
  const [broker, internal, controller, registryPort] = await freePorts(4)
  const data = await mkdtemp(join(tmpdir(), 'genesis-kafka-'))
  const processes: Supervised[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(processes.splice(0).map((process) => process.stop()))
    await rm(data, { recursive: true, force: true })
  }
  try {
    const kafka = await superviseKafka(
      data,
      {
        ...singleBroker,
        listeners: `PLAINTEXT://127.0.0.1:${broker},INTERNAL://127.0.0.1:${internal},CONTROLLER://127.0.0.1:${controller}`,
        'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      },
      signal,
    )
    processes.push(kafka)
    const brokers = `127.0.0.1:${broker}`
    const registryUrl = `http://127.0.0.1:${registryPort}${registryPath}`
    const jar = join(registry, `apicurio-registry-app-${registryVersion}-runner.jar`)
    const address = ['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${registryPort}`]
    processes.push(supervise('java', ['-Xmx384m', ...address, '-jar', jar], join(data, 'registry.out')))
    const failed = processes.map(({ ended }, index) =>
      ended.then(async () => {
        const log = await readFile(join(data, index === 0 ? 'kafka.out' : 'registry.out'), 'utf8')
        throw new Error(`${index === 0 ? 'Kafka' : 'The registry'} ended at its start:\n${log.slice(-3000)}`)
      }),
    )
    await Promise.race([Promise.all([kafkaReady(brokers, signal), registryReady(registryUrl, signal)]), ...failed])
    for (const failure of failed) failure.catch(() => undefined)
    return {
      brokers,
      registryUrl,
      origin: `Java (Apache Kafka ${kafkaVersion}, Apicurio Registry ${registryVersion})`,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The folder of the jars of Apache Kafka, downloaded if they are not there yet. */
export async function kafkaJars(signal: AbortSignal): Promise<string> {
  await fetchOnce(jars, (folder) => fetchKafka(folder, signal))
  return jars
}

/** A broker of the downloaded Kafka with these settings; its data, and its output in `kafka.out`, go to the folder `data`. */
export async function superviseKafka(
  data: string,
  settings: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Supervised> {
  const classes = join(await kafkaJars(signal), '*')
  const properties = join(data, 'server.properties')
  const lines = Object.entries({ ...settings, 'log.dirs': join(data, 'log') }).map(
    ([key, value]) => `${key}=${value}\n`,
  )
  await writeFile(properties, lines.join(''))
  const logging = join(root, 'scripts/stack/log4j2.properties')
  const java = [`-Dlog4j2.configurationFile=${logging}`, '-cp', classes]
  await run('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', '5L6g3nShT-eMCtK--X86sw', '-c', properties])
  return supervise('java', ['-Xmx512m', ...java, 'kafka.Kafka', properties], join(data, 'kafka.out'))
}

/** Downloads into a folder unless an earlier download was completed. */
async function fetchOnce(folder: string, fetch: (folder: string) => Promise<unknown>): Promise<void> {
  const mark = join(folder, '.complete')
  const complete = await access(mark).then(
    () => true,
    () => false,
  )
  if (complete) return
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await fetch(folder)
  await writeFile(mark, '')
}

function fetchKafka(folder: string, signal: AbortSignal): Promise<unknown> {
  const goal = 'dependency:copy-dependencies'
  return run('mvn', ['-q', '-B', '-f', pom, `-Dkafka=${kafkaVersion}`, goal, `-DoutputDirectory=${folder}`], { signal })
}

async function fetchRegistry(folder: string, signal: AbortSignal): Promise<void> {
  const artifact = `io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy'
  await run('mvn', ['-q', '-B', goal, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], { signal })
  await run('tar', ['xzf', join(folder, `apicurio-registry-app-${registryVersion}-all.tar.gz`), '-C', folder])
}
