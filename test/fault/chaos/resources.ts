/** What the workers' processes hold: measured after each fault, shown at the end. Linux only. */
import { readdir, readFile } from 'node:fs/promises'
import type { GroupWorker } from './group-worker.js'

export interface Held {
  readonly residentMegabytes: number
  /** Files and sockets. */
  readonly handles: number
  readonly threads: number
}

const kinds = [
  ['residentMegabytes', 'MB'],
  ['handles', 'files and sockets'],
  ['threads', 'threads'],
] as const

export class Resources {
  readonly #held = new Map<string, Held[]>()

  async measure(workers: readonly GroupWorker[]): Promise<void> {
    for (const { name, pid } of workers) {
      const held = pid === undefined ? null : await heldBy(pid)
      if (held === null) continue
      const earlier = this.#held.get(name)
      if (earlier === undefined) this.#held.set(name, [held])
      else earlier.push(held)
    }
  }

  /** A line per worker: first and last measurement, and the largest. */
  lines(): string[] {
    return [...this.#held].map(([name, all]) => {
      const parts = kinds.map(([kind, unit]) => {
        const values = all.map((held) => held[kind])
        return `${values[0]} → ${values.at(-1)} ${unit} (at most ${Math.max(...values)})`
      })
      return `${name}: ${parts.join(', ')}; ${all.length} measurements`
    })
  }
}

/** Null: there is no such process. */
export async function heldBy(pid: number): Promise<Held | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const number = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
    const handles = (await readdir(`/proc/${pid}/fd`)).length
    return { residentMegabytes: Math.round(number('VmRSS') / 1024), handles, threads: number('Threads') }
  } catch {
    return null
  }
}
