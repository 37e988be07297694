import { throwErrors } from '../config/check.js'
import { throwIfNone, type ReadDocuments } from '../config/connector-file.js'
import { isLoopback } from '../config/http-security.js'
import type { WorkerConfig } from '../config/worker.js'
import { version } from '../kafka/client-version.js'
import { GenesisError } from '../errors.js'
import { metricSource } from '../metrics/source.js'
import type { AuditEntry } from '../rest/audit.js'
import type { WorkerView } from '../rest/routes/worker.js'
import type { HttpServer } from '../rest/server.js'
import { ModelCache } from '../connector/model-cache.js'
import { preflight } from '../connector/preflight.js'
import { summarize } from '../runtime/status.js'
import { FileSource } from '../herder/file-source.js'
import { Loggers } from '../herder/loggers.js'
import { followFiles } from '../herder/follow-files.js'
import { tracedHerder } from '../herder/traced-herder.js'
import type { TaskExecutor } from '../runtime/task-executor.js'
import { runsInThread, type ThreadPool } from '../runtime/thread-pool.js'
import { TracedExecutor } from '../runtime/traced-executor.js'
import { createExecutors, Worker, type TaskExecutors, type WorkerEvents } from '../runtime/worker.js'
import { createHerder } from './create-herder.js'
import { createReport } from './create-report.js'
import { reportLoggers } from './run-report.js'
import { onInterrupt } from './interrupt.js'
import { openTelemetry } from './open-telemetry.js'
import { openTracing, type Tracing } from './open-tracing.js'

/** What `http.insecure` permits must not go unnoticed. */
function openness({ host, security: { tls, auth } }: WorkerConfig['http']): string {
  const missing = [...(auth === null ? ['authentication'] : []), ...(tls === null ? ['TLS'] : [])]
  return isLoopback(host) || missing.length === 0 ? '' : ` without ${missing.join(' and ')} (http.insecure)`
}

function executorsFor(config: WorkerConfig, threads: TaskExecutor | null, tracing: Tracing | null): TaskExecutors {
  const executors = createExecutors(config, threads)
  if (tracing === null) return executors
  const traced = (executor: TaskExecutor): TaskExecutor => new TracedExecutor(executor, tracing.tracer, tracing.record)
  return { here: traced(executors.here), threads: traced(executors.threads) }
}

/** Where a browser on this machine finds the page, if the worker listens on all addresses. */
function pageAddress({ address, port }: HttpServer, { host }: WorkerConfig['http']): string {
  const isEverywhere = host === '0.0.0.0' || host === '::'
  return `${isEverywhere ? `${address.split(':', 1)[0]}://localhost:${port}` : address}/ui/`
}

/** What to host. */
export interface Hosting {
  readonly config: WorkerConfig
  /** The worker file; undefined: none. */
  readonly workerFile: string | undefined
  /** Connector files and folders. */
  readonly paths: readonly string[]
  /** The connectors in them. */
  readonly documents: ReadDocuments
  /** Threads for the tasks; null: they run in this one. */
  readonly threads: ThreadPool | null
  /** Whether to follow the files. */
  readonly watch: boolean
  /** Whether to print the final summary as JSON. */
  readonly json: boolean
}

/** Hosts connectors until they end or the process is interrupted. Resolves to the exit status. */
export async function host(hosting: Hosting): Promise<number> {
  const { config, paths, documents, threads } = hosting
  const models = new ModelCache()
  const loggers = new Loggers(config.log.level, reportLoggers)
  const report = createReport(config.log, loggers)
  for (const remark of config.remarks) report.warn('CONFIG_REMARK', `${hosting.workerFile}: ${remark}`)
  const tracing = await openTracing(version, report)
  const events: WorkerEvents = {
    connector: (what, delivery) => report.connector(what, delivery),
    task(delivery, ...change) {
      report.task(delivery, ...change)
      herder.taskChanged(delivery, ...change)
    },
  }
  const worker = new Worker(config, events, executorsFor(config, threads, tracing))
  const planning = { worker: config, env: process.env, models }
  let server: HttpServer | null = null
  const port = (): number | null => server?.port ?? null
  const created = await createHerder({ worker, planning, report, loggers, port })
  const herder = tracing === null ? created : tracedHerder(created, tracing.tracer)
  const source = new FileSource(paths, process.env, (deliveries) => preflight(deliveries, config, models), herder)
  const found = await source.read(documents)
  // Before anything runs, its thread checks a connector, and keeps what it loads for the tasks; this one then needs neither models nor encoders.
  // Later ones are checked here, without delaying tasks.
  const { good, errors } = await source.check(found, async ({ raw, deliveries }) => {
    return threads !== null && deliveries.some(({ sink }) => runsInThread(sink.type)) && (await threads.isFit(raw))
  })
  // With --watch, files can be fixed while the others run. Otherwise it is all or nothing.
  if (!hosting.watch || good.length === 0) throwErrors(errors)
  const deliveries = good.flatMap((one) => one.deliveries)
  if (!hosting.watch && paths.length > 0) throwIfNone({ connectors: deliveries, errors }, paths)
  if (hosting.json && deliveries.some(({ sink }) => sink.type === 'stdout')) {
    throw new GenesisError('USAGE', 'the summary would be mixed with the records of the stdout sink', {
      place: '--json',
      expected: 'no stdout sink, or no --json',
    })
  }
  const note = (error: GenesisError, what: string): void =>
    report.error(error.code, `${error.message} (${error.code}); ${what}`)
  for (const error of errors) note(error, 'the other connectors keep running')
  let interrupted!: () => void
  const interruption = new Promise<void>((resolve) => (interrupted = resolve))
  let isStopping = false
  const release = onInterrupt((signal) => {
    isStopping = true
    report.info(`${signal}: finishing open transactions`)
    interrupted()
  })
  const stopping = (): boolean => isStopping
  const view: WorkerView = {
    get phase() {
      return isStopping ? 'stopping' : herder.phase
    },
    status: () => worker.status(),
    failures: worker.failures,
  }
  // A misspelt rate must not be ignored silently.
  herder.subscribe((event) => {
    if (event.type !== 'created' && event.type !== 'reconfigured') return
    for (const warning of event.warnings)
      report.warn('CONFIG_REMARK', `${event.connector}: ${warning}`, { connector: event.connector })
  })
  let endWatch = (): void => undefined
  let endExport: (() => Promise<void>) | null = null
  let clean = true
  try {
    if (config.http.enabled) {
      const [{ startServer }, { auditText }, { clusterIdOf, genesisServices }] = await Promise.all([
        import('../rest/server.js'),
        import('../rest/audit.js'),
        import('../rest/services.js'),
      ])
      const services = {
        view,
        herder,
        version,
        clusterId: clusterIdOf(config),
        genesis: genesisServices(planning),
        ui: config.http.ui,
        tracer: tracing?.tracer ?? null,
        onDefect: (error: GenesisError, call: string) =>
          report.error(error.code, `${call}: ${error.message} (${error.code})`, { trace: error.stack ?? '' }),
        onCall: (entry: AuditEntry) => report.audit(auditText(entry), { ...entry }),
        onCertificate: (message: string, error: GenesisError | null) =>
          error === null ? report.info(message) : report.warn(error.code, message),
      }
      server = await startServer(services, config.http, config.advertised.host)
      report.info(`listening at ${server.address}${openness(config.http)}`, { address: server.address })
      if (config.http.ui) report.info(`the page is at ${pageAddress(server, config.http)}`)
    }
    // A group must be known before files are applied to it; a standalone worker is ready once its files are applied.
    if (config.group.enabled) await Promise.race([herder.start(), interruption])
    if (hosting.watch) {
      endWatch = await followFiles(source, paths, found, (error) => note(error, 'the running connector is unchanged'))
    }
    report.watch(() => worker.status())
    endExport = await openTelemetry(() => metricSource(view, herder, version), report)
    if (!stopping()) for (const error of await source.apply(good, [])) note(error, 'the other connectors keep running')
    if (!config.group.enabled) await herder.start()
    await Promise.race([interruption, ...(hosting.watch ? [] : [herder.ended()])])
  } finally {
    isStopping = true
    endWatch()
    clean = await herder.close()
    if (!clean)
      report.error('SHUTDOWN_TIMEOUT', `not all transactions could be finished within ${config.shutdown.timeoutMs} ms`)
    await endExport?.()
    await server?.close()
    await tracing?.end()
    release()
  }
  const status = worker.status()
  report.finish(status)
  if (hosting.json) process.stdout.write(`${JSON.stringify({ connectors: status.map(summarize) })}\n`)
  // Anything still open could keep the process alive, such as stdout that nobody reads.
  if (!clean) process.exit(1)
  return status.some(({ state }) => state === 'FAILED') ? 1 : 0
}
