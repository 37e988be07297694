/** Downloads that are kept from one run to the next, in folders that several processes share. */
import { access, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 100

/** A lock that names no process for so long was made by one that was killed then. */
const unnamedMs = 5000

export interface FetchOptions {
  /** Ends the wait for another process. */
  readonly signal?: AbortSignal
  /** Runs the wait and the download, telling about them. */
  readonly during?: (work: () => Promise<void>) => Promise<void>
}

/**
 * Downloads into a folder unless an earlier download completed. One process at a time downloads, and others that need
 * this folder or one beside it wait: two Mavens would also share Maven's own repository.
 */
export async function fetchOnce(
  folder: string,
  fetch: (folder: string) => Promise<unknown>,
  { signal, during = (work) => work() }: FetchOptions = {},
): Promise<void> {
  const mark = join(folder, '.complete')
  if (await exists(mark)) return
  await during(() =>
    alone(dirname(folder), signal, async () => {
      if (await exists(mark)) return
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder)
      try {
        await fetch(folder)
        await writeFile(mark, '')
      } catch (error) {
        await rm(folder, { recursive: true, force: true })
        throw error
      }
    }),
  )
}

/** Works while no other process does so in this folder. A process that was killed is not waited for. */
async function alone(folder: string, signal: AbortSignal | undefined, work: () => Promise<void>): Promise<void> {
  await mkdir(folder, { recursive: true })
  const lock = join(folder, '.downloading')
  while (!(await taken(lock))) {
    if (await isLeft(lock)) await rm(lock, { force: true })
    else await sleep(pollMs, undefined, { signal })
  }
  try {
    await work()
  } finally {
    await rm(lock, { force: true })
  }
}

function taken(lock: string): Promise<boolean> {
  return writeFile(lock, String(process.pid), { flag: 'wx' }).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    },
  )
}

/** Whether the process that took the lock is gone. */
async function isLeft(lock: string): Promise<boolean> {
  try {
    const [holder, { mtimeMs }] = await Promise.all([readFile(lock, 'utf8'), stat(lock)])
    if (holder === '') return Date.now() - mtimeMs > unnamedMs
    process.kill(Number(holder), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
