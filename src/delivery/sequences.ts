/** Work in sequences, one for each key: in a sequence one after the other, also after a failure; different keys at the same time. */
export class SerialQueues {
  /** The last work of each key that is not done yet. */
  readonly #last = new Map<string, Promise<unknown>>()

  /** Whether nothing is left to do. */
  get isIdle(): boolean {
    return this.#last.size === 0
  }

  /** Does it after all earlier work of the key. Settles as `work` does. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const next = (): Promise<T> => work()
    const result = (this.#last.get(key) ?? Promise.resolve()).then(next, next)
    const done = (): void => {
      if (this.#last.get(key) === result) this.#last.delete(key)
    }
    this.#last.set(key, result)
    // Registered before the caller can wait for the result: a caller that goes on sees itself done.
    void result.then(done, done)
    return result
  }
}
