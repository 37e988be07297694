import type { Counters } from '../delivery/counters.js'
import { canRedraw, cutToWidth, type Screen } from './screen.js'

const redrawMs = 250
const lineMs = 5_000

/**
 * Progress of a stream whose records do not go to the terminal: a line redrawn in place, otherwise one every five
 * seconds.
 */
export class StreamProgress {
  readonly #screen: Screen
  readonly #redraws: boolean
  readonly #counters: () => Counters
  readonly #timer: NodeJS.Timeout
  readonly #began = performance.now()
  #drawn = false

  constructor(screen: Screen, counters: () => Counters, env: NodeJS.ProcessEnv = process.env) {
    this.#screen = screen
    this.#redraws = canRedraw(screen, env)
    this.#counters = counters
    this.#timer = setInterval(() => this.#tick(), this.#redraws ? redrawMs : lineMs)
    this.#timer.unref()
  }

  /** Writes a line above it. */
  note(line: string): void {
    this.#clear()
    this.#screen.write(`${line}\n`)
  }

  end(): void {
    clearInterval(this.#timer)
    this.#clear()
  }

  #tick(): void {
    const line = countLine(this.#counters(), (performance.now() - this.#began) / 1000)
    this.#clear()
    this.#screen.write(this.#redraws ? cutToWidth(line, this.#screen) : `${line}\n`)
    this.#drawn = this.#redraws
  }

  #clear(): void {
    // To the end of the line: Ctrl-C has echoed two characters there.
    if (this.#drawn) this.#screen.write('\r\x1b[K')
    this.#drawn = false
  }
}

/** `1000 records in 2.0 s (500/s), 1 error, 1 retry` */
export function countLine({ records, errors, retries }: Counters, seconds: number): string {
  const rate = Math.round(records / Math.max(0.001, seconds))
  const failures = errors + retries > 0 ? `, ${counted(errors, 'error')}, ${counted(retries, 'retry', 'retries')}` : ''
  return `${counted(records, 'record')} in ${seconds.toFixed(1)} s (${rate}/s)${failures}`
}

/** `1 error`, `2 errors` */
export function counted(count: number, one: string, many = `${one}s`, text = String(count)): string {
  return `${text} ${count === 1 ? one : many}`
}
