/** A wait that can be cut short; one at a time. */
export class Sleep {
  #wake: () => void = () => undefined

  /** Resolves when `begin` calls back, or when it is woken; what `begin` returns ends the wait that it began. */
  for(begin: (done: () => void) => () => void): Promise<void> {
    return new Promise((resolve) => {
      const cancel = begin(resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }

  /** Ends the wait now, if there is one. */
  wake(): void {
    this.#wake()
  }
}
