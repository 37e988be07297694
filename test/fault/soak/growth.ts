/** Whether a process holds more at the end of its life than at its beginning. */
import type { Held } from '../chaos/resources.js'

export interface Measurement extends Held {
  /** Since the start of the process. */
  readonly atMs: number
}

export interface GrowthLine {
  readonly text: string
  readonly isLeak: boolean
}

/** What compiles, connects and fills its caches at the beginning is no leak: two minutes, or a quarter of a shorter life. */
const warmUpMs = 120_000
const minMeasurements = 20

const kinds = [
  // The heap grows until the collector finds it worth its while.
  { key: 'residentMegabytes', what: 'memory', unit: ' MB', bound: (first: number) => 1.15 * first + 10 },
  // Connections come and go as tasks move.
  { key: 'handles', what: 'handles', unit: '', bound: (first: number) => first + 8 },
  { key: 'threads', what: 'threads', unit: '', bound: (first: number) => first },
] as const

/** Medians of the first tenth of a life, after its warm-up, and of its last tenth. A life too short to judge is a leak: nothing was shown. */
export function judgeGrowth(life: readonly Measurement[]): readonly GrowthLine[] {
  const beganMs = Math.min(warmUpMs, (life.at(-1)?.atMs ?? 0) / 4)
  const steady = life.filter(({ atMs }) => atMs >= beganMs)
  if (steady.length < minMeasurements)
    return [{ text: `${steady.length} measurements after the warm-up: too few to judge`, isLeak: true }]
  const tenth = Math.ceil(steady.length / 10)
  return kinds.map(({ key, what, unit, bound }) => {
    const values = steady.map((one) => one[key])
    const [first, last] = [median(values.slice(0, tenth)), median(values.slice(-tenth))]
    const most = Math.floor(bound(first))
    const isLeak = last > most
    const range = `between ${Math.min(...values)} and ${Math.max(...values)}`
    return { text: `${what} ${first} → ${last}${unit} (at most ${most}; ${range})${isLeak ? ': LEAK' : ''}`, isLeak }
  })
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
