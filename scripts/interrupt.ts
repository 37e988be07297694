/** Aborted by Ctrl-C, SIGTERM or a closed terminal; a second Ctrl-C ends the process at once. */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      if (controller.signal.aborted && name === 'SIGINT') process.exit(130)
      controller.abort(new Error('interrupted'))
    })
  return controller.signal
}

/** Rejects with the signal's reason when it is aborted: for a race with work that does not watch it. May be left without a handler. */
export function interruptionOf(signal: AbortSignal): Promise<never> {
  const interruption = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
  interruption.catch(() => {})
  return interruption
}
