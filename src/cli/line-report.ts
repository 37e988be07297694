import { deliveryName } from '../config/connector.js'
import type { DeliveryOutline } from '../connector/outline.js'
import type { Loggers } from '../herder/loggers.js'
import { OutageLog } from '../runtime/outage-log.js'
import { waitsFor as dependencyOf } from '../runtime/waiting.js'
import { summarize, type DeliveryStatus } from '../runtime/status.js'
import type { Failure, State } from '../runtime/task-events.js'
import { followProgress, waitDescription } from './follow-progress.js'
import type { LogCode } from './log-codes.js'
import type { ReportLogger, RunReport } from './run-report.js'
import { counted } from './stream-progress.js'
import { canRedraw, cutToWidth, screenHeight, rowsOf, screenWidth, type Screen } from './screen.js'

const redrawMs = 250
const severities = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const

/** One status line per connector, redrawn in place on a terminal, with messages above. */
export class LineReport implements RunReport {
  readonly #screen: Screen
  readonly #loggers: Loggers
  #status: () => readonly DeliveryStatus[] = () => []
  #timer: NodeJS.Timeout | null = null
  #endProgress = (): void => undefined
  readonly #outages = new OutageLog((level, message) => this.#say('tasks', level, message))
  readonly #started = new Set<string>()
  readonly #redraws: boolean
  readonly #isSilent: boolean
  #drawn: readonly string[] = []

  constructor(screen: Screen, loggers: Loggers, env: NodeJS.ProcessEnv = process.env) {
    this.#screen = screen
    this.#redraws = canRedraw(screen, env)
    this.#loggers = loggers
    this.#isSilent = loggers.levelOf('root') === 'silent'
  }

  info(message: string): void {
    this.#say('worker', 'info', message)
  }

  warn(_code: LogCode, message: string): void {
    this.#say('worker', 'warn', message)
  }

  error(_code: LogCode, message: string): void {
    this.#say('worker', 'error', message)
  }

  audit(message: string): void {
    if (!this.#isSilent) this.#write(message)
  }

  #say(logger: ReportLogger, level: (typeof severities)[number], message: string): void {
    if (this.#shows(logger, level)) this.#write(`${level === 'info' ? '' : `${level}: `}${message}`)
  }

  #write(message: string): void {
    this.#clear()
    this.#screen.write(`${timeOfDay(new Date())} ${message}\n`)
    this.#draw()
  }

  connector(what: 'started' | 'stopping' | 'removed' | 'complete', config: DeliveryOutline): void {
    const name = deliveryName(config)
    const isFirst = what === 'started' && !this.#started.has(name)
    if (what === 'started') this.#started.add(name)
    // On a terminal the status lines already show what has started.
    if (isFirst && this.#redraws) return
    this.#say('connectors', 'info', `${name} ${what === 'started' && !isFirst ? 'restarted' : what}`)
  }

  task(config: DeliveryOutline, task: number, state: State, failure: Failure | null, retryInMs: number): void {
    if (this.#outages.task(config, task, state, failure) || failure === null) return
    const what = `${deliveryName(config)}, task ${task}: ${failure.message} (${failure.code})`
    if (state === 'FAILED') this.#say('tasks', 'error', what)
    else this.#say('tasks', 'warn', `${what}; next attempt in ${(retryInMs / 1000).toFixed(1)} s`)
  }

  watch(status: () => readonly DeliveryStatus[]): void {
    this.#status = status
    if (!this.#redraws) {
      this.#endProgress = followProgress(status, {
        starting: ({ config }, what) =>
          this.#say('progress', 'info', `${deliveryName(config)}: still starting: ${what}`),
        progress: (connector) => this.#say('progress', 'info', statusLine(connector)),
        together: (connectors) => {
          const sum = (of: (one: DeliveryStatus) => number): string =>
            group(Math.round(connectors.reduce((all, one) => all + of(one), 0)))
          const records = sum(({ counters }) => counters.records)
          this.#say(
            'progress',
            'info',
            `${connectors.length} connectors: ${records} records, ${sum(({ rate }) => rate)}/s`,
          )
        },
      })
      return
    }
    this.#timer = setInterval(() => {
      this.#clear()
      this.#draw()
    }, redrawMs)
    this.#timer.unref()
  }

  finish(connectors: readonly DeliveryStatus[]): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#endProgress()
    this.#outages.close()
    this.#clear()
    this.#status = () => []
    if (this.#shows('connectors', 'info')) this.#screen.write(connectors.map((one) => `${summaryLine(one)}\n`).join(''))
  }

  #shows(logger: ReportLogger, level: (typeof severities)[number]): boolean {
    return severities.indexOf(level) >= severities.indexOf(this.#loggers.levelOf(logger))
  }

  #clear(): void {
    // From the first column: Ctrl-C has echoed two characters there.
    if (this.#drawn.length > 0) this.#screen.write(`\r\x1b[${rowsOf(this.#drawn, this.#screen)}A\x1b[0J`)
    this.#drawn = []
  }

  #draw(): void {
    if (this.#timer === null) return
    const connectors = this.#status()
    const room = Math.max(1, screenHeight(this.#screen) - 2)
    const shown = connectors.length <= room ? connectors : connectors.slice(0, room - 1)
    const width = screenWidth(this.#screen) - 1
    const lines = shown.map((connector) => statusLine(connector, nameWidth(shown), width))
    if (shown.length < connectors.length) lines.push(`… and ${connectors.length - shown.length} more`)
    this.#drawn = lines.map((line) => cutToWidth(line, this.#screen))
    this.#screen.write(this.#drawn.map((line) => `${line}\n`).join(''))
  }
}

/**
 * `customers  RUNNING  1,234,567 records  98,765/s  0 errors  at 0:617284 1:617283`; `customers  STARTING  connecting
 * …`. Positions are omitted if the line would be longer than `most`. Once ended, the rate is the average over the
 * whole run.
 */
export function statusLine(status: DeliveryStatus, width = 0, most = Infinity): string {
  const { config, state, complete, tasks, counters, rate } = status
  const name = deliveryName(config).padEnd(width)
  if (state === 'UNASSIGNED') return [name, 'STARTING'.padEnd(10), waitDescription(status)].join('  ')
  const restarting = tasks.some((task) => task.state === 'RESTARTING')
  const ended = state !== 'RUNNING'
  const line = [
    name,
    (complete ? 'complete' : restarting ? 'RESTARTING' : state).padEnd(10),
    `${group(counters.records).padStart(12)} records`,
    `${group(Math.round(ended ? summarize(status).records_per_second : rate)).padStart(9)}/s`,
    counted(counters.errors, 'error', 'errors', group(counters.errors)),
    ...(counters.throttledMs > 0 ? [throttled(counters.throttledMs)] : []),
  ].join('  ')
  const waiting = new Set(tasks.map(dependencyOf).filter((dependency) => dependency !== null))
  if (waiting.size > 0) return `${line}  waiting for ${[...waiting].join(' and ')}`
  const whole = `${line}  at ${positionsOf(tasks)}`
  return whole.length <= most ? whole : line
}

function summaryLine(connector: DeliveryStatus): string {
  const { config, state, complete, tasks } = connector
  const { records, records_per_second, seconds, ...rest } = summarize(connector)
  const { batches, errors, dropped, retries, position, shard_positions } = rest
  const failed = tasks.filter((task) => task.state === 'FAILED')
  const text = [
    `records ${group(records)} in ${group(seconds)} s (${group(records_per_second)}/s${askedFor(config)})`,
    ...Object.entries({ batches, errors, dropped, retries, position }).map(([key, value]) => `${key} ${group(value)}`),
  ]
  if (shard_positions.length > 1) text.push(`lowest shards at ${positionsOf(tasks)}`)
  if (connector.counters.throttledMs > 0) text.push(throttled(connector.counters.throttledMs))
  const reasons = failed.map(({ shard, failure }) => `\n  task ${shard}: ${failure?.message} (${failure?.code})`)
  return `${deliveryName(config)}: ${complete ? 'complete' : state.toLowerCase()}: ${text.join(', ')}${reasons.join('')}`
}

/** Known to anyone who has read the connector file. */
function askedFor({ throughput: { rate, shape } }: DeliveryStatus['config']): string {
  return rate === null || shape.type !== 'constant' ? '' : ` of ${group(rate)}/s requested`
}

function throttled(ms: number): string {
  return `throttled by a quota for ${group(Math.ceil(ms / 1000))} s`
}

/** `0:617284 1:617283`: the next position of each shard. */
function positionsOf(tasks: DeliveryStatus['tasks']): string {
  return tasks.map(({ shard, counters: { position } }) => `${shard}:${position}`).join(' ')
}

/** Local time, `09:05:07`. */
function timeOfDay(now: Date): string {
  return [now.getHours(), now.getMinutes(), now.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

function nameWidth(connectors: readonly DeliveryStatus[]): number {
  return Math.max(0, ...connectors.map(({ config }) => deliveryName(config).length))
}

function group(value: number): string {
  return value.toLocaleString('en-US')
}
