/**
 * A connector through session renewals, a quota, outages and a full disk, with its log: `node build/scripts/outages.js`. Exits with
 * 0 if every record is there exactly once afterwards.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { format } from 'node:util'
import { outages } from '../test/fault/outages.js'
import { interruptionOf, untilInterrupted } from './interrupt.js'
import { Progress } from './progress.js'
import { climb, whatToInstall } from './stack/ladder.js'
import { asVariables } from './stack/stack.js'

const signal = untilInterrupted()
const progress = new Progress(process.stderr)

async function main(): Promise<number> {
  const stack = await climb({ docker: 'testcontainers', signal, progress })
  if (stack === null) {
    progress.say(`The scenario needs a Kafka broker. ${whatToInstall}`)
    return 1
  }
  Object.assign(process.env, asVariables(stack))
  const folder = await mkdtemp(join(tmpdir(), 'genesis-outages-'))
  try {
    const played = outages(folder, stack.registryUrl, (line) => console.log(line))
    const { report, verified, exit, sessions, diskWasFull } = await Promise.race([played, interruptionOf(signal)])
    console.log(report)
    const disk = diskWasFull ? 'a full disk' : 'no full disk (cannot mount a tmpfs here)'
    const result = verified && exit === 0 ? 'exact' : `NOT exact, or an unclean exit (status ${exit})`
    console.log(`${sessions} sessions, a quota, an outage, a registry restart, ${disk}: ${result}`)
    return verified && exit === 0 ? 0 : 1
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => {})
    await progress.during('removing Kafka and the registry', () => stack.stop())
  }
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    if (!signal.aborted) progress.say(format(error))
    process.exit(signal.aborted ? 130 : 1)
  },
)
