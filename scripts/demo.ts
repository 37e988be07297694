/**
 * `make demo`: a real Kafka and registry, the shipped connectors run to their end, every topic verified against its stream, and
 * a few records as a consumer sees them. Without Docker or Java: the same connectors, writing files.
 */
import { mkdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { genesis } from './demo/genesis.js'
import { fileConnectors } from './demo/file-connectors.js'
import { offsetsOf } from './demo/offsets.js'
import { shippedConnectors, type Shipped } from './demo/shipped.js'
import { peekFile, peekTopics, type Peeked } from './demo/peek.js'
import { untilInterrupted } from './interrupt.js'
import { Progress } from './progress.js'
import { climb, whatToInstall } from './stack/ladder.js'
import { asVariables, type Stack } from './stack/stack.js'

const peeked = 3
const folder = fileURLToPath(new URL('../../.demo/', import.meta.url))
const progress = new Progress(process.stdout)
const bold = (text: string): string => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text)
const say = (line: string): void => progress.say(line)
const heading = (line: string): void => say(`\n${bold(line)}`)
const group = (value: number): string => value.toLocaleString('en-US')

async function demo(signal: AbortSignal): Promise<number> {
  const began = Date.now()
  heading('1  A broker and a schema registry')
  const stack = await climb({
    docker: 'compose',
    signal,
    progress,
    otherwise: 'files instead of topics, needing only Node',
  })
  try {
    if (stack === null) {
      say(`To run it with Kafka: ${whatToInstall}`)
      return await play(await fileConnectors(folder), null, signal)
    }
    say(`ready in ${seconds(began)}: ${stack.origin}`)
    return await play(await shippedConnectors(), stack, signal)
  } finally {
    if (stack !== null) await progress.during('removing Kafka and the registry', () => stack.stop())
    const left = stack?.rung === 'given' ? 'the topics remain on your broker' : 'nothing is left running'
    say(`\n${signal.aborted ? 'Interrupted' : 'Done'} after ${seconds(began)}; ${left}.`)
  }
}

async function play(connectors: readonly Shipped[], stack: Stack | null, signal: AbortSignal): Promise<number> {
  const env = stack === null ? {} : asVariables(stack)
  const files = connectors.map(({ file }) => file)

  heading('2  genesis run connectors/')
  const ran = await genesis(['run', ...files], env, signal)
  if (ran !== 0) return ran
  explainRates(connectors)

  heading(`3  genesis verify: each ${stack === null ? 'file' : 'topic'} against its stream, record by record`)
  const verified = await genesis(['verify', ...files], env, signal)
  if (verified !== 0) return verified

  heading(`4  The first records, as a ${stack === null ? 'reader' : 'consumer'} sees them`)
  const shown = stack === null ? await linesOf(connectors) : await recordsOf(connectors, stack, signal)
  for (const { topic } of connectors) {
    say(bold(topic))
    for (const record of shown.get(topic) ?? []) say(`  ${lineOf(record)}`)
  }
  if (stack !== null) await explainOffsets(connectors, stack, signal)
  return 0
}

function recordsOf(connectors: readonly Shipped[], stack: Stack, signal: AbortSignal): Promise<Map<string, Peeked[]>> {
  const topics = connectors.map(({ topic }) => topic)
  return progress.during('reading', () => peekTopics(stack, topics, peeked, signal))
}

async function linesOf(connectors: readonly Shipped[]): Promise<Map<string, Peeked[]>> {
  const entries = connectors.map(async ({ topic, path }) => [topic, await peekFile(path, peeked)] as const)
  return new Map(await Promise.all(entries))
}

function lineOf({ partition, offset, key, value }: Peeked): string {
  if (partition === null) return value
  return `partition ${partition}, offset ${offset}  ${key === '' ? '' : `key ${key}  `}${value}`
}

function explainRates(connectors: readonly Shipped[]): void {
  for (const { config } of connectors) {
    const { rate } = config['throughput'] as { rate?: number }
    if (rate === undefined) continue
    say(
      `${String(config['name'])}: limited to ${group(rate)}/s by its file. The others run as fast as the machine allows.`,
    )
  }
}

/** A topic has more offsets than records: explain it to anyone who looks. */
async function explainOffsets(connectors: readonly Shipped[], stack: Stack, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  heading('5  Offsets and positions: how to read them')
  const topics = connectors.map(({ topic }) => topic)
  const offsets = await progress.during('asking the broker', () => offsetsOf(stack, topics))
  for (const { topic, config } of connectors) {
    const ends = offsets.get(topic) ?? []
    const all = ends.reduce((sum, end) => sum + end, 0)
    const records = (config['throughput'] as { max_records: number }).max_records
    say(`  ${topic}: ${group(all)} offsets = ${group(records)} records + ${group(all - records)} transaction markers`)
  }
  say(
    'Each transaction ends with a marker in every partition it wrote to. A marker takes an offset but is invisible to consumers.',
  )
  for (const { topic, config } of connectors) {
    const { max = 1 } = (config['tasks'] ?? {}) as { max?: number }
    if (max < 2) continue
    const records = (config['throughput'] as { max_records: number }).max_records
    // A shard's first own position at or after the end.
    const ends = Array.from({ length: max }, (_, shard) => group(records + ((shard - (records % max) + max) % max)))
    say(
      `  ${topic}: ${max} tasks share its positions in turn, so their next ones, ${ends.join(' and ')}, all follow the last of ${group(records)} records.`,
    )
  }
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}

const signal = untilInterrupted()
try {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  process.exitCode = await demo(signal)
} catch (error) {
  if (!signal.aborted) say(error instanceof Error ? error.message : String(error))
  process.exitCode = signal.aborted ? 130 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
