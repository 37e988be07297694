import { run } from './command.js'
import { startCompose } from './compose.js'
import { dockerAnswers, getImages } from './docker.js'
import { startMaven } from './maven.js'
import { stackReady } from './ready.js'
import { reasonOf } from './reason.js'
import type { RungOptions } from './rung.js'
import { kafkaImage, registryImage, type Stack } from './stack.js'

export interface LadderOptions extends RungOptions {
  /** What starts the containers with Docker: the shipped docker-compose.yml, or Testcontainers. */
  readonly docker: 'compose' | 'testcontainers'
  /** For Testcontainers. Docker's port proxy costs a core, so benchmarks use the host's network. */
  readonly network?: 'bridge' | 'host'
  /** The fallback if no rung works: "files, needing only Node". Unset: none. */
  readonly otherwise?: string
  /** Where to look up the variables. */
  readonly env?: NodeJS.ProcessEnv
  /**
   * How long Docker's daemon may take to answer.
   * @default 20_000
   */
  readonly dockerAnswersMs?: number
}

interface Rung {
  readonly name: string
  readonly start: () => Promise<Stack>
}

/** Required by Kafka 4 and the registry. */
const minJava = 17

/** What to install if no rung works. */
export const whatToInstall =
  'Install Docker (https://docs.docker.com/get-docker/), or Java 17 or later with Maven (https://maven.apache.org); or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL.'

/** The explicitly requested rung is unavailable or does not exist. */
export class LadderError extends Error {}

/** How long a broker and registry named in the environment may take to answer: they may have just been started. */
const givenSeconds = 30

/**
 * The first of these that works: KAFKA_BROKERS and SCHEMA_REGISTRY_URL; Docker; Java and Maven. Null if none does. Reports in one line why
 * a rung fails, and tries the next. GENESIS_STACK=docker or =maven in the environment tries only that rung.
 * @throws if the named brokers do not answer: anything else is not what was asked for
 */
export async function climb(options: LadderOptions): Promise<Stack | null> {
  const { env = process.env, progress, signal, otherwise } = options
  const given = await givenStack(env, options)
  if (given !== null) return given
  const rungs = rungsOf(env['GENESIS_STACK'], options)
  for (const [index, { name, start }] of rungs.entries()) {
    signal.throwIfAborted()
    try {
      return await start()
    } catch (error) {
      signal.throwIfAborted()
      const next = rungs[index + 1]?.name ?? otherwise
      progress.say(`${name}: ${reasonOf(error)}${next === undefined ? '' : `; next: ${next}`}`)
    }
  }
  return null
}

async function givenStack(env: NodeJS.ProcessEnv, { progress, signal }: LadderOptions): Promise<Stack | null> {
  const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl } = env
  if (brokers !== undefined && registryUrl !== undefined) {
    const what = `waiting for your Kafka at ${brokers} and registry at ${registryUrl}`
    await progress
      .during(what, () => stackReady({ brokers, registryUrl }, givenSeconds, signal))
      .catch((error: unknown) => {
        signal.throwIfAborted()
        const message = error instanceof Error ? error.message : String(error)
        throw new LadderError(
          `${message}: start them, or unset KAFKA_BROKERS and SCHEMA_REGISTRY_URL to have one started`,
          {
            cause: error,
          },
        )
      })
    return { brokers, registryUrl, rung: 'given', origin: `your broker at ${brokers}`, stop: () => Promise.resolve() }
  }
  if (brokers !== undefined || registryUrl !== undefined)
    progress.say('KAFKA_BROKERS and SCHEMA_REGISTRY_URL must be set together; one is missing, so both are ignored')
  return null
}

function rungsOf(only: string | undefined, options: LadderOptions): readonly Rung[] {
  const rungs = {
    docker: { name: 'Docker', start: () => startDocker(options) },
    maven: { name: 'Java with Maven', start: () => startJava(options) },
  }
  if (only === undefined) return Object.values(rungs)
  if (only === 'docker' || only === 'maven') return [rungs[only]]
  throw new LadderError(`GENESIS_STACK must be docker or maven, found ${only}`)
}

async function startDocker(options: LadderOptions): Promise<Stack> {
  const { docker, network = 'bridge', signal, progress, dockerAnswersMs } = options
  await progress.during('asking Docker', () => dockerAnswers(signal, dockerAnswersMs))
  await getImages([kafkaImage, registryImage], progress, signal)
  if (docker === 'compose') {
    try {
      await run('docker', ['compose', 'version'], { signal, timeoutMs: 20_000 })
    } catch {
      signal.throwIfAborted()
      progress.say('Docker Compose: not installed; next: Docker without Compose')
      return startWithout(network, options)
    }
    return startCompose(options)
  }
  return startWithout(network, options)
}

async function startWithout(network: 'bridge' | 'host', options: LadderOptions): Promise<Stack> {
  options.signal.throwIfAborted()
  // Loaded on demand: it takes a second.
  const { startContainers } = await import('./containers.js')
  return startContainers(network, options)
}

/** The major version from `java -version`: 17 for "17.0.15", 8 for "1.8.0_412"; null if unrecognised. */
function javaVersion(output: string): number | null {
  const match = /version "(?:1\.)?(\d+)/.exec(output)
  return match === null ? null : Number(match[1])
}

async function startJava(options: LadderOptions): Promise<Stack> {
  const { signal, progress } = options
  await progress.during('asking Java and Maven', async () => {
    const ask = (command: string, flag: string): Promise<string> =>
      run(command, [flag], { signal, timeoutMs: 60_000 }).catch((error: unknown) => {
        throw new Error(`${command}: ${reasonOf(error)}`)
      })
    const version = javaVersion(await ask('java', '-version'))
    if (version !== null && version < minJava)
      throw new Error(`Java ${version} is too old: ${minJava} or later is needed`)
    await ask('mvn', '-v')
  })
  return startMaven(options)
}
