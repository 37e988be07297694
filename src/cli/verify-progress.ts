import { canRedraw, cutToWidth, type Screen } from './screen.js'

const intervalMs = 100
const barWidth = 24

/** A progress bar on a terminal; nothing elsewhere. */
export class VerifyProgress {
  readonly #screen: Screen
  readonly #redraws: boolean
  readonly #name: string
  #next = 0
  #began = performance.now()

  constructor(screen: Screen, name: string, env: NodeJS.ProcessEnv = process.env) {
    this.#screen = screen
    this.#redraws = canRedraw(screen, env)
    this.#name = name
  }

  /** `of` null: nobody knows how many there are. */
  update(step: 'compare' | 'explain', done: number, of: number | null): void {
    const now = performance.now()
    if (!this.#redraws || now < this.#next) return
    this.#next = now + intervalMs
    const rate = Math.round(done / Math.max(0.001, (now - this.#began) / 1000))
    this.#screen.write(`\r\x1b[K${cutToWidth(progressLine(this.#name, step, done, of, rate), this.#screen)}`)
  }

  clear(): void {
    if (this.#redraws && this.#next > 0) this.#screen.write('\r\x1b[K')
  }
}

/** One line: a bar where the end is known. */
export function progressLine(
  name: string,
  step: 'compare' | 'explain',
  done: number,
  of: number | null,
  ratePerSecond: number,
): string {
  const what = step === 'compare' ? `${name}: comparing` : `${name}: looking for what is wrong`
  const count = `${done.toLocaleString('en-US')} records, ${ratePerSecond.toLocaleString('en-US')}/s`
  if (of === null || of === 0) return `${what} ${count}`
  const share = Math.min(1, done / of)
  const filled = Math.round(share * barWidth)
  return `${what} [${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${Math.floor(share * 100)}% ${count}`
}
