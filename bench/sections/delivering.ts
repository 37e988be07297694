/** Measurements against a broker on the same machine. */
import type { Compression } from '#src/kafka/producer.js'
import { alone } from '../alone.js'
import type { IdleResult } from '../idle.js'
import { benchLine, type LineOptions, type LineResult } from '../line.js'
import {
  interleaved,
  load,
  median,
  megabytes,
  micros,
  millions,
  percent,
  table,
  thousands,
  title,
} from '../markdown.js'
import { benchMemory } from '../memory.js'
import type { PerfTestResult } from '../perf-test.js'
import { benchProduce, withPerfTest } from '../produce.js'
import { benchRate } from '../rate.js'
import { benchVerify } from '../verify.js'
import type { BenchContext, Section } from './section.js'

export const producers: Section = async (context) => {
  title('Producing: the same Avro records, one partition, acks=all, not compressed, rounds interleaved')
  await produced(context, ['none'])
}

export const codecs: Section = async (context) => {
  title('Producing compressed: the same records, one partition, acks=all, rounds interleaved')
  await produced(context, ['gzip', 'snappy', 'lz4', 'zstd'])
}

async function produced({ brokers, rounds, quick }: BenchContext, codecs: readonly Compression[]): Promise<void> {
  const results = await benchProduce({ brokers, rounds, records: quick ? 400_000 : 2_000_000, codecs })
  table(
    ['producer', 'compression', 'records/s', 'CPU a record'],
    results.map(({ contender, compression, recordsPerSecond, cpuMicrosPerRecord }) => [
      contender,
      compression,
      recordsPerSecond === 0 ? '–' : thousands(recordsPerSecond),
      recordsPerSecond === 0 ? '–' : micros(cpuMicrosPerRecord),
    ]),
  )
  console.log("CPU of perf-test is its whole process's, the start of Java included.")
  if (results.some(({ recordsPerSecond }) => recordsPerSecond === 0))
    console.log('A broker with every codec: `GENESIS_STACK=maven node build/bench/main.js codecs`.')
  console.log()
}

const rare = { income: '>50K', age: ['between', 30, 31] }
const lines: readonly (LineOptions & { readonly name: string })[] = [
  { name: 'one thread, one partition', records: 16_000_000 },
  { name: 'one thread, one partition, under rare conditions', records: 16_000_000, connector: { conditions: rare } },
  // Each has one or two turns after the warm-up.
  { name: 'one thread, 64 shards, 64 partitions', records: 16_000_000, tasks: 64, threads: 1 },
  { name: 'two threads, two partitions', records: 16_000_000, tasks: 2 },
]
const peer = { name: 'perf-test, one partition: the same records, not generated', records: 2_000_000 }

interface Contender {
  readonly name: string
  readonly once: () => Promise<PerfTestResult & Partial<LineResult>>
}

export const line: Section = async ({ brokers, rounds, quick }) => {
  title('The whole line: model → Avro → exactly-once in Kafka, 15 columns, transactions of 100 ms, rounds interleaved')
  const share = quick ? 0.2 : 1
  await withPerfTest(brokers, async (perfTest) => {
    const contenders: readonly Contender[] = [
      ...lines.map(({ name, ...options }) => ({
        name,
        once: () => benchLine({ ...options, records: options.records * share }),
      })),
      { name: peer.name, once: () => perfTest(peer.records * share) },
    ]
    // A broker gets faster for minutes: its code is compiled as it runs.
    if (!quick) for (const { once } of contenders) await once()
    const measured = await interleaved(rounds, contenders, ({ once }) => once())
    const rates = measured.map((runs) => runs.map((one) => one.recordsPerSecond))
    table(
      [
        'line',
        'records/s',
        'against perf-test, by round',
        'against one partition',
        'CPU a record',
        'cores',
        'CPU of the start',
      ],
      contenders.map(({ name }, index) => [
        name,
        thousands(median(rates[index])),
        ratio(rates[index], rates[contenders.length - 1]),
        ratio(rates[index], rates[0]),
        micros(median(measured[index].map((one) => one.cpuMicrosPerRecord))),
        ...(['cores', 'startCpuSeconds'] as const).map((key) => {
          const values = measured[index].flatMap((one) => one[key] ?? [])
          return values.length === 0 ? '–' : median(values).toFixed(2)
        }),
      ]),
    )
  })
  console.log(
    'Without the first quarter of the records. Cores are those of this process; the broker gets the rest.\n' + load(),
  )
}

/** Medians of what was measured in the same rounds. */
function ratio(rates: readonly number[], others: readonly number[]): string {
  return median(rates.map((rate, round) => rate / others[round])).toFixed(2)
}

export const rate: Section = async ({ quick }) => {
  title('10,000 records/s, exactly once')
  const rows: (readonly string[])[] = []
  for (const intervalMs of [100, 10]) {
    const { window, gapMs, latencyMs, dueMs, appendMs } = await benchRate({ intervalMs, seconds: quick ? 12 : 25 })
    const bound = 2 * appendMs.p99 + intervalMs
    rows.push([
      `${intervalMs} ms`,
      `${percent(window.least)} – ${percent(window.most)}`,
      `${gapMs.median} / ${gapMs.p99} / ${gapMs.most} ms`,
      `${latencyMs.median.toFixed(1)} / ${latencyMs.p99.toFixed(1)} ms`,
      `${dueMs.median.toFixed(1)} / ${dueMs.p99.toFixed(1)} ms`,
      `${appendMs.median.toFixed(1)} / ${appendMs.p99.toFixed(1)} ms`,
      `${bound.toFixed(1)} ms: ${latencyMs.p99 <= bound ? 'kept' : 'not kept'}`,
    ])
  }
  table(
    [
      'transactions',
      'delivered in any 10 s',
      'between batches: median / p99 / most',
      'from generation to acknowledgement: median / p99',
      'from when it is due: median / p99',
      "the broker's append alone: median / p99",
      'interval + 2 × append (p99)',
    ],
    rows,
  )
}

export const idle: Section = async ({ quick }) => {
  title('Connectors of one record every ten seconds, exactly once, on one worker, one thread')
  const result = await alone<IdleResult>(
    'idle',
    quick ? { connectors: 100, seconds: 20 } : { connectors: 1000, seconds: 60 },
  )
  table(
    ['connectors', 'resident', 'of a core', 'sockets', 'records', 'until each has delivered one', 'CPU of the start'],
    [
      [
        String(result.connectors),
        megabytes(result.rssBytes),
        percent(result.coreShare),
        String(result.sockets ?? 'not known'),
        `${result.records} in ${result.seconds} s`,
        `${result.startSeconds.toFixed(1)} s`,
        `${result.startCpuSeconds.toFixed(1)} s`,
      ],
    ],
  )
}

export const verify: Section = async ({ rounds, quick }) => {
  title('genesis verify: a topic read, regenerated and compared, one thread')
  const rows: (readonly string[])[] = []
  for (const shards of [1, 4]) {
    const results = await benchVerify({ records: quick ? 500_000 : 3_000_000, shards, rounds })
    rows.push([
      String(shards),
      thousands(median(results.map((one) => one.recordsPerSecond))),
      micros(median(results.map((one) => one.cpuMicrosPerRecord))),
    ])
  }
  table(['shards and partitions', 'records/s', 'CPU a record'], rows)
}

export const memory: Section = async ({ brokers, quick }) => {
  const records = quick ? 10_000_000 : 100_000_000
  title(`Resident memory of \`genesis run\` over ${millions(records)} records, one task`)
  const { bareBytes, rssBytes, seconds } = await benchMemory(brokers, records)
  const [first] = rssBytes
  table(
    ['sent', ...rssBytes.map((_, tenth) => `${(tenth + 1) * 10} %`)],
    [
      ['resident', ...rssBytes.map(megabytes)],
      ['against the first tenth', ...rssBytes.map((bytes) => `${((bytes / first - 1) * 100).toFixed(1)} %`)],
    ],
  )
  console.log(`Node with an empty program: ${megabytes(bareBytes)}. The run took ${seconds.toFixed(0)} s.\n`)
}
