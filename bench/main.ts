/**
 * `make bench`: every performance claim, measured in one run on one machine, as Markdown on stdout:
 * the tables of docs/benchmarks.md. Progress goes to stderr. `node build/bench/main.js [--quick] [section …]` runs parts;
 * `--quick` gives rough figures in a few minutes.
 */
import { availableParallelism, cpus, totalmem } from 'node:os'
import { interruptionOf, untilInterrupted } from '../scripts/interrupt.js'
import { Progress } from '../scripts/progress.js'
import { climb, LadderError, whatToInstall } from '../scripts/stack/ladder.js'
import { asVariables } from '../scripts/stack/stack.js'
import { connect } from './sections/connect.js'
import { codecs, idle, line, memory, producers, rate, verify } from './sections/delivering.js'
import { groups, groupsize, rest } from './sections/group.js'
import { cost, declared, encoders, lives, sampler, threads, training, websockets } from './sections/making.js'
import type { BenchContext, Section } from './sections/section.js'

const withoutBroker = { sampler, training, encoders, declared, lives, cost, threads, websockets, groupsize }
const withBroker = { producers, codecs, line, rate, idle, verify, memory, rest, groups, connect }
const sections = new Map<string, Section>(Object.entries({ ...withoutBroker, ...withBroker }))

const progress = new Progress(process.stderr)
/** Tables are printed meanwhile: log lines only, no redrawing. */
const measuring = new Progress({ write: (text: string) => process.stderr.write(text) })
const quick = process.argv.includes('--quick')
const named = process.argv.slice(2).filter((argument) => argument !== '--quick')
const wanted = named.length === 0 ? [...sections.keys()] : named
const signal = untilInterrupted()
const aborted = interruptionOf(signal)

async function main(): Promise<number> {
  const unknown = named.find((name) => !sections.has(name))
  if (unknown !== undefined) {
    progress.say(`No section ${unknown}; sections: ${[...sections.keys()].join(', ')}`)
    return 2
  }
  const needsBroker = wanted.some((name) => name in withBroker)
  const stack = needsBroker ? await climb({ docker: 'testcontainers', network: 'host', signal, progress }) : undefined
  if (stack === null) {
    progress.say(`These sections need a Kafka broker: ${Object.keys(withBroker).join(', ')}. ${whatToInstall}`)
    progress.say(`These need none: make bench SECTIONS="${Object.keys(withoutBroker).join(' ')}"`)
    return 1
  }
  if (stack !== undefined) Object.assign(process.env, asVariables(stack))
  const context = { brokers: stack?.brokers ?? '', quick, rounds: quick ? 1 : 5 }
  try {
    console.log(
      `Node ${process.version}, ${availableParallelism()} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB;`,
    )
    const origin = stack === undefined ? 'no broker' : stack.origin
    console.log(`Kafka and everything else on this machine: ${origin}. Medians of ${context.rounds}.\n`)
    await measure(context)
    return 0
  } finally {
    if (stack !== undefined) await progress.during('removing Kafka and the registry', () => stack.stop())
  }
}

async function measure(context: BenchContext): Promise<void> {
  const began = performance.now()
  for (const [name, section] of sections) {
    if (!wanted.includes(name)) continue
    signal.throwIfAborted()
    const from = performance.now()
    // A running measurement ignores Ctrl-C: abandon it.
    await measuring.during(name, () => Promise.race([section(context), aborted]))
    progress.say(`${name}: ${((performance.now() - from) / 1000).toFixed(0)} s`)
  }
  progress.say(`all: ${((performance.now() - began) / 60_000).toFixed(1)} min`)
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    // Bugs in a measurement are for its developers: show the stack trace.
    if (!signal.aborted) console.error(error instanceof LadderError ? error.message : error)
    process.exit(signal.aborted ? 130 : 1)
  },
)
