/** Apache Kafka Connect beside us. */
import { connectIsAvailable } from '../../scripts/stack/connect.js'
import { kafkaVersion } from '../../scripts/stack/stack.js'
import {
  compiledSource,
  connectContender,
  genesisContender,
  lostWorkerDelaySeconds,
  withFolder,
  writeRecords,
  type Contender,
} from '../connect/contenders.js'
import { connectors, measureContender, pacedRate, partitions, type ContenderResult } from '../connect/measure.js'
import { interleaved, load, median, megabytes, percent, table, thousands, title } from '../markdown.js'
import type { Section } from './section.js'

const repeated = 10_000
/** What guides to tuning Connect's sources recommend. */
const largerBatches = { 'batch.size': '524288', 'linger.ms': '20', 'buffer.memory': '134217728' }
const seconds = (value: number): string => `${value.toFixed(1)} s`

export const connect: Section = async ({ brokers, quick }) => {
  title(`Beside Apache Kafka Connect ${kafkaVersion}: JSON without schemas, ${partitions} partitions, one task`)
  if (!(await connectIsAvailable())) return console.log('Not measured: this needs Java 17 and Maven.\n')
  const { signal } = new AbortController()
  const spans = quick ? { warmUpSeconds: 5, seconds: 5 } : { warmUpSeconds: 15, seconds: 15 }
  await withFolder(async (folder) => {
    // Before anything is timed.
    const at = { records: await writeRecords(folder, repeated), classes: await compiledSource(signal), signal }
    const contenders: readonly Contender[] = [
      genesisContender(brokers, folder, 'exactly-once'),
      connectContender(brokers, at, 'exactly-once'),
      connectContender(brokers, at, 'exactly-once', largerBatches),
      genesisContender(brokers, folder, 'at-least-once'),
      connectContender(brokers, at, 'at-least-once'),
      connectContender(brokers, at, 'at-least-once', largerBatches),
    ]
    const results = await interleaved(quick ? 1 : 3, contenders, (one) => measureContender(brokers, one, spans))
    table(
      [
        'worker',
        'records/s',
        'cores',
        'resident',
        `a core at ${pacedRate.toLocaleString('en')}/s`,
        'start',
        'first records',
        'restart of a task',
        'ordered leave',
        'lost worker',
      ],
      contenders.map(({ name }, i) => {
        const middle = (of: (one: ContenderResult) => number): number => median(results[i].map(of))
        return [
          name,
          thousands(middle((one) => one.recordsPerSecond)),
          middle((one) => one.coresAtFullSpeed).toFixed(2),
          megabytes(middle((one) => one.residentBytes)),
          percent(middle((one) => one.coresPaced)),
          seconds(middle((one) => one.startSeconds)),
          seconds(middle((one) => one.firstRecordSeconds)),
          seconds(middle((one) => one.restartGapSeconds)),
          seconds(middle((one) => one.leaveSeconds)),
          seconds(middle((one) => one.lostSeconds)),
        ]
      }),
    )
  })
  console.log(
    `Connect repeats ${repeated.toLocaleString('en')} records of our stream; ours are generated. Leave and loss: ${connectors} connectors on two workers, scheduled.rebalance.max.delay.ms ${lostWorkerDelaySeconds * 1000} for both.\n` +
      load(),
  )
}
