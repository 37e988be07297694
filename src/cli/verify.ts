import { Command, InvalidArgumentError } from 'commander'
import { throwErrors } from '../config/check.js'
import { loadConnectors } from '../config/connector-file.js'
import { checkOnWorker } from '../config/connector-rules.js'
import { deliveryName, type ConnectorConfig } from '../config/connector.js'
import { loadWorker } from '../config/worker-file.js'
import { GenesisError } from '../errors.js'
import { reportJson, reportLines } from '../verify/report.js'
import type { VerifyReport } from '../verify/report.js'
import { onInterrupt } from './interrupt.js'
import { VerifyProgress } from './verify-progress.js'

interface VerifyFlags {
  readonly worker?: string
  readonly json?: true
  readonly show: number
  readonly sink?: string
}

export function verifyCommand(): Command {
  return new Command('verify')
    .summary('check a topic against its stream, record by record')
    .description(
      'Reads what a connector has delivered (a topic as a read_committed consumer sees it, or the files of a file sink), makes its stream again up to its checkpoints, and compares the two.',
    )
    .argument('<connector...>', 'connector files, or folders of them')
    .option('--worker <file>', 'worker file; brokers and registry can also come from the environment')
    .option('--sink <name>', 'only this one of several sinks; without it every one that can be read again')
    .option('--show <n>', 'how many wrong records of each kind to list', wholeNumber, 5)
    .option('--json', 'print the report as JSON, one line a connector')
    .addHelpText(
      'after',
      `
Examples:
  genesis verify connectors/premium-customers.yaml
  KAFKA_BROKERS=localhost:9092 genesis verify connectors/flights.yaml --json

Exit status: 0 exact; 1 not exact, nothing sent yet, or not readable; 2 the input is wrong; 130 interrupted.`,
    )
    .action(async (paths: string[], flags: VerifyFlags) => {
      process.exitCode = await verify(paths, flags)
    })
}

async function verify(paths: readonly string[], flags: VerifyFlags): Promise<number> {
  const worker = await loadWorker(flags.worker ?? null, process.env)
  const connectors = picked(await loadConnectors(paths, process.env), flags.sink)
  throwErrors(connectors.flatMap((connector) => checkOnWorker(connector, worker)))
  // Not before it is needed: the Kafka libraries take longer to load than all the rest.
  const { verifyConnector } = await import('../verify/verify-connector.js')
  const stop = new AbortController()
  const release = onInterrupt(() => stop.abort())
  let status = 0
  try {
    for (const connector of connectors) {
      const progress = new VerifyProgress(process.stderr, deliveryName(connector))
      let report: VerifyReport
      try {
        report = await verifyConnector(connector, worker, {
          shown: flags.show,
          signal: stop.signal,
          onProgress: (step, done, of) => progress.update(step, done, of),
        })
      } finally {
        progress.clear()
      }
      const text = flags.json ? JSON.stringify(reportJson(report)) : reportLines(report).join('\n')
      process.stdout.write(`${text}\n`)
      if (!report.exact) status = 1
    }
  } catch (error) {
    if (stop.signal.aborted) return 130
    throw error
  } finally {
    release()
  }
  return status
}

/** The deliveries to verify. Of several sinks, those that nobody can read again are left out, unless all are such. */
function picked(connectors: readonly ConnectorConfig[], sink: string | undefined): readonly ConnectorConfig[] {
  if (sink !== undefined) {
    const named = connectors.filter(({ sinkName }) => sinkName === sink)
    if (named.length > 0) return named
    const names = connectors.flatMap(({ sinkName }) => sinkName ?? [])
    throw new GenesisError('USAGE', 'no connector has this sink', {
      place: '--sink',
      found: sink,
      expected: names.length === 0 ? 'a connector with several sinks' : `one of ${[...new Set(names)].join(', ')}`,
    })
  }
  return connectors.filter((connector) => {
    if (isReadable(connector) || !connectors.some((other) => other.name === connector.name && isReadable(other)))
      return true
    process.stderr.write(`note: ${deliveryName(connector)}: a ${connector.sink.type} sink cannot be read again\n`)
    return false
  })
}

function isReadable({ sink }: ConnectorConfig): boolean {
  return sink.type === 'kafka' || sink.type === 'file'
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is not a whole number.')
  return Number(text)
}
