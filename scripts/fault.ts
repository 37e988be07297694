/**
 * Runs all fault scenarios and prints the table: `node build/scripts/fault.js [part of a name …]`. Exits with 0 if
 * every verdict is as promised.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { arch, cpus, platform, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { format } from 'node:util'
import { valueOf, type Verdict } from '../test/fault/flow.js'
import { streamLines } from '../test/fault/genesis-run.js'
import { javaAgrees } from '../test/fault/java-reader.js'
import { killedFile } from '../test/fault/killed-file.js'
import { killedRun } from '../test/fault/killed-run.js'
import { registryDown } from '../test/fault/registry-down.js'
import { runScenario, scenarios } from '../test/fault/scenarios.js'
import type { Contender } from '../test/fault/scenarios.js'
import { uniqueName } from '../test/support/kafka.js'
import { KafkaCluster } from '../test/support/kafka-cluster.js'
import { interruptionOf, untilInterrupted } from './interrupt.js'
import { Progress } from './progress.js'
import { works } from './stack/command.js'
import { climb, LadderError, whatToInstall } from './stack/ladder.js'
import { reasonOf } from './stack/reason.js'
import { asVariables, kafkaImage } from './stack/stack.js'

const kills = 20
const wanted = process.argv.slice(2)
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((part) => name.includes(part))
const signal = untilInterrupted()
const progress = new Progress(process.stderr)
const java = await progress.during('asking Docker', () => works('docker', 'image', 'inspect', kafkaImage))
let kept = true
const aborted = interruptionOf(signal)
/** A running scenario ignores Ctrl-C: abandon it. */
const played = <T>(scenario: string, play: () => Promise<T>): Promise<T> =>
  progress.during(scenario, () => Promise.race([play(), aborted]))

interface Row extends Verdict {
  readonly scenario: string
  readonly producer: string
  readonly exact: boolean
  /** Null: not checked. */
  readonly javaAgrees: boolean | null
  /** Null: there is nothing to recover from. */
  readonly recoveryMs: number | null
}

function print(row: Row): void {
  const { records, missing, doubled, altered, outOfOrder } = row
  const agrees = row.javaAgrees === null ? '–' : row.javaAgrees ? 'yes' : 'NO'
  const recovery = row.recoveryMs === null ? '–' : `${(row.recoveryMs / 1000).toFixed(2)} s`
  const cells = [row.scenario, row.producer, records, missing, doubled, altered, outOfOrder, agrees, recovery]
  console.log(`| ${cells.join(' | ')} |`)
  kept &&= missing + altered === 0 && row.javaAgrees !== false && (!row.exact || doubled + outOfOrder === 0)
}

const names: Record<Contender, string> = { wire: 'wire', 'wire-v1': 'wire, transactions v1', kafkajs: 'kafkajs' }

/** Faults between a worker and a cluster of three brokers. */
async function faultsOfBrokers(): Promise<void> {
  if (!scenarios.some(({ name }) => isWanted(name))) return
  const cluster = await progress
    .during('starting three brokers', () => KafkaCluster.start(signal))
    .catch((error: unknown) => {
      signal.throwIfAborted()
      throw new LadderError(`Cannot start three brokers: ${reasonOf(error)}. ${whatToInstall}`, { cause: error })
    })
  try {
    for (const contender of ['wire', 'kafkajs', 'wire-v1'] as const) {
      if (contender === 'wire-v1') await cluster.setTransactionVersion(1)
      for (const scenario of scenarios) {
        if (!scenario.contenders.includes(contender) || !isWanted(scenario.name)) continue
        const result = await played(scenario.name, () => runScenario(cluster, scenario, contender))
        const exact = scenario.delivery !== 'at-least-once'
        const values = Array.from({ length: result.delivered }, (_, position) => valueOf(position))
        print({
          ...{ ...result, producer: names[contender], exact },
          javaAgrees: java && exact ? await javaAgrees(cluster.options.brokers, result.topic, values) : null,
          recoveryMs: result.recoveryMs === 0 ? null : result.recoveryMs,
        })
      }
    }
  } finally {
    await progress.during('removing three brokers', () => cluster.stop())
  }
}

/** Faults of whole processes: `genesis run` with a broker and a registry. */
async function faultsOfProcesses(folder: () => Promise<string>): Promise<void> {
  const killed = `genesis run killed ${kills} times while records flow`
  const down = 'registry down at the start, mid-run, and for two minutes at a restart'
  if (!isWanted(killed) && !isWanted(down)) return
  const stack = await climb({ docker: 'testcontainers', signal, progress })
  if (stack === null) throw new LadderError(`The scenarios need a Kafka broker. ${whatToInstall}`)
  Object.assign(process.env, asVariables(stack))
  try {
    for (const client of ['wire', 'kafkajs'] as const) {
      if (!isWanted(killed)) continue
      const run = await folder()
      const result = await played(killed, () => killedRun(run, { name: uniqueName('killed'), client, kills }))
      const values = await streamLines(result.files)
      const agrees = java ? await javaAgrees(stack.brokers.split(','), result.files.name, values) : null
      print({ ...result, scenario: killed, producer: client, exact: true, javaAgrees: agrees })
    }
    if (isWanted(down)) {
      const run = await folder()
      const result = await played(down, () => registryDown(run, uniqueName('registry'), 120_000))
      print({ ...result, scenario: down, producer: 'wire', exact: true, javaAgrees: null })
    }
  } finally {
    await progress.during('removing Kafka and the registry', () => stack.stop())
  }
}

async function faultsOfFiles(folder: () => Promise<string>): Promise<void> {
  const scenario = `file sink: worker killed ${kills} times`
  if (!isWanted(scenario)) return
  const run = await folder()
  const result = await played(scenario, () => killedFile(run, kills, 400_000))
  print({ ...result, scenario, producer: 'file', exact: true, javaAgrees: null, recoveryMs: null })
}

async function main(): Promise<void> {
  console.log(`${cpus().length} × ${cpus()[0].model}, ${platform()} ${arch()}, ${Math.round(totalmem() / 2 ** 30)} GB`)
  console.log('| scenario | producer | records | missing | doubled | altered | out of order | Java agrees | recovery |')
  console.log('|---|---|---:|---:|---:|---:|---:|---|---:|')
  const root = await mkdtemp(join(tmpdir(), 'genesis-fault-'))
  const folder = (): Promise<string> => mkdtemp(join(root, 'run-'))
  try {
    await faultsOfFiles(folder)
    await faultsOfProcesses(folder)
    await faultsOfBrokers()
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

main().then(
  // An interrupted flow is still retrying.
  () => process.exit(kept ? 0 : 1),
  (error: unknown) => {
    if (!signal.aborted) progress.say(error instanceof LadderError ? error.message : format(error))
    process.exit(signal.aborted ? 130 : 1)
  },
)
