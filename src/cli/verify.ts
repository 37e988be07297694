import { Command, InvalidArgumentError } from 'commander'
import { throwErrors } from '../config/check.js'
import { loadConnectors } from '../config/connector-file.js'
import { checkOnWorker } from '../connector/preflight.js'
import { deliveryName, type ConnectorConfig } from '../config/connector.js'
import { hidingSecrets, withoutSecretsIn } from '../config/hide-secrets.js'
import { withoutSecrets } from '../config/placeholders.js'
import { loadWorker } from '../config/worker-file.js'
import type { WorkerConfig } from '../config/worker.js'
import { blockerText, reportJson, reportLines } from '../verify/report.js'
import type { VerifyReport } from '../verify/report.js'
import { lostIds } from '../verify/schema-ids.js'
import { onInterrupt } from './interrupt.js'
import { pickSink } from './pick-sink.js'
import { VerifyProgress } from './verify-progress.js'

interface VerifyFlags {
  readonly worker?: string
  readonly json?: true
  readonly show: number
  readonly sink?: string
  readonly wait: number
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Reads what a connector has delivered (a topic as a read_committed consumer sees it, or the files of a file sink), regenerates its stream up to its checkpoints, and compares the two.',
    )
    .argument('<connector...>', 'connector files, or folders of them')
    .option('--worker <file>', 'worker file; brokers and registry can also come from the environment')
    .option('--sink <name>', 'verify only this sink (default: every sink that can be read back)')
    .option('--show <n>', 'number of faulty records of each kind to list', wholeNumber, 5)
    .option('--wait <seconds>', 'maximum wait for an open transaction that blocks reading', wholeNumber, 60)
    .option('--json', 'print the report as JSON, one line per connector')
    .addHelpText(
      'after',
      `
Examples:
  genesis verify connectors/premium-customers.yaml
  KAFKA_BROKERS=localhost:9092 genesis verify connectors/flights.yaml --json

Exit status: 0 exact; 1 not exact, nothing sent yet, or the topic or file cannot be read; 2 invalid input; 3 every record is there, but not all can be read yet; 130 interrupted.`,
    )
    .action(async (paths: string[], flags: VerifyFlags) => {
      process.exitCode = await verify(paths, flags)
    })
}

async function verify(paths: readonly string[], flags: VerifyFlags): Promise<number> {
  const worker = await loadWorker(flags.worker ?? null, process.env)
  const { connectors, secrets } = await loadConnectors(paths, process.env)
  return hidingSecrets(secrets, () => verifyAll(connectors, secrets, worker, flags))
}

async function verifyAll(
  all: readonly ConnectorConfig[],
  secrets: ReadonlyMap<string, string>,
  worker: WorkerConfig,
  flags: VerifyFlags,
): Promise<number> {
  const connectors = pickSink(all, flags.sink, 'cannot be read back')
  throwErrors(connectors.flatMap((connector) => checkOnWorker(connector, worker)))
  // Loaded lazily: the Kafka libraries take longer to load than everything else.
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
          waitMs: flags.wait * 1000,
          onWait: (blocker, waitedMs) => progress.wait(blockerText(blocker), waitedMs),
          onProgress: (step, done, of) => progress.update(step, done, of),
        })
      } finally {
        progress.clear()
      }
      const text = flags.json
        ? JSON.stringify(withoutSecretsIn(reportJson(report), secrets))
        : withoutSecrets(reportLines(report).join('\n'), secrets)
      process.stdout.write(`${text}\n`)
      status = worse(status, statusOf(report))
    }
  } catch (error) {
    if (stop.signal.aborted) return 130
    throw error
  } finally {
    release()
  }
  return status
}

function statusOf({ exact, sent, counts, schemaIds }: VerifyReport): number {
  if (exact) return 0
  return sent && lostIds(schemaIds).length === 0 && Object.values(counts).every((count) => count === 0) ? 3 : 1
}

/** Faults outweigh records that are merely not readable yet. */
function worse(one: number, other: number): number {
  return one === 1 || other === 1 ? 1 : Math.max(one, other)
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('not a whole number.')
  return Number(text)
}
