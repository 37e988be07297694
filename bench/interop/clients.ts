/**
 * What third-party clients of Kafka Connect make of our REST interface (see README.md): every command of theirs to one worker,
 * and to a group of two of which the other one gets the next command. `node build/bench/interop/clients.js`.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { untilInterrupted } from '../../scripts/interrupt.js'
import { Progress } from '../../scripts/progress.js'
import { climb } from '../../scripts/stack/ladder.js'
import { fetchOnce } from '../../scripts/stack/fetch-once.js'
import { maven } from '../../scripts/stack/maven.js'
import { pythonWith } from '../../scripts/stack/python.js'
import { groupTopics, GroupWorker } from '../../test/fault/chaos/group-worker.js'
import { shipped } from '../../test/support/genesis.js'
import { uniqueName } from '../../test/support/kafka.js'
import { table } from '../markdown.js'

const here = fileURLToPath(new URL('../../../bench/interop/', import.meta.url))
const installed = fileURLToPath(new URL('../../clients/', import.meta.url))
const sourcelab = 'org.sourcelab:kafka-connect-client:4.0.4'

/** Each in a virtual environment of its own: their pins exclude each other. Those of kafkaconnect are not declared. */
const pythonPackages: Readonly<Record<string, readonly string[]>> = {
  'kafka-connect-py': ['kafka-connect-py==1.0.0'],
  kafkaconnect: ['kafkaconnect==1.3.1', 'click', 'requests', 'confluent-kafka'],
  'kafka-connect-cli': ['kafka-connect-cli==0.2.5'],
  'kafka-connect-watcher': ['kafka-connect-watcher==0.6.0'],
}

/** One command of a client; `{url}` is the worker that it goes to. */
interface Step {
  readonly args: readonly string[]
  readonly says?: RegExp
  /** Sent again until it says so. */
  readonly isAwaited?: boolean
}

interface Place {
  readonly urls: readonly string[]
  readonly topic: string
  readonly folder: string
}

interface Client {
  readonly name: string
  /** Returns the number of calls or commands; throws at the first that goes wrong. */
  readonly check: (place: Place) => Promise<number>
}

const signal = untilInterrupted()
const progress = new Progress(process.stderr)

const clients: readonly Client[] = [
  { name: sourcelab, check: java },
  commands('kafka-connect-py', 'kc', ({ topic }) => {
    const config = configOf(topic)
    const at = ['-u', '{url}']
    const named = JSON.stringify({ name: 'kc', config })
    return [
      { args: [...at, 'info'], says: /"version": "4\.2\.1"/ },
      { args: [...at, 'list-plugins'], says: /GenesisSourceConnector/ },
      { args: [...at, 'create', '-d', named], says: /"name": "kc"/ },
      { args: [...at, 'status', 'kc'], says: running, isAwaited: true },
      { args: [...at, 'list'], says: /kc/ },
      { args: [...at, 'list', '--expand', 'status'], says: /"status"/ },
      { args: [...at, 'get', 'kc'], says: /"type": "source"/ },
      { args: [...at, 'config', 'kc'], says: new RegExp(topic) },
      { args: [...at, 'list-tasks', 'kc'], says: /"task": 0/ },
      { args: [...at, 'task-status', 'kc', '0'], says: /RUNNING/ },
      { args: [...at, 'list-topics', 'kc'], says: new RegExp(topic), isAwaited: true },
      { args: [...at, 'reset-topics', 'kc'] },
      {
        args: [...at, 'update', 'kc', '-d', JSON.stringify({ ...config, 'throughput.rate': '200' })],
        says: /"throughput.rate": "200"/,
      },
      { args: [...at, 'pause', 'kc'] },
      { args: [...at, 'status', 'kc'], says: /PAUSED[^]*PAUSED/, isAwaited: true },
      { args: [...at, 'resume', 'kc'] },
      { args: [...at, 'status', 'kc'], says: running, isAwaited: true },
      { args: [...at, 'restart', 'kc'] },
      { args: [...at, 'restart', 'kc', '--include-tasks'], says: /RESTARTING|RUNNING/ },
      { args: [...at, 'restart-task', 'kc', '0'] },
      { args: [...at, 'delete', 'kc'] },
      { args: [...at, 'list'], says: /^\[\]\s*$/ },
    ]
  }),
  commands('kafkaconnect', 'kafkaconnect', ({ topic, folder }) => {
    const at = ['-c', '{url}']
    const file = join(folder, 'kafkaconnect.json')
    return [
      { args: [...at, 'plugins'], says: /GenesisSourceConnector/ },
      { args: [...at, 'upload', '--name', 'kafkaconnect', file] },
      { args: [...at, 'status', 'kafkaconnect'], says: running, isAwaited: true },
      { args: [...at, 'list'], says: /kafkaconnect/ },
      { args: [...at, 'info', 'kafkaconnect'], says: /"type": "source"/ },
      { args: [...at, 'config', 'kafkaconnect'], says: new RegExp(topic) },
      { args: [...at, 'tasks', 'kafkaconnect'], says: /"task": 0/ },
      { args: [...at, 'topics', 'kafkaconnect'], says: new RegExp(topic), isAwaited: true },
      { args: [...at, 'pause', 'kafkaconnect'] },
      { args: [...at, 'status', 'kafkaconnect'], says: /PAUSED[^]*PAUSED/, isAwaited: true },
      { args: [...at, 'resume', 'kafkaconnect'] },
      { args: [...at, 'restart', 'kafkaconnect'] },
      { args: [...at, 'status', 'kafkaconnect'], says: running, isAwaited: true },
      { args: [...at, 'delete', 'kafkaconnect'] },
      { args: [...at, 'status', 'kafkaconnect'], says: /not found/ },
    ]
  }),
  commands('kafka-connect-cli', 'kafka_connect', ({ topic }) => {
    const config = configOf(topic)
    const at = (...command: string[]): string[] => [...command, '--url', '{url}']
    const own = (...command: string[]): string[] => [...at('connector', ...command), '--name', 'cli']
    const isRunning = { args: own('get'), says: /"state": "RUNNING"[^]*"failedTasks": \[\]/, isAwaited: true }
    return [
      { args: [...own('create'), '--configuration', JSON.stringify(config)], says: /cli/ },
      { args: [...own('create'), '--if-not-exists', '--configuration', JSON.stringify(config)] },
      isRunning,
      { args: at('connector', 'list'), says: /cli/ },
      { args: own('configuration'), says: new RegExp(topic) },
      {
        args: [...own('update'), '--configuration', JSON.stringify({ ...config, 'throughput.rate': '200' })],
        says: /"throughput.rate": "200"/,
      },
      isRunning,
      { args: at('task', 'list', '--connector', 'cli'), says: /RUNNING|0/ },
      { args: at('task', 'restart', '--connector', 'cli', '--task', '0') },
      { args: at('health-check', '--verbose'), says: /Connector cli in state RUNNING/, isAwaited: true },
      { args: own('pause') },
      { args: own('get'), says: /"state": "PAUSED"/, isAwaited: true },
      { args: own('resume') },
      isRunning,
      { args: at('connector', 'pause-all') },
      { args: at('connector', 'resume-all') },
      isRunning,
      { args: own('restart') },
      { args: own('delete') },
      { args: at('connector', 'list'), says: /^\[\]\s*$/ },
    ]
  }),
  { name: 'kafka-connect-watcher', check: watcher },
]

const running = /RUNNING[^]*RUNNING/

function configOf(topic: string): Readonly<Record<string, string>> {
  return {
    ...{ 'connector.class': 'GenesisSource', model: 'customers.json', topic, 'value.format': 'json' },
    ...{ 'tasks.max': '1', 'throughput.rate': '100' },
  }
}

function commands(name: string, command: string, stepsOf: (place: Place) => readonly Step[]): Client {
  return {
    name,
    async check(place) {
      await writeFile(join(place.folder, `${name}.json`), JSON.stringify(configOf(place.topic)))
      let turn = 0
      const steps = stepsOf(place)
      for (const { args, says, isAwaited = false } of steps) {
        for (let attempt = 0; ; attempt++) {
          const url = place.urls[turn++ % place.urls.length]
          const output = await runClient(
            join(installed, name, 'bin', command),
            args.map((arg) => arg.replace('{url}', url)),
          )
          if (output.status === 0 && (says ?? /^/).test(output.text)) break
          if (isAwaited && attempt < 60) await wait(250)
          else throw new Error(`${command} ${args.join(' ')}: status ${output.status}\n${output.text.slice(-1500)}`)
        }
      }
      return steps.length
    },
  }
}

async function java({ urls, topic }: Place): Promise<number> {
  const jars = join(installed, 'sourcelab')
  const { status, text } = await runClient('java', ['-cp', join(jars, '*'), join(here, 'Client.java'), topic, ...urls])
  if (status !== 0) throw new Error(text.slice(-1500))
  return Number(/(\d+) calls/.exec(text)?.[1])
}

/** It looks at every worker's connectors until it is ended, and would restart those that it takes for unhealthy. */
async function watcher({ urls, topic, folder }: Place): Promise<number> {
  await fetch(`${urls[0]}/connectors/watched/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(configOf(topic)),
  })
  for (const url of urls) {
    for (;;) {
      const answer = await fetch(`${url}/connectors/watched/tasks/0/status`)
      if (answer.ok && ((await answer.json()) as { state: string }).state === 'RUNNING') break
      await wait(100)
    }
  }
  const file = join(folder, 'watcher.json')
  const evaluation_rules = [{ include_regex: ['.*'], auto_correct_actions: [{ action: 'restart' }] }]
  const clusters = urls.map((url) => ({ hostname: '127.0.0.1', port: Number(new URL(url).port), evaluation_rules }))
  await writeFile(file, JSON.stringify({ watch_interval: '2s', clusters }))
  const child = spawn(join(installed, 'kafka-connect-watcher/bin/kafka-connect-watcher'), ['-c', file], {
    env: { ...process.env, PYTHONUNBUFFERED: '1' },
  })
  const lines: string[] = []
  const rounds = 3
  let finished = 0
  const seen = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', (line) => {
        lines.push(line)
        if (/Clusters processing finished/.test(line) && ++finished === rounds) resolve()
      })
  })
  const ended = once(child, 'exit').then(() => {
    if (finished < rounds) throw new Error(lines.slice(-30).join('\n'))
  })
  await Promise.race([seen, ended, wait(60_000, null, { ref: false })])
  child.kill()
  await ended.catch(() => undefined)
  await fetch(`${urls[0]}/connectors/watched`, { method: 'DELETE' })
  const bad = lines.filter((line) => /error|exception|fail|traceback|restart/i.test(line))
  if (finished < rounds || bad.length > 0) throw new Error([...bad, ...lines.slice(-30)].join('\n'))
  return rounds
}

async function runClient(
  command: string,
  args: readonly string[],
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: 120_000 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ status, text: error === null ? stdout : `${stdout}\n${stderr}` })
    })
  })
}

async function install(): Promise<void> {
  for (const [name, packages] of Object.entries(pythonPackages))
    await pythonWith(join(installed, name), packages, signal)
  await fetchOnce(join(installed, 'sourcelab'), async (folder) => {
    const pom = join(folder, 'pom.xml')
    const [groupId, artifactId, version] = sourcelab.split(':')
    const tag = (of: string, text: string): string => `<${of}>${text}</${of}>`
    const coordinates = (g: string, a: string, v: string): string =>
      tag('groupId', g) + tag('artifactId', a) + tag('version', v)
    const dependency = tag('dependencies', tag('dependency', coordinates(groupId, artifactId, version)))
    const head = tag('modelVersion', '4.0.0') + coordinates('genesis-connect', 'clients', '1') + tag('packaging', 'pom')
    await writeFile(pom, tag('project', head + dependency))
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies'
    await maven(['-f', pom, goal, `-DoutputDirectory=${folder}`], signal)
  })
}

/** Starts so many workers, as a group where it is more than one. */
async function withWorkers<T>(
  brokers: string,
  count: number,
  use: (place: Omit<Place, 'topic'>) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-clients-'))
  const group = uniqueName('clients')
  const settings = {
    group: { id: group, enabled: count > 1 },
    ...groupTopics(group),
  }
  const workers = Array.from({ length: count }, (_, i) => {
    return new GroupWorker({
      ...{ number: i + 1, folder, settings },
      ...{ brokers: brokers.split(','), models: shipped('models') },
    })
  })
  try {
    await Promise.all(workers.map((worker) => worker.start()))
    for (const { address } of workers) while (!(await fetch(`${address}/ready`)).ok) await wait(100)
    return await use({ urls: workers.map(({ address }) => address), folder })
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()))
    await rm(folder, { recursive: true })
  }
}

await progress.during('installing the clients', install)
const stack = await climb({ docker: 'testcontainers', signal, progress })
if (stack === null) throw new Error('the clients are run against workers, which need a Kafka broker')
try {
  const sides = [1, 2]
  const results = new Map(clients.map(({ name }) => [name, [] as string[]]))
  for (const count of sides)
    await withWorkers(stack.brokers, count, async (place) => {
      for (const { name, check } of clients) {
        try {
          const calls = await check({ ...place, topic: uniqueName('clients') })
          results.get(name)?.push(`all ${calls}`)
        } catch (error) {
          process.exitCode = 1
          results.get(name)?.push('failed')
          progress.say(`${name}, ${count} workers: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
    })
  table(
    ['client', 'one worker', 'a group of two'],
    [...results].map(([name, cells]) => [name, ...cells]),
  )
} finally {
  await stack.stop()
}
process.exit()
