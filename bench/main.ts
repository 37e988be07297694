/**
 * `make bench`: everything that is claimed about speed, side by side in one run on one machine, as Markdown on stdout:
 * the tables of docs/benchmarks.md. Progress goes to stderr. `node build/bench/main.js [--quick] [section …]` runs parts;
 * `--quick` gives rough figures in a few minutes.
 */
import { availableParallelism, cpus, totalmem } from 'node:os'
import { untilInterrupted } from '../scripts/interrupt.js'
import { climb } from '../scripts/stack/ladder.js'
import { codecs, idle, line, memory, producers, rate, verify } from './sections/delivering.js'
import { cost, encoders, sampler, training, websockets } from './sections/making.js'
import type { Section } from './sections/section.js'

const sections = new Map<string, Section>(
  Object.entries({
    ...{ sampler, training, encoders, cost },
    ...{ producers, codecs, line, rate, idle, verify, memory },
    websockets,
  }),
)

const say = (text: string): void => console.error(text)
const quick = process.argv.includes('--quick')
const named = process.argv.slice(2).filter((argument) => argument !== '--quick')
const unknown = named.find((name) => !sections.has(name))
if (unknown !== undefined) {
  say(`There is no section ${unknown}: ${[...sections.keys()].join(', ')}`)
  process.exit(2)
}
const signal = untilInterrupted()
const stack = await climb({ docker: 'testcontainers', network: 'host', signal, say })
if (stack === null) {
  say(
    'The benchmark needs a Kafka broker: install Docker, or Java 17 with Maven; or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL.',
  )
  process.exit(1)
}
process.env['KAFKA_BROKERS'] = stack.brokers
process.env['SCHEMA_REGISTRY_URL'] = stack.registryUrl
const context = { brokers: stack.brokers, quick, rounds: quick ? 1 : 5 }
const began = performance.now()
try {
  console.log(
    `Node ${process.version}, ${availableParallelism()} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB;`,
  )
  console.log(`Kafka and everything else on this machine: ${stack.origin}. Medians of ${context.rounds}.\n`)
  for (const [name, section] of sections) {
    if (named.length > 0 && !named.includes(name)) continue
    signal.throwIfAborted()
    const from = performance.now()
    say(`${name} …`)
    await section(context)
    say(`${name}: ${((performance.now() - from) / 1000).toFixed(0)} s`)
  }
  say(`all: ${((performance.now() - began) / 60_000).toFixed(1)} min`)
} finally {
  await stack.stop()
}
