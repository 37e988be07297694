import { pino, type DestinationStream, type Logger } from 'pino'
import type { ConnectorConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { summarize, type ConnectorStatus } from '../runner/status.js'
import type { Failure, State } from '../runner/task-events.js'
import type { RunReport } from './run-report.js'

/** No entry is made from a whole configuration; should one ever be, these are masked. */
const secrets = ['password', 'token', 'clientSecret', 'key', 'passphrase', 'cert', 'ca']

/** A JSON object a line, by pino: `level`, `time` (ISO 8601), `msg`, and what it is about. */
export class JsonReport implements RunReport {
  readonly #log: Logger

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

  connector(what: 'started' | 'stopping' | 'removed' | 'complete', config: ConnectorConfig): void {
    this.#log.info(named(config), `connector ${what}`)
  }

  task(config: ConnectorConfig, task: number, state: State, failure: Failure | null, retryInMs: number): void {
    const about = { ...named(config), task, state }
    if (failure === null) return this.#log.debug(about, 'task state')
    const { code, message, trace } = failure
    if (state === 'FAILED') this.#log.error({ ...about, code, trace }, message)
    else this.#log.warn({ ...about, code, retry_in_ms: Math.round(retryInMs) }, message)
  }

  watch(): void {
    // Counters are for /metrics; a log says what happens.
  }

  finish(connectors: readonly ConnectorStatus[]): void {
    for (const connector of connectors) {
      const { name, ...summary } = summarize(connector)
      this.#log[connector.state === 'FAILED' ? 'error' : 'info']({ connector: name, ...summary }, 'summary')
    }
  }
}

function named({ name, sinkName }: ConnectorConfig): { connector: string; sink?: string } {
  return { connector: name, ...(sinkName !== null && { sink: sinkName }) }
}
