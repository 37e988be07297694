/**
 * A standalone worker and a group of two with many connectors, for half an hour of REST calls and restarts: `node build/scripts/soak.js
 * [minutes] [seed]`. Exits with 0 if nothing leaks, nothing fails, and every topic and file matches its stream exactly.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { format } from 'node:util'
import { runSoak } from '../test/fault/soak/run-soak.js'
import { clusterAt, uniqueName } from '../test/support/kafka.js'
import { interruptionOf, untilInterrupted } from './interrupt.js'
import { Progress } from './progress.js'
import { climb, whatToInstall } from './stack/ladder.js'
import { timedLines } from './timed-lines.js'

const [minutes = '30', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2)
const signal = untilInterrupted()
const progress = new Progress(process.stderr)
const say = timedLines()

async function main(): Promise<boolean> {
  say(
    `seed ${seed}: make soak MINUTES=${minutes} SEED=${seed}; ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`,
  )
  const stack = await climb({ docker: 'testcontainers', network: 'host', signal, progress })
  if (stack === null) {
    progress.say(`The soak needs a Kafka broker. ${whatToInstall}`)
    return false
  }
  const folder = await mkdtemp(join(tmpdir(), 'genesis-soak-'))
  let isGood = false
  try {
    const soak = runSoak({
      ...{ seed: Number(seed), prefix: uniqueName('soak'), folder, connectors: 40, seconds: Number(minutes) * 60 },
      ...{ restartEverySeconds: 20, cluster: clusterAt(stack.brokers.split(',')), registryUrl: stack.registryUrl },
      ...{ judgesGrowth: true, say },
    })
    const { lines, faults } = await Promise.race([soak, interruptionOf(signal)])
    for (const line of lines) say(line)
    for (const fault of faults) say(`WRONG: ${fault}`)
    isGood = faults.length === 0
    say(isGood ? 'nothing leaks, nothing failed, all is exact' : `${faults.length} things are WRONG`)
  } finally {
    await progress.during('removing Kafka and the registry', () => stack.stop())
    if (isGood) await rm(folder, { recursive: true })
    else say(`logs of the workers: ${folder}`)
  }
  return isGood
}

main().then(
  (isGood) => process.exit(isGood ? 0 : 1),
  (error: unknown) => {
    if (!signal.aborted) progress.say(format(error))
    process.exit(signal.aborted ? 130 : 1)
  },
)
