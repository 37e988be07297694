import { Command, Option } from 'commander'
import { throwErrors } from '../config/check.js'
import { throwIfNone } from '../config/connector-file.js'
import { loadWorker } from '../config/worker-file.js'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import type { HttpServer, WorkerView } from '../rest/server.js'
import { preflight } from '../connector/preflight.js'
import { Standalone } from '../herder/standalone.js'
import { summarize } from '../runtime/status.js'
import { changes } from '../herder/file-source.js'
import { Worker } from '../runtime/worker.js'
import { createReport } from './create-report.js'
import { followFiles } from './follow-files.js'
import { onInterrupt } from './interrupt.js'

interface RunOptions {
  readonly worker?: string
  readonly watch?: true
  readonly logLevel?: WorkerConfig['log']['level']
  readonly json?: true
}

export function runCommand(): Command {
  return new Command('run')
    .summary('host connectors and keep their topics fed')
    .description(
      'Hosts connectors until each has sent its max_records; for ever where there is no such bound. Ctrl-C and SIGTERM finish the open transactions first; a second Ctrl-C does not wait.',
    )
    .argument('[paths...]', 'connector files, or folders of them', ['connectors'])
    .option('--worker <file>', 'worker file; brokers and registry can also come from the environment')
    .option('--watch', 'follow changes of the files: start, restart and stop connectors as they come, change and go')
    .addOption(
      new Option('--log-level <level>', 'least level that is logged').choices([
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

Exit status: 0 every connector is complete, or was stopped in order; 1 one has failed, or could not be stopped in time; 2 the input is wrong; 130 a second Ctrl-C.`,
    )
    .action(async (paths: string[], options: RunOptions) => {
      process.exitCode = await run(paths, options)
    })
}

async function run(paths: readonly string[], options: RunOptions): Promise<number> {
  const file = await loadWorker(options.worker ?? null, process.env)
  const config = { ...file, log: { ...file.log, level: options.logLevel ?? file.log.level } }
  const files = await changes(new Map(), paths, process.env)
  const { connectors, errors } = await preflight(
    files.put.map(({ connector }) => connector),
    config,
  )
  errors.unshift(...files.errors)
  // Files that are followed can be put right while the others run. Otherwise it is all of them or none.
  if (!options.watch || connectors.length === 0) throwErrors(errors)
  if (!options.watch) throwIfNone({ connectors, errors }, paths)
  if (options.json && connectors.some(({ sink }) => sink.type === 'stdout')) {
    throw new GenesisError('USAGE', 'the summary and the records of a stdout sink would be mixed', {
      place: '--json',
      expected: 'no stdout sink, or no --json',
    })
  }
  const report = createReport(config.log)
  for (const error of errors) report.note('error', `${error.message} (${error.code}); the others run`)
  const worker = new Worker(config, report)
  const cluster = new Standalone()
  let phase: WorkerView['phase'] = 'starting'
  let interrupted!: () => void
  const interruption = new Promise<void>((resolve) => (interrupted = resolve))
  const release = onInterrupt((signal) => {
    phase = 'stopping'
    report.note('info', `${signal}: finishing the open transactions`)
    interrupted()
  })
  const view: WorkerView = {
    get phase() {
      return phase
    },
    status: () => worker.status(),
  }
  let server: HttpServer | null = null
  let endWatch = (): void => undefined
  let clean = true
  try {
    if (config.http.enabled) {
      const { startServer } = await import('../rest/server.js')
      server = await startServer(view, config.http)
      report.note('info', `listening at ${server.address}`, { address: server.address })
    }
    await cluster.join(worker)
    if (options.watch) endWatch = await followFiles(paths, files.put, connectors, config, cluster, report)
    report.watch(() => worker.status())
    await Promise.all(connectors.map((connector) => cluster.put(connector)))
    if (phase === 'starting') phase = 'running'
    await Promise.race([interruption, ...(options.watch ? [] : [worker.ended()])])
  } finally {
    phase = 'stopping'
    endWatch()
    clean = await worker.stop()
    if (!clean) report.note('error', `not all transactions could be finished within ${config.shutdown.timeoutMs} ms`)
    await cluster.leave()
    await server?.close()
    release()
  }
  const status = worker.status()
  report.finish(status)
  if (options.json) process.stdout.write(`${JSON.stringify({ connectors: status.map(summarize) })}\n`)
  // What could not be ended might keep the process from its end: standard output that nobody reads, for one.
  if (!clean) process.exit(1)
  return status.some(({ state }) => state === 'FAILED') ? 1 : 0
}
