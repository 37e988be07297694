/**
 * Never silent for longer than five seconds. Plain JavaScript: the build uses it too, before anything is compiled.
 */

const firstMs = 5_000
const nextMs = 10_000

/**
 * The parts of a terminal, or of a file in its place, that are needed.
 * @typedef {{ readonly isTTY?: boolean, readonly columns?: number, write(text: string): unknown }} Screen
 */

/** Log lines, and below them the current wait with its duration: redrawn on a terminal, otherwise a line every 10 s. */
export class Progress {
  #screen
  #redraws
  /** @type {{ what: string, began: number }[]} */
  #waits = []
  /** @type {NodeJS.Timeout | undefined} */
  #timer
  #drawn = false
  #lastMs = 0

  /**
   * @param {Screen} screen
   * @param {Readonly<Record<string, string | undefined>>} [env]
   */
  constructor(screen, env = process.env) {
    this.#screen = screen
    this.#redraws = screen.isTTY === true && env['TERM'] !== 'dumb'
  }

  /**
   * Writes a line.
   * @param {string} line
   */
  say(line) {
    this.#clear()
    this.#screen.write(`${line}\n`)
    this.#draw()
  }

  /**
   * Shows `what` until `work` settles.
   * @template T
   * @param {string} what
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async during(what, work) {
    const wait = { what, began: Date.now() }
    this.#waits.push(wait)
    this.#lastMs = wait.began - nextMs + firstMs
    this.#timer ??= setInterval(() => this.#tick(), 1000)
    this.#draw()
    try {
      return await work()
    } finally {
      this.#waits.splice(this.#waits.indexOf(wait), 1)
      this.#clear()
      if (this.#waits.length === 0) {
        clearInterval(this.#timer)
        this.#timer = undefined
      }
      this.#draw()
    }
  }

  #tick() {
    if (this.#redraws) {
      this.#clear()
      this.#draw()
    } else if (Date.now() - this.#lastMs >= nextMs) {
      this.#lastMs = Date.now()
      const wait = this.#waits.at(-1)
      if (wait) this.#screen.write(`${textOf(wait)}\n`)
    }
  }

  #clear() {
    // From the first column to the end of the screen: Ctrl-C has echoed two characters there.
    if (this.#drawn) this.#screen.write('\r\x1b[J')
    this.#drawn = false
  }

  #draw() {
    const wait = this.#waits.at(-1)
    if (!this.#redraws || !wait) return
    const width = (this.#screen.columns || 80) - 1
    this.#screen.write(textOf(wait).slice(0, width))
    this.#drawn = true
  }
}

/** @param {{ what: string, began: number }} wait */
function textOf({ what, began }) {
  return `${what} … ${Math.round((Date.now() - began) / 1000)} s`
}
