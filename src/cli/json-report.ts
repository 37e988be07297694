import { pino, type DestinationStream, type Logger } from 'pino'
import type { DeliveryOutline } from '../connector/outline.js'
import type { WorkerConfig } from '../config/worker.js'
import { OutageLog } from '../runtime/outage-log.js'
import { summarize, type ConnectorStatus } from '../runtime/status.js'
import type { Failure, State } from '../runtime/task-events.js'
import { followProgress } from './follow-progress.js'
import type { RunReport } from './run-report.js'

/** No entry is made from a whole configuration; should one ever be, these are masked. */
const secrets = ['password', 'token', 'clientSecret', 'key', 'passphrase', 'cert', 'ca']

/** A JSON object a line, by pino: `level`, `time` (ISO 8601), `msg`, and what it is about. */
export class JsonReport implements RunReport {
  readonly #log: Logger
  #endProgress = (): void => undefined
  readonly #outages = new OutageLog((level, message, fields) => this.note(level, message, fields))

  constructor(
    level: WorkerConfig['log']['level'],
    destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
  ) {
    this.#log = pino(
      {
        level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        redact: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      },
      destination,
    )
  }

  note(level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#log[level](fields, message)
  }

  connector(what: 'started' | 'stopping' | 'removed' | 'complete', config: DeliveryOutline): void {
    this.#log.info(named(config), `connector ${what}`)
  }

  task(config: DeliveryOutline, task: number, state: State, failure: Failure | null, retryInMs: number): void {
    const about = { ...named(config), task, state }
    const isWaiting = this.#outages.task(config, task, state, failure)
    if (isWaiting)
      return this.#log.debug({ ...about, code: failure?.code, retry_in_ms: Math.round(retryInMs) }, 'waiting')
    if (failure === null) return this.#log.debug(about, 'task state')
    const { code, message, trace } = failure
    if (state === 'FAILED') this.#log.error({ ...about, code, trace }, message)
    else this.#log.warn({ ...about, code, retry_in_ms: Math.round(retryInMs) }, message)
  }

  watch(status: () => readonly ConnectorStatus[]): void {
    this.#endProgress = followProgress(status, {
      starting: ({ config }, what) => this.#log.info(named(config), `still starting: ${what}`),
      progress: (connector) => {
        const { records, errors, position } = summarize(connector)
        const figures = { records, records_per_second: Math.round(connector.rate), errors, position }
        this.#log.info({ ...named(connector.config), ...figures }, 'progress')
      },
      together: (connectors) => this.#log.info(sumOf(connectors), 'progress'),
    })
  }

  finish(connectors: readonly ConnectorStatus[]): void {
    this.#endProgress()
    this.#outages.close()
    for (const connector of connectors) {
      const { name, ...summary } = summarize(connector)
      this.#log[connector.state === 'FAILED' ? 'error' : 'info']({ connector: name, ...summary }, 'summary')
    }
  }
}

function sumOf(connectors: readonly ConnectorStatus[]): object {
  const sum = (of: (one: ConnectorStatus) => number): number => connectors.reduce((all, one) => all + of(one), 0)
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
