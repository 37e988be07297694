/**
 * A group of four workers on three brokers, with faults chosen by a seed: `node build/scripts/chaos.js [minutes] [seed]`.
 * CHAOS_BROKERS=1 uses one broker, for machines too small for three; CHAOS_FAULTS="part of a name,…" runs these faults, once each.
 * Exits with 0 if every topic matches its stream exactly.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { format } from 'node:util'
import { groupFaults } from '../test/fault/chaos/faults.js'
import { runChaos } from '../test/fault/chaos/run-chaos.js'
import { KafkaCluster } from '../test/support/kafka-cluster.js'
import { uniqueName } from '../test/support/kafka.js'
import { interruptionOf, untilInterrupted } from './interrupt.js'
import { Progress } from './progress.js'
import { timedLines } from './timed-lines.js'

const [minutes = '3', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2)
const count = process.env['CHAOS_BROKERS'] === '1' ? 1 : 3
const what = count === 1 ? 'a broker' : 'three brokers'
const parts = process.env['CHAOS_FAULTS']?.split(',') ?? null
const signal = untilInterrupted()
const progress = new Progress(process.stderr)
const say = timedLines()

async function main(): Promise<boolean> {
  say(`seed ${seed}: make chaos MINUTES=${minutes} SEED=${seed} repeats the same faults`)
  say(`${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`)
  const brokers = await progress.during(`starting ${what}`, () => KafkaCluster.start(signal, count))
  const folder = await mkdtemp(join(tmpdir(), 'genesis-chaos-'))
  let isExact = false
  try {
    const verdicts = await Promise.race([
      runChaos({
        ...{ seed: Number(seed), prefix: uniqueName('chaos'), folder, brokers, cluster: brokers.options, say },
        ...{ workers: 4, connectors: 24, recordsPerSecond: 6_000, seconds: Number(minutes) * 60 },
        faults: parts && groupFaults.filter(({ name }) => parts.some((part) => name.includes(part))),
      }),
      interruptionOf(signal),
    ])
    const records = verdicts.reduce((sum, one) => sum + one.records, 0)
    const wrong = verdicts.filter(({ fault }) => fault !== null).length
    isExact = wrong === 0
    say(`${verdicts.length} connectors, ${records} records: ${isExact ? 'all exact' : `${wrong} NOT exact`}`)
  } finally {
    await progress.during(`removing ${what}`, () => brokers.stop())
    if (isExact) await rm(folder, { recursive: true })
    else say(`logs of the workers: ${folder}`)
  }
  return isExact
}

main().then(
  (isExact) => process.exit(isExact ? 0 : 1),
  (error: unknown) => {
    progress.say(format(error))
    process.exit(signal.aborted ? 130 : 1)
  },
)
