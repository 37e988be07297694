import { existsSync } from 'node:fs'
import { Command, Option } from 'commander'
import { readDocuments } from '../config/connector-file.js'
import { loadWorker } from '../config/worker-file.js'
import type { WorkerConfig } from '../config/worker.js'
import { createThreads, runsInThread } from '../runtime/thread-pool.js'

interface RunOptions {
  readonly worker?: string
  readonly watch?: true
  readonly logLevel?: WorkerConfig['log']['level']
  readonly json?: true
}

export function runCommand(): Command {
  return new Command('run')
    .description(
      'Hosts connectors until each has sent its max_records, or indefinitely without one. Ctrl-C and SIGTERM finish open transactions first; a second Ctrl-C exits immediately.',
    )
    .argument(
      '[paths...]',
      'connector files, or folders of them (default: connectors; none if it does not exist and http is on)',
    )
    .option('--worker <file>', 'worker file; brokers and registry can also come from the environment')
    .option('--watch', 'watch the files: start, restart and stop connectors as files are added, changed and removed')
    .addOption(
      new Option('--log-level <level>', 'minimum level to log').choices([
        'trace',
        'debug',
        'info',
        'warn',
        'error',
        'silent',
      ]),
    )
    .option('--json', 'print the final summary as JSON on stdout')
    .addHelpText(
      'after',
      `
Examples:
  KAFKA_BROKERS=localhost:9092 SCHEMA_REGISTRY_URL=http://localhost:8081/apis/ccompat/v7 genesis run connectors/
  genesis run customers.yaml orders.yaml --worker worker.yaml --watch

Exit status: 0 all connectors completed or stopped cleanly; 1 a connector failed or could not be stopped in time; 2 invalid input; 130 a second Ctrl-C.`,
    )
    .action(async (paths: string[], options: RunOptions) => {
      process.exitCode = await run(paths, options)
    })
}

/** A worker that serves REST or belongs to a group needs no files. */
function standardPaths({ http, group }: WorkerConfig): readonly string[] {
  return (http.enabled || group.enabled) && !existsSync('connectors') ? [] : ['connectors']
}

async function run(given: readonly string[], options: RunOptions): Promise<number> {
  const file = await loadWorker(options.worker ?? null, process.env)
  const config = { ...file, log: { ...file.log, level: options.logLevel ?? file.log.level } }
  const paths = given.length === 0 ? standardPaths(config) : given
  const documents = await readDocuments(paths, process.env)
  const threads = createThreads(config)
  const sinks = new Set(documents.documents.flatMap(({ deliveries }) => deliveries.map(({ sink }) => sink.type)))
  // Their thread loads what it needs while this one does: each takes as long as everything else until the first record.
  for (const sink of sinks) if (runsInThread(sink)) threads?.prepare(sink)
  const { host } = await import('./host.js')
  const { worker: workerFile, watch = false, json = false } = options
  return host({ config, workerFile, paths, documents, threads, watch, json })
}
