/**
 * `make bench`: everything that is claimed about speed, side by side in one run on one machine, as Markdown on stdout:
 * the tables of docs/benchmarks.md. Progress goes to stderr. `--quick` takes a minute, and its figures are rough.
 */
import { availableParallelism, cpus, totalmem } from 'node:os'
import { untilInterrupted } from '../scripts/interrupt.js'
import { climb } from '../scripts/stack/ladder.js'
import { benchEncoders } from './encode.js'
import { benchIdle } from './idle.js'
import { benchFit, fitCases, type FitResult } from './fit.js'
import { benchLine, type LineResult } from './line.js'
import { benchProduce } from './produce.js'
import { benchRate } from './rate.js'
import { benchSampler } from './sampler.js'
import { benchWebSockets } from './websocket.js'

const quick = process.argv.includes('--quick')
const rounds = quick ? 1 : 5
const millions = (value: number): string => `${(value / 1e6).toFixed(2)} M`
const thousands = (value: number): string => Math.round(value / 1000).toLocaleString('en') + ' k'
const micros = (value: number): string => `${value.toFixed(2)} µs`
const say = (line: string): void => console.error(line)

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n')
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
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
try {
  console.log(
    `Node ${process.version}, ${availableParallelism()} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB;`,
  )
  console.log(`Kafka and everything else on this machine: ${stack.origin}. Medians of ${rounds}.\n`)

  say('sampler …')
  console.log('Sampling, as codes: 15 columns, 64 hidden states, one core\n')
  const sampler = benchSampler(quick ? { runs: 3, millis: 200 } : {})
  table(
    ['conditions', 'rows/s', 'CPU a row', 'open, first', 'open, later'],
    sampler.results.map((result) => [
      result.case,
      millions(result.rowsPerSecond),
      `${result.cpuNanosPerRow.toFixed(0)} ns`,
      `${result.openMillis.first.toFixed(1)} ms`,
      `${result.openMillis.later.toFixed(1)} ms`,
    ]),
  )

  say('training …')
  console.log('Training: 15 columns, whole runs\n')
  const fits: FitResult[] = []
  for (const one of quick ? fitCases.slice(0, 2) : fitCases) fits.push(await benchFit(one))
  table(
    ['rows', 'hidden states', 'threads', 'epochs', 'time', 'CPU time', 'peak memory'],
    fits.map((result) => [
      result.rows.toLocaleString('en'),
      result.states === 'auto' ? `auto: ${result.chosen}` : `${result.chosen}`,
      `${result.threads}`,
      `${result.epochs}`,
      `${result.seconds.toFixed(1)} s`,
      `${result.cpuSeconds.toFixed(1)} s`,
      `${millions(result.peakBytes)}B`,
    ]),
  )

  say('encoders …')
  console.log('Encoding: 15 columns, one core\n')
  table(
    ['encoder', 'records/s', 'CPU a record', 'bytes a record'],
    benchEncoders(quick ? { runs: 3, millis: 200 } : {}).map((result) => [
      result.encoder,
      millions(result.recordsPerSecond),
      micros(result.cpuMicrosPerRecord),
      result.bytesPerRecord.toFixed(0),
    ]),
  )

  say('producers …')
  console.log('Producing: the same Avro records, one partition, acks=all, rounds interleaved\n')
  const produced = await benchProduce({
    brokers: stack.brokers,
    rounds,
    records: quick ? 500_000 : 2_000_000,
    codecs: quick ? ['none'] : ['none', 'gzip', 'lz4', 'zstd'],
  })
  table(
    ['producer', 'compression', 'records/s', 'CPU a record'],
    produced.map((result) => [
      result.contender,
      result.compression,
      thousands(result.recordsPerSecond),
      micros(result.cpuMicrosPerRecord),
    ]),
  )

  say('the whole line …')
  console.log('The whole line: model → Avro → exactly-once in Kafka, transactions of 100 ms\n')
  const cases: [name: string, options: Omit<Parameters<typeof benchLine>[0], 'records'>][] = [
    ['one thread, one partition', {}],
    [
      'one thread, one partition, five conditions (P = 1e-5)',
      { connector: { conditions: { age: ['between', 30, 31], income: '>50K' } } },
    ],
    ['two threads, two partitions', { tasks: 2 }],
  ]
  const measured = new Map<string, LineResult[]>(cases.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const [name, options] of cases)
      measured.get(name)?.push(await benchLine({ records: quick ? 500_000 : 3_000_000, ...options }))
  table(
    ['line', 'records/s', 'CPU a record'],
    [...measured].map(([name, results]) => [
      name,
      thousands(median(results.map((one) => one.recordsPerSecond))),
      micros(median(results.map((one) => one.cpuMicrosPerRecord))),
    ]),
  )

  say('a fixed rate …')
  console.log('10,000 records/s, exactly once\n')
  const fixed: (readonly string[])[] = []
  for (const intervalMs of [100, 10]) {
    const { window, gapMs, latencyMs } = await benchRate({ intervalMs, seconds: quick ? 12 : 25 })
    fixed.push([
      `${intervalMs} ms`,
      `${(window.least * 100).toFixed(2)} – ${(window.most * 100).toFixed(2)} %`,
      `${gapMs.median} / ${gapMs.p99} / ${gapMs.most} ms`,
      `≤ ${latencyMs.median} / ≤ ${latencyMs.p99} ms`,
    ])
  }
  table(['transactions', 'in any 10 s', 'between batches: median / p99 / most', 'to the commit: median / p99'], fixed)

  say('many slow connectors …')
  const idle = await benchIdle({ connectors: quick ? 100 : 1000, seconds: quick ? 10 : 60 })
  console.log(
    `${idle.connectors} connectors of one record every ten seconds, exactly once, on one worker: ${millions(idle.rssBytes)}B resident, ${(idle.coreShare * 100).toFixed(0)} % of a core, ${idle.records} records in ${idle.seconds} s.\n`,
  )

  say('WebSockets …')
  console.log('A WebSocket server with 1,000 clients: the cores that its process takes\n')
  table(
    ['case', 'records/s', 'cores', 'dropped'],
    (await benchWebSockets(quick ? { seconds: 3 } : {})).map((result) => [
      result.case,
      thousands(result.recordsPerSecond),
      result.cores.toFixed(2),
      String(result.dropped),
    ]),
  )

  say('memory …')
  const records = quick ? 2_000_000 : 20_000_000
  const { rssBytes } = await benchLine({ records })
  console.log(
    `Resident memory over ${millions(records)} records: ${millions(rssBytes.tenth)}B after a tenth, ${millions(rssBytes.end)}B at the end.`,
  )
} finally {
  await stack.stop()
}
