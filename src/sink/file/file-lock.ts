import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readlink, rename, rm, symlink } from 'node:fs/promises'
import { GenesisError } from '../../errors.js'

/** Who holds a lock. */
interface Holder {
  readonly pid: number
  /** When the process began (clock ticks since boot, from /proc), so that a pid used again is not taken for it; null: unknown. */
  readonly began: string | null
  readonly shard: string
  /** Tells a lock from an earlier one of the same process and shard. */
  readonly id?: string
}

export interface FileLock {
  /** Whether it was not taken over. */
  isHeld(): Promise<boolean>
  /** Removes it, unless it was taken over. */
  release(): Promise<void>
}

/**
 * Locks a file against other processes of this machine by `<path>.lock` next to it: a symbolic link that leads nowhere,
 * whose target names the holder. (As Emacs does: a link is made or not made as a whole, so nobody sees half a lock.)
 * A lock whose process is gone is taken over; so is one of this process for the same shard (its thread is gone).
 * Throws SINK_FAILED where another holds it: that may pass.
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
      throw new GenesisError('SINK_FAILED', 'another process writes this file', {
        place: path,
        found: `process ${other.pid} (${other.shard}), by ${lock}`,
        remedy: 'Stop it, or give this connector another path.',
      })
    }
    await removeStale(lock, found)
  }
  throw new GenesisError('SINK_FAILED', 'the lock keeps changing hands', { place: lock })
}

/** Removes the lock if it still is the one that was found stale: another process may have replaced it in the meantime. */
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

/** Field 22 of /proc/<pid>/stat (proc(5)); null where there is none. */
function processBegan(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses, which may hold anything.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return null
  }
}
