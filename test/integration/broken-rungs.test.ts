import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Progress } from '../../scripts/progress.js'
import { climb, whatToInstall, type LadderOptions } from '../../scripts/stack/ladder.js'
import { onFreePorts } from '../../scripts/stack/ports.js'
import { commandsFor, downDocker } from '../support/commands.js'

interface Climbed {
  readonly lines: readonly string[]
  readonly found: unknown
}

/** Climbs the ladder with these commands and no others; what it said. */
async function climbWith(
  t: TestContext,
  commands: Readonly<Record<string, string>>,
  changes: Partial<LadderOptions> = {},
  onLine: (line: string) => void = () => undefined,
): Promise<Climbed> {
  const folder = await commandsFor(t, commands)
  const lines: string[] = []
  const write = (text: string): void => {
    lines.push(text.trimEnd())
    onLine(text)
  }
  const before = process.env.PATH
  process.env.PATH = folder
  try {
    const found = await climb({
      ...{ docker: 'compose', signal: new AbortController().signal, env: {}, cache: join(folder, 'cache') },
      ...{ progress: new Progress({ write }), ...changes },
    })
    return { lines, found }
  } finally {
    process.env.PATH = before
  }
}

/** A `docker` that answers, has no images, and prints this when it is to pull one. */
const withoutImages = (output: string): string =>
  `case $1 in version) echo 28.0;; pull) echo '${output}' >&2; exit 1;; *) exit 1;; esac`

const hangs = 'the daemon hangs'
const brokenDockers: Readonly<Record<string, readonly [script: string, reason: string]>> = {
  'the socket may not be used': [
    'echo "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: connect: permission denied" >&2; exit 1',
    "no permission to use Docker's socket",
  ],
  'the daemon is down': [downDocker, 'installed, but its daemon is not running'],
  [hangs]: ['sleep 600', 'no response to "docker version" within 0.3 s'],
  'no image registry can be reached': [
    withoutImages(
      'Error response from daemon: Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host',
    ),
    'the image registry cannot be reached',
  ],
  'a proxy is in the way': [
    withoutImages('Error response from daemon: proxyconnect tcp: dial tcp 192.0.2.1:3128: connect: connection refused'),
    'the proxy blocks downloads',
  ],
  'the disk is full': [
    withoutImages('failed to register layer: write /opt/kafka/libs/x.jar: no space left on device'),
    'the disk is full',
  ],
}

const javaWorks = { java: 'exit 0' }

/** A `mvn` that answers, and prints this when it is to download. */
const mavenWithout = (output: string): string => `case $1 in -v) exit 0;; *) echo '${output}'; exit 1;; esac`

const brokenMavens: Readonly<Record<string, readonly [commands: Record<string, string>, reason: string]>> = {
  'Java is missing': [{ mvn: 'exit 0' }, 'java: not installed'],
  'Java is too old': [
    { java: 'echo "openjdk version \\"11.0.23\\" 2024-04-16" >&2', mvn: 'exit 0' },
    'Java 11 is too old: 17 or later is needed',
  ],
  'Java is much too old': [
    { java: 'echo "java version \\"1.8.0_412\\"" >&2', mvn: 'exit 0' },
    'Java 8 is too old: 17 or later is needed',
  ],
  'Maven is missing': [javaWorks, 'mvn: not installed'],
  'the mirror lacks an artifact': [
    {
      ...javaWorks,
      mvn: mavenWithout('[ERROR] Could not find artifact org.apache.kafka:kafka_2.13:pom:4.2.1 in mirror (http://m)'),
    },
    "Maven's repository does not have org.apache.kafka:kafka_2.13:pom:4.2.1",
  ],
  'the mirror has not even a plugin': [
    {
      ...javaWorks,
      mvn: mavenWithout(
        `[ERROR] No plugin found for prefix '"'"'dependency'"'"' in the current project and in the plugin groups [org.x] available from the repositories [local (/root/.m2), m (http://me:secret@mirror/)] -> [Help 1]`,
      ),
    },
    'Maven cannot find plugin "dependency" in its repositories: m (http://mirror/)',
  ],
  'no repository can be reached': [
    {
      ...javaWorks,
      mvn: mavenWithout('[ERROR] Could not transfer artifact org.apache.kafka:kafka_2.13:pom:4.2.1: Unknown host'),
    },
    'Maven cannot download org.apache.kafka:kafka_2.13:pom:4.2.1',
  ],
  'the disk is full': [
    { ...javaWorks, mvn: mavenWithout('[ERROR] write error: No space left on device') },
    'the disk is full',
  ],
}

describe('a broken rung is named in one line, and the next one is taken', () => {
  for (const [name, [script, reason]] of Object.entries(brokenDockers))
    test(`Docker: ${name}`, async (t) => {
      const { lines, found } = await climbWith(t, { docker: script }, name === hangs ? { dockerAnswersMs: 300 } : {})
      assert.deepEqual(lines, [`Docker: ${reason}; next: Java with Maven`, 'Java with Maven: java: not installed'])
      assert.equal(found, null)
    })

  for (const [name, [commands, reason]] of Object.entries(brokenMavens))
    test(`Maven: ${name}`, async (t) => {
      const { lines, found } = await climbWith(t, commands, { otherwise: 'files' })
      const expected = ['Docker: not installed; next: Java with Maven', `Java with Maven: ${reason}; next: files`]
      assert.deepEqual(lines, expected)
      assert.equal(found, null)
    })

  test('without Compose the containers are started one by one', async (t) => {
    const stop = new AbortController()
    const lines: string[] = []
    const onLine = (line: string): void => {
      lines.push(line)
      stop.abort()
    }
    const docker = 'case $1 in compose) exit 1;; *) exit 0;; esac'
    await assert.rejects(climbWith(t, { docker }, { signal: stop.signal }, onLine))
    assert.deepEqual(lines, ['Docker Compose: not installed; next: Docker without Compose\n'])
  })

  test('a rung that was asked for by name is the only one', async (t) => {
    const { lines, found } = await climbWith(t, { docker: downDocker }, { env: { GENESIS_STACK: 'docker' } })
    assert.deepEqual(lines, ['Docker: installed, but its daemon is not running'])
    assert.equal(found, null)
    await assert.rejects(climbWith(t, {}, { env: { GENESIS_STACK: 'podman' } }), /docker or maven, found podman/)
  })
})

describe('ports', () => {
  test('that are taken between the search and the start are replaced by others', async () => {
    const said: string[] = []
    const tried: (readonly number[])[] = []
    const start = (ports: readonly number[]): Promise<string> => {
      tried.push(ports)
      return tried.length < 3
        ? Promise.reject(new Error('Bind failed: port is already allocated'))
        : Promise.resolve('up')
    }
    assert.equal(await onFreePorts(2, start, (line) => said.push(line)), 'up')
    assert.equal(tried.length, 3)
    assert.equal(said.length, 2)
  })

  test('are no reason to try again when something else is wrong', async () => {
    let tries = 0
    const start = (): Promise<never> => {
      tries++
      return Promise.reject(new Error('no space left on device'))
    }
    await assert.rejects(
      onFreePorts(1, start, () => undefined),
      /no space left/,
    )
    assert.equal(tries, 1)
  })
})

describe('where no rung is left, the last line says what to install, without a stack trace', () => {
  const scripts: Readonly<Record<string, readonly string[]>> = {
    test: ['scripts/test.js', 'integration/kafka-sink.test.ts'],
    bench: ['bench/main.js', '--quick', 'line'],
    fault: ['scripts/fault.js', 'registry down'],
  }
  for (const [name, [script, ...args]] of Object.entries(scripts))
    test(`make ${name}`, async (t) => {
      const path = fileURLToPath(new URL(`../../${script}`, import.meta.url))
      // Without the broker that the test runner may have given.
      const rest = Object.entries(process.env).filter(([key]) => !/^(KAFKA|SCHEMA|GENESIS)_/.test(key))
      const env = { ...Object.fromEntries(rest), PATH: await commandsFor(t, { docker: downDocker }) }
      const { status, output } = await new Promise<{ status: unknown; output: string }>((resolve) => {
        execFile(process.execPath, [path, ...args], { env }, (error, _stdout, output) =>
          resolve({ status: error?.code, output }),
        )
      })
      assert.equal(status, 1, output)
      assert.match(output, /Docker: installed, but its daemon is not running; next: Java with Maven\n/)
      assert.match(output, /Java with Maven: java: not installed\n/)
      assert.ok(output.includes(whatToInstall), output)
      assert.doesNotMatch(output, /^\s+at /m)
    })
})
