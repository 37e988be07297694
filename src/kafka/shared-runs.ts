/**
 * Shares runs of `work` among its callers: each gets the outcome of a run that began after its call, and there is one run
 * at a time. All calls during a run wait for it and share the next.
 */
export function sharedRuns<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve()
  let next: Promise<T> | null = null
  return () => {
    next ??= running.then(() => {
      next = null
      const run = work()
      running = run.catch(() => undefined)
      return run
    })
    return next
  }
}
