import { canRedraw, cutToWidth, type Screen } from './screen.js'

const intervalMs = 100
const barWidth = 24
const waitLineMs = 10_000

/** A progress bar on a terminal; otherwise only what it is waiting for. */
export class VerifyProgress {
  readonly #screen: Screen
  readonly #redraws: boolean
  readonly #name: string
  #next = 0
  #told = 0
  #began = performance.now()

  constructor(screen: Screen, name: string, env: NodeJS.ProcessEnv = process.env) {
    this.#screen = screen
    this.#redraws = canRedraw(screen, env)
    this.#name = name
  }

  /** `of` null: the total is unknown. */
  update(step: 'compare' | 'explain', done: number, of: number | null): void {
    const now = performance.now()
    if (!this.#redraws || now < this.#next) return
    this.#next = now + intervalMs
    const rate = Math.round(done / Math.max(0.001, (now - this.#began) / 1000))
    this.#screen.write(`\r\x1b[K${cutToWidth(progressLine(this.#name, step, done, of, rate), this.#screen)}`)
  }

  /** What it is waiting for: redrawn on a terminal, otherwise a line every ten seconds. */
  wait(blocker: string, waitedMs: number): void {
    const text = `${this.#name}: waiting, ${Math.round(waitedMs / 1000)} s: ${blocker}`
    if (this.#redraws) {
      this.#next = 1
      this.#screen.write(`\r\x1b[K${cutToWidth(text, this.#screen)}`)
    } else if (waitedMs >= this.#told) {
      this.#told += waitLineMs
      this.#screen.write(`${text}\n`)
    }
  }

  clear(): void {
    if (this.#redraws && this.#next > 0) this.#screen.write('\r\x1b[K')
  }
}

/** One line, with a bar if the total is known. */
export function progressLine(
  name: string,
  step: 'compare' | 'explain',
  done: number,
  of: number | null,
  ratePerSecond: number,
): string {
  const what = step === 'compare' ? `${name}: comparing` : `${name}: locating the faults`
  const count = `${done.toLocaleString('en-US')} records, ${ratePerSecond.toLocaleString('en-US')}/s`
  if (of === null || of === 0) return `${what} ${count}`
  const share = Math.min(1, done / of)
  const filled = Math.round(share * barWidth)
  return `${what} [${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${Math.floor(share * 100)}% ${count}`
}
