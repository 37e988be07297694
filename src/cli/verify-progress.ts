const intervalMs = 100
const barWidth = 24

/** A progress bar on a terminal; nothing elsewhere. */
export class VerifyProgress {
  readonly #screen: NodeJS.WriteStream
  readonly #name: string
  #next = 0
  #began = performance.now()

  constructor(screen: NodeJS.WriteStream, name: string) {
    this.#screen = screen
    this.#name = name
  }

  /** `of` null: nobody knows how many there are. */
  update(step: 'compare' | 'explain', done: number, of: number | null): void {
    const now = performance.now()
    if (!this.#screen.isTTY || now < this.#next) return
    this.#next = now + intervalMs
    const rate = Math.round(done / Math.max(0.001, (now - this.#began) / 1000))
    this.#screen.write(`\r\x1b[K${progressLine(this.#name, step, done, of, rate)}`)
  }

  clear(): void {
    if (this.#screen.isTTY && this.#next > 0) this.#screen.write('\r\x1b[K')
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
