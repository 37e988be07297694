/**
 * A standalone worker and a group of two, with many connectors, under calls of their REST interfaces and restarts. In the first third any
 * worker is restarted; after that only the second of the group is, and what the others hold is measured.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterOptions } from '#src/config/cluster.js'
import { shipped } from '../../support/genesis.js'
import { Chance } from '../chaos/chance.js'
import { stopAll } from '../chaos/faults.js'
import { GroupWorker, groupTopics } from '../chaos/group-worker.js'
import { judge, type ChaosVerdict } from '../chaos/judge.js'
import { CallCount, change, read } from './calls.js'
import { judgeGrowth } from './growth.js'
import { LogCount } from './log-count.js'
import { Place, RestartCount } from './place.js'
import { planSoak } from './plan.js'

export interface SoakOptions {
  readonly seed: number
  readonly prefix: string
  /** Of the standalone worker; the group has a quarter of them. */
  readonly connectors: number
  readonly seconds: number
  readonly restartEverySeconds: number
  readonly folder: string
  readonly cluster: ClusterOptions
  readonly registryUrl: string
  /** Whether a life is long enough to see a leak. */
  readonly judgesGrowth: boolean
  readonly say: (line: string) => void
}

export interface SoakResult {
  /** The summary. */
  readonly lines: readonly string[]
  /** What is wrong; none: nothing leaks, and every connector is exact. */
  readonly faults: readonly string[]
}

/** All topics of it, for whoever removes them. */
export function soakTopics({ prefix, connectors }: Pick<SoakOptions, 'prefix' | 'connectors'>): readonly string[] {
  const own = (place: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${prefix}-${place}-${i}`)
  const group = Object.values(groupTopics(`${prefix}-group`)).map(({ topic }) => topic)
  return [...own('alone', connectors), `${prefix}-alone-checkpoints`, ...own('group', groupSize(connectors)), ...group]
}

function groupSize(connectors: number): number {
  return Math.ceil(connectors / 4)
}

const sayEveryMs = 5_000
const measureEveryMs = 1_000

export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { seed, prefix, connectors, seconds, say } = options
  const chance = new Chance(seed)
  const log = new LogCount()
  const places = await makePlaces(options, chance, log)
  const [calls, restarts] = [new CallCount(), new RestartCount()]
  const stop = new AbortController()
  try {
    await Promise.all(places.map((place) => place.start()))
    const [alone, group] = places
    await alone.create(planSoak({ prefix: `${prefix}-alone`, connectors, files: true }))
    await group.create(planSoak({ prefix: `${prefix}-group`, connectors: groupSize(connectors), files: false }))
    for (const { name, group: of } of places) {
      const tasks = of.connectors.reduce((sum, one) => sum + one.tasks, 0)
      const settledMs = await of.settled()
      say(
        `${name}: ${of.connectors.length} connectors, ${tasks} tasks, all RUNNING after ${(settledMs / 1000).toFixed(1)} s`,
      )
    }
    const began = performance.now()
    const running = (): number => performance.now() - began
    const work = places.flatMap((place) => [
      read(place, chance, calls, stop.signal),
      change(place, chance, calls, stop.signal),
    ])
    const watched = watch(places, stop.signal, () => {
      const held = places.map((place) => place.held()).join(', ')
      say(`${calls.calls} calls, ${calls.failures} failed; ${log.total} warnings and errors; ${held}`)
    })
    await restartNowAndThen(options, places, chance, restarts, running)
    await sleep(Math.max(0, seconds * 1000 - running()))
    stop.abort()
    await Promise.all([...work, watched])
    const growth = options.judgesGrowth ? growthOf(places) : []
    const verdicts = await verify(places, options)
    return summary({ calls, restarts, log, growth, verdicts })
  } finally {
    stop.abort()
    await Promise.all(places.flatMap(({ group }) => group.workers.map((worker) => worker.kill())))
  }
}

async function makePlaces(
  { prefix, folder, cluster, registryUrl }: SoakOptions,
  chance: Chance,
  log: LogCount,
): Promise<readonly [alone: Place, group: Place]> {
  await mkdir(join(folder, 'files'))
  const registry = { url: registryUrl }
  const settings = {
    alone: {
      group: { id: `${prefix}-alone` },
      checkpoints: { topic: `${prefix}-alone-checkpoints` },
      connectors: { path: join(folder, 'stored') },
      files: { path: join(folder, 'files') },
      registry,
    },
    group: { group: { id: `${prefix}-group`, enabled: true }, ...groupTopics(`${prefix}-group`), registry },
  }
  const worker = (number: number, of: keyof typeof settings): GroupWorker =>
    new GroupWorker({
      ...{ number, folder, settings: settings[of], brokers: cluster.brokers, models: shipped('models') },
      onLine: (line) => log.add(line),
    })
  return [
    new Place('standalone', [worker(1, 'alone')], chance),
    new Place('group', [worker(2, 'group'), worker(3, 'group')], chance),
  ]
}

/** Until two restarts' time before the end: the last must be over by then. */
async function restartNowAndThen(
  { seconds, restartEverySeconds, say }: SoakOptions,
  places: readonly Place[],
  chance: Chance,
  count: RestartCount,
  running: () => number,
): Promise<void> {
  const [, group] = places
  const everyMs = restartEverySeconds * 1000
  while (running() + 2 * everyMs < seconds * 1000) {
    await sleep(everyMs)
    const isEarly = running() < (seconds * 1000) / 3
    const place = isEarly ? chance.pick(places) : group
    const worker = isEarly ? chance.pick(place.group.workers) : group.group.workers[1]
    const signal = (count.terms + count.kills) % 2 === 0 ? 'SIGTERM' : 'SIGKILL'
    const began = performance.now()
    await place.restart(worker, signal, count)
    say(`${worker.name}: ${signal}, and back after ${((performance.now() - began) / 1000).toFixed(1)} s`)
  }
}

async function watch(places: readonly Place[], signal: AbortSignal, report: () => void): Promise<void> {
  for (let last = performance.now(); !signal.aborted; await sleep(measureEveryMs)) {
    for (const place of places) await place.measure()
    if (performance.now() - last < sayEveryMs) continue
    last = performance.now()
    report()
  }
}

interface GrowthOf {
  readonly text: string
  readonly isLeak: boolean
}

/** Of those that were not restarted towards the end. */
function growthOf([alone, group]: readonly Place[]): readonly GrowthOf[] {
  const judged = [
    [alone, alone.group.workers[0]],
    [group, group.group.workers[0]],
  ] as const
  return judged.flatMap(([place, worker]) =>
    judgeGrowth(place.lifeOf(worker)).map(({ text, isLeak }) => ({
      text: `${place.name} ${worker.name}: ${text}`,
      isLeak,
    })),
  )
}

async function verify(places: readonly Place[], { cluster, say }: SoakOptions): Promise<readonly ChaosVerdict[]> {
  const verdicts: ChaosVerdict[] = []
  for (const { name, group } of places) {
    say(`${name}: every task RUNS, ${((await group.settled()) / 1000).toFixed(1)} s after the last change`)
    await group.flows()
    await stopAll(group, group.connectors)
    let saidMs = performance.now()
    for (const [i, connector] of group.connectors.entries()) {
      verdicts.push(await judge(group, connector, cluster))
      if (performance.now() - saidMs < sayEveryMs) continue
      saidMs = performance.now()
      say(`${name}: ${i + 1} of ${group.connectors.length} verified`)
    }
  }
  return verdicts
}

interface Findings {
  readonly calls: CallCount
  readonly restarts: RestartCount
  readonly log: LogCount
  readonly growth: readonly GrowthOf[]
  readonly verdicts: readonly ChaosVerdict[]
}

function summary({ calls, restarts, log, growth, verdicts }: Findings): SoakResult {
  const wrong = verdicts.filter(({ fault }) => fault !== null)
  const records = verdicts.reduce((sum, one) => sum + one.records, 0)
  const empty = verdicts.filter(({ records: found }) => found === 0)
  const ms = (q: number): string => calls.quantileMs(q).toFixed(0)
  return {
    lines: [
      ...growth.map(({ text }) => text),
      `log: ${log.text()}`,
      `REST: ${calls.calls} calls, ${calls.failures} failed, ${calls.retries} attempts while a worker was away; median ${ms(0.5)} ms, p99 ${ms(0.99)} ms`,
      `restarts: ${restarts.terms} × SIGTERM (slowest ${(restarts.slowestTermMs / 1000).toFixed(1)} s), ${restarts.kills} × SIGKILL`,
      `verify: ${verdicts.length} connectors, ${records} records, ${wrong.length === 0 ? 'all exact' : `${wrong.length} NOT exact`}`,
    ],
    faults: [
      ...growth.filter(({ isLeak }) => isLeak).map(({ text }) => text),
      ...[...log.unexpected].map(([key, line]) => `log: ${key}: ${line}`),
      ...calls.shown,
      ...restarts.faults,
      ...wrong.map(({ connector, fault }) => `${connector}: ${fault}`),
      ...empty.map(({ connector }) => `${connector}: not one record`),
    ],
  }
}
