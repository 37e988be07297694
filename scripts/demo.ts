/**
 * `make demo`: a real Kafka and registry, the shipped connectors run to their end, every topic proved against its stream, and
 * a few records as a consumer sees them. Without Docker or Java: the same connectors into files.
 */
import { mkdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { genesis } from './demo/genesis.js'
import { fileConnectors } from './demo/file-connectors.js'
import { shippedConnectors, type Shipped } from './demo/shipped.js'
import { peekFile, peekTopic } from './demo/peek.js'
import { untilInterrupted } from './interrupt.js'
import { climb } from './stack/ladder.js'
import type { Stack } from './stack/stack.js'

const folder = fileURLToPath(new URL('../../.demo/', import.meta.url))
const bold = (text: string): string => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text)
const say = (line: string): void => console.log(line)
const heading = (line: string): void => say(`\n${bold(line)}`)

async function demo(signal: AbortSignal): Promise<number> {
  const began = Date.now()
  heading('1  A broker and a schema registry')
  const stack = await climb({ docker: 'compose', signal, say })
  try {
    if (stack === null) {
      say('No Docker here, and no Java with Maven: the demo writes files instead.')
      say('To see it feed Kafka, install Docker (https://docs.docker.com/get-docker/), or Java 17 and Maven.')
      return await play(await fileConnectors(folder), null, signal)
    }
    say(`ready in ${seconds(began)}: ${stack.origin}`)
    return await play(await shippedConnectors(), stack, signal)
  } finally {
    await stack?.stop()
    say(`\n${signal.aborted ? 'Interrupted' : 'Done'} after ${seconds(began)}; nothing is left running.`)
  }
}

async function play(connectors: readonly Shipped[], stack: Stack | null, signal: AbortSignal): Promise<number> {
  const env = stack === null ? {} : { KAFKA_BROKERS: stack.brokers, SCHEMA_REGISTRY_URL: stack.registryUrl }
  const files = connectors.map(({ file }) => file)

  heading('2  genesis run connectors/')
  const ran = await genesis(['run', ...files], env, signal)
  if (ran !== 0) return ran

  heading('3  genesis verify: each topic against its stream, record by record')
  for (const file of files) {
    const verified = await genesis(['verify', file], env, signal)
    if (verified !== 0) return verified
  }

  heading('4  A few records, as a consumer sees them')
  for (const { topic, path } of connectors) {
    signal.throwIfAborted()
    say(bold(topic))
    const records = stack === null ? await peekFile(path, 3) : await peekTopic(stack, topic, 3)
    for (const record of records) say(`  ${record}`)
  }
  return 0
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}

await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
const signal = untilInterrupted()
try {
  process.exitCode = await demo(signal)
} catch (error) {
  if (!signal.aborted) console.error(error instanceof Error ? error.message : error)
  process.exitCode = signal.aborted ? 130 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
