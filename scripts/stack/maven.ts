import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Progress } from '../progress.js'
import { run } from './command.js'
import { fetchOnce } from './fetch-once.js'
import type { RungOptions } from './rung.js'
import { onFreePorts } from './ports.js'
import { whenReady } from './ready.js'
import { supervise, type Supervised } from './supervised.js'
import { kafkaVersion, registryPath, registryVersion, singleBroker, type Stack } from './stack.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const pom = join(root, 'scripts/stack/pom.xml')
const defaultCache = join(root, 'build/stack')

/** In full: for `dependency:…` Maven first asks its repositories which plugin that is, one after the other. */
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'
export const copyDependencies = `${dependencyPlugin}:copy-dependencies`

/** How long a repository may send nothing. */
const silenceMs = 20_000

/** Kafka and a registry from Maven Central, as Java processes on free ports with their own data folder. */
export async function startMaven(options: RungOptions): Promise<Stack> {
  const { progress, signal, findPorts, cache = defaultCache } = options
  await kafkaJars(signal, progress, cache)
  const registry = join(cache, `registry-${registryVersion}`)
  await fetchOnce(registry, (folder) => fetchRegistry(folder, signal), {
    signal,
    during: (work) => progress.during(`downloading Apicurio Registry ${registryVersion} with Maven`, work),
  })
  signal.throwIfAborted()
  return onFreePorts(
    4,
    (ports) => startOn(ports, registry, options),
    (line) => progress.say(line),
    findPorts,
  )
}

async function startOn(
  [broker, internal, controller, registryPort]: readonly number[],
  registry: string,
  options: RungOptions,
): Promise<Stack> {
  const data = await mkdtemp(join(tmpdir(), 'genesis-kafka-'))
  const processes: { name: string; log: string; process: Supervised }[] = []
  const start = async (): Promise<void> => {
    const jar = join(registry, `apicurio-registry-app-${registryVersion}-runner.jar`)
    const address = ['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${registryPort}`]
    const log = join(data, 'registry.out')
    const java = ['-Xmx384m', ...address, '-jar', jar]
    processes.push({ name: 'The registry', log, process: supervise('java', java, log) })
    const listeners = `PLAINTEXT://127.0.0.1:${broker},INTERNAL://127.0.0.1:${internal},CONTROLLER://127.0.0.1:${controller}`
    const settings = { ...singleBroker, listeners, 'controller.quorum.voters': `1@127.0.0.1:${controller}` }
    const kafka = await superviseKafka(data, settings, options.signal)
    processes.push({ name: 'Kafka', log: join(data, 'kafka.out'), process: kafka })
  }
  const stop = async (): Promise<void> => {
    await Promise.all(processes.splice(0).map(({ process }) => process.stop()))
    await rm(data, { recursive: true, force: true })
  }
  const ends = (): Promise<never> =>
    Promise.race(
      processes.map(async ({ name, log, process }) => {
        const cause = await process.ended
        throw new Error(`${name} exited during startup:\n${(await readFile(log, 'utf8')).slice(-3000)}`, { cause })
      }),
    )
  const stack = {
    brokers: `127.0.0.1:${broker}`,
    registryUrl: `http://127.0.0.1:${registryPort}${registryPath}`,
    rung: 'maven' as const,
    origin: `Java (Apache Kafka ${kafkaVersion}, Apicurio Registry ${registryVersion})`,
    stop,
  }
  return whenReady(stack, start, ends, options)
}

/** The folder with Apache Kafka's jars, downloaded if missing. */
export async function kafkaJars(
  signal: AbortSignal,
  progress = new Progress(process.stderr),
  cache = defaultCache,
): Promise<string> {
  const jars = join(cache, `kafka-${kafkaVersion}`)
  await fetchOnce(jars, (folder) => fetchKafka(folder, signal), {
    signal,
    during: (work) => progress.during(`downloading Apache Kafka ${kafkaVersion} with Maven`, work),
  })
  return jars
}

/** A broker from the downloaded Kafka with these settings. Its data, and its output in `kafka.out`, go to the folder `data`; it resumes from existing data. */
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
  await run(
    'java',
    [
      ...java,
      'kafka.tools.StorageTool',
      'format',
      '--ignore-formatted',
      '-t',
      '5L6g3nShT-eMCtK--X86sw',
      '-c',
      properties,
    ],
    {
      signal,
    },
  )
  return supervise('java', ['-Xmx512m', ...java, 'kafka.Kafka', properties], join(data, 'kafka.out'))
}

/**
 * Runs Maven. A repository that accepts connections and then sends nothing ends it after a while: Maven itself would wait half an hour
 * (Maven 3.8 knows the first property, Maven 3.9 the second).
 */
export function maven(args: readonly string[], signal?: AbortSignal): Promise<string> {
  const patience = ['-Dmaven.wagon.rto', '-Daether.connector.requestTimeout'].map((name) => `${name}=${silenceMs}`)
  return run('mvn', ['-q', '-B', ...patience, ...args], { signal })
}

function fetchKafka(folder: string, signal: AbortSignal): Promise<unknown> {
  return maven(['-f', pom, `-Dkafka=${kafkaVersion}`, copyDependencies, `-DoutputDirectory=${folder}`], signal)
}

async function fetchRegistry(folder: string, signal: AbortSignal): Promise<void> {
  const artifact = `io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`
  const goal = `${dependencyPlugin}:copy`
  await maven([goal, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], signal)
  await run('tar', ['xzf', join(folder, `apicurio-registry-app-${registryVersion}-all.tar.gz`), '-C', folder])
}
