/** An interruptible wait; one at a time. */
export class Sleep {
  #wake: () => void = () => undefined

  /** Resolves when `begin` calls back or on a wake-up; the function `begin` returns cancels what it started. */
  for(begin: (done: () => void) => () => void): Promise<void> {
    return new Promise((resolve) => {
      const cancel = begin(resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  /** Ends the current wait, if any. */
  wake(): void {
    this.#wake()
  }
}
