import { pino, type DestinationStream, type Logger } from 'pino'
import type { DeliveryOutline } from '../connector/outline.js'
import type { Loggers } from '../herder/loggers.js'
import { OutageLog } from '../runtime/outage-log.js'
import { summarize, type DeliveryStatus } from '../runtime/status.js'
import type { Failure, State } from '../runtime/task-events.js'
import { followProgress } from './follow-progress.js'
import type { LogCode } from './log-codes.js'
import { reportLoggers, type LogFields, type ReportLogger, type RunReport } from './run-report.js'

/** No log entry contains a whole configuration; these are masked in case one ever does. */
const secrets = ['password', 'token', 'clientSecret', 'key', 'passphrase', 'cert', 'ca']

/** One JSON object per line, by pino: `level`, `time` (ISO 8601), `msg`, and context. */
export class JsonReport implements RunReport {
  readonly #loggers: Loggers
  readonly #logs: ReadonlyMap<ReportLogger, Logger>
  readonly #audit: Logger
  #endProgress = (): void => undefined
  readonly #outages = new OutageLog((level, message, fields = {}) => this.#log('tasks')[level](fields, message))

  constructor(loggers: Loggers, destination: DestinationStream = pino.destination({ dest: 2, sync: true })) {
    this.#loggers = loggers
    const log = pino(
      {
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        redact: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      },
      destination,
    )
    this.#audit = log.child({}, { level: loggers.levelOf('root') === 'silent' ? 'silent' : 'info' })
    this.#logs = new Map(reportLoggers.map((name) => [name, log.child({})]))
  }

  info(message: string, fields: LogFields = {}): void {
    this.#log('worker').info(fields, message)
  }

  warn(code: LogCode, message: string, fields: LogFields = {}): void {
    this.#log('worker').warn({ code, ...fields }, message)
  }

  error(code: LogCode, message: string, fields: LogFields = {}): void {
    this.#log('worker').error({ code, ...fields }, message)
  }

  audit(message: string, fields: LogFields): void {
    this.#audit.info(fields, message)
  }

  connector(what: 'started' | 'stopping' | 'removed' | 'complete', config: DeliveryOutline): void {
    this.#log('connectors').info(named(config), `connector ${what}`)
  }

  task(config: DeliveryOutline, task: number, state: State, failure: Failure | null, retryInMs: number): void {
    const about = { ...named(config), task, state }
    const log = this.#log('tasks')
    const isWaiting = this.#outages.task(config, task, state, failure)
    if (isWaiting) return log.debug({ ...about, code: failure?.code, retry_in_ms: Math.round(retryInMs) }, 'waiting')
    if (failure === null) return log.debug(about, 'task state')
    const { code, message, trace } = failure
    if (state === 'FAILED') log.error({ ...about, code, trace }, message)
    else log.warn({ ...about, code, retry_in_ms: Math.round(retryInMs) }, message)
  }

  watch(status: () => readonly DeliveryStatus[]): void {
    this.#endProgress = followProgress(status, {
      starting: ({ config }, what) => this.#log('progress').info(named(config), `still starting: ${what}`),
      progress: (connector) => {
        const { records, errors, position } = summarize(connector)
        const figures = { records, records_per_second: Math.round(connector.rate), errors, position }
        this.#log('progress').info({ ...named(connector.config), ...figures }, 'progress')
      },
      together: (connectors) => this.#log('progress').info(sumOf(connectors), 'progress'),
    })
  }

  finish(connectors: readonly DeliveryStatus[]): void {
    this.#endProgress()
    this.#outages.close()
    for (const connector of connectors) {
      const { name, ...summary } = summarize(connector)
      const log = this.#log('connectors')
      const failed = connector.tasks.find(({ state }) => state === 'FAILED')
      if (failed === undefined) log.info({ connector: name, ...summary }, 'summary')
      else log.error({ connector: name, code: failed.failure?.code ?? 'INTERNAL', ...summary }, 'summary')
    }
  }

  /** The child logger, at its current level. */
  #log(name: ReportLogger): Logger {
    const log = this.#logs.get(name)!
    log.level = this.#loggers.levelOf(name)
    return log
  }
}

function sumOf(connectors: readonly DeliveryStatus[]): object {
  const sum = (of: (one: DeliveryStatus) => number): number => connectors.reduce((all, one) => all + of(one), 0)
  return {
    connectors: connectors.length,
    records: sum(({ counters }) => counters.records),
    records_per_second: Math.round(sum(({ rate }) => rate)),
    errors: sum(({ counters }) => counters.errors),
  }
}

function named({ name, sinkName }: DeliveryOutline): { connector: string; sink?: string } {
  return { connector: name, ...(sinkName !== null && { sink: sinkName }) }
}
