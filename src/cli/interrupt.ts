/**
 * Ctrl-C, SIGTERM and SIGHUP request a graceful shutdown; a second Ctrl-C exits immediately with status 130. Returns a
 * function that restores the signal handlers.
 */
export function onInterrupt(stop: (signal: NodeJS.Signals) => void): () => void {
  let asked = false
  const heard = (signal: NodeJS.Signals): void => {
    if (asked && signal === 'SIGINT') process.exit(130)
    if (!asked) stop(signal)
    asked = true
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, heard)
  return () => {
    for (const signal of signals) process.off(signal, heard)
  }
}
