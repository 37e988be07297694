import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readlink, rename, rm, symlink } from 'node:fs/promises'
import { GenesisError } from '../../errors.js'

/** The holder of a lock. */
interface Holder {
  readonly pid: number
  /** Start time of the process (clock ticks since boot, from /proc), to detect a reused pid; null: unknown. */
  readonly began: string | null
  readonly shard: string
  /** Tells a lock from an earlier one of the same process and shard. */
  readonly id?: string
}

export interface FileLock {
  /** False if it was taken over. */
  isHeld(): Promise<boolean>
  /** Removes it, unless it was taken over. */
  release(): Promise<void>
}

/**
 * Locks a file against other processes on this machine by `<path>.lock` next to it: a dangling symbolic link
 * whose target names the holder. (As in Emacs: a link is created atomically, so nobody sees half a lock.)
 * A lock is taken over if its process is gone, or if it is this process's for the same shard (its thread is gone).
 * Throws SINK_FAILED if another process holds it: that may pass.
 */
export async function lockFile(path: string, shard: string): Promise<FileLock> {
  const lock = `${path}.lock`
  const holder: Holder = { pid: process.pid, began: processBegan(process.pid), shard, id: randomUUID() }
  const mine = JSON.stringify(holder)
  const isHeld = async (): Promise<boolean> => (await readlink(lock).catch(() => null)) === mine
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      await symlink(mine, lock)
      return {
        isHeld,
        release: async () => {
          if (await isHeld()) await rm(lock, { force: true })
        },
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const found = await readlink(lock).catch(() => null)
    const other = found === null ? null : parseHolder(found)
    if (other !== null && isAlive(other, shard)) {
      throw new GenesisError('SINK_FAILED', 'another process is writing to this file', {
        place: path,
        found: `process ${other.pid} (${other.shard}), according to ${lock}`,
        remedy: 'Stop it, or give this connector another path.',
      })
    }
    await removeStale(lock, found)
  }
  throw new GenesisError('SINK_FAILED', 'the lock keeps changing hands', { place: lock })
}

/** Removes the lock unless another process has replaced the stale one in the meantime. */
async function removeStale(lock: string, found: string | null): Promise<void> {
  const aside = `${lock}.stale`
  try {
    await rename(lock, aside)
  } catch {
    return
  }
  const removed = await readlink(aside).catch(() => null)
  if (removed !== null && removed !== found) await symlink(removed, lock).catch(() => undefined)
  await rm(aside, { force: true })
}

function parseHolder(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Holder
    return typeof holder.pid === 'number' ? holder : null
  } catch {
    return null
  }
}

function isAlive(holder: Holder, shard: string): boolean {
  const began = processBegan(holder.pid)
  if (holder.pid === process.pid && holder.began === began) return holder.shard !== shard
  if (holder.began !== null && began !== null && holder.began !== began) return false
  try {
    process.kill(holder.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5)); null if unavailable. */
function processBegan(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses, which may contain anything.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return null
  }
}
