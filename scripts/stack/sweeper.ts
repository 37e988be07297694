import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Removes containers, networks and volumes on request, or when this process is gone, even by SIGKILL. */
export interface Sweeper {
  /** Removes them now and waits until they are gone. May be called repeatedly. */
  sweep(): Promise<void>
}

const script = `
  cat >/dev/null
  containers=$(docker ps -aq --filter "label=$1"); [ -z "$containers" ] || docker rm -f -v $containers
  for kind in network volume; do
    found=$(docker $kind ls -q --filter "label=$1"); [ -z "$found" ] || docker $kind rm $found
  done`

/**
 * Watches over everything with a label (`key=value`). A shell waits on a pipe from this process; it replaces Testcontainers' reaper, whose
 * image is unavailable on machines without a registry.
 */
export function sweeperOf(label: string): Sweeper {
  const child: ChildProcess = spawn('sh', ['-c', script, 'sh', label], {
    // Its own process group: Ctrl-C on a terminal must not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = once(child, 'exit').catch(() => undefined)
  child.unref()
  // A pipe is a socket here; its open end must not keep this process alive either.
  ;(child.stdin as unknown as { unref(): void }).unref()
  return {
    sweep: async () => {
      child.ref()
      child.stdin?.end()
      await ended
    },
  }
}
