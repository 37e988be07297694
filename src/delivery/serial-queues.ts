/** Runs work in sequence per key, also after a failure; different keys run concurrently. */
export class SerialQueues {
  /** The last unfinished work of each key. */
  readonly #last = new Map<string, Promise<unknown>>()

  /** Whether nothing is left to do. */
  get isIdle(): boolean {
    return this.#last.size === 0
  }

  /** Runs it after all earlier work of the key. Settles as `work` does. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const next = (): Promise<T> => work()
    const result = (this.#last.get(key) ?? Promise.resolve()).then(next, next)
    const done = (): void => {
      if (this.#last.get(key) === result) this.#last.delete(key)
    }
    this.#last.set(key, result)
    // Registered before the caller can await the result: a continuing caller sees itself done.
    void result.then(done, done)
    return result
  }
}
