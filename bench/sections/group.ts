/** Measurements of a group of workers. */
import { benchGroup } from '../group.js'
import { benchGroupSize } from '../group-size.js'
import { load, megabytes, percent, table, thousands, title } from '../markdown.js'
import { benchRest } from '../rest.js'
import type { Section } from './section.js'

const seconds = (value: number): string => `${value.toFixed(1)} s`
const milliseconds = (value: number): string => `${value.toFixed(1)} ms`
export const groups: Section = async ({ brokers, quick }) => {
  title('A group of four workers, default sessions, one record a second from each connector, exactly once')
  const results = []
  for (const connectors of quick ? [10, 100] : [10, 100, 1000])
    results.push(await benchGroup(brokers, { connectors, workers: 4 }))
  table(
    [
      'connectors',
      'all run after',
      'ordered leave',
      'lost worker',
      'least rate of what stays',
      'restarted',
      'a core, idle',
      'a core, each worker',
      'resident, most',
    ],
    results.map((one) => [
      String(one.connectors),
      seconds(one.startSeconds),
      seconds(one.leaveSeconds),
      seconds(one.lostSeconds),
      percent(one.leastShare),
      String(one.restarted),
      percent(one.idleCore),
      percent(one.steadyCore),
      megabytes(one.residentBytes),
    ]),
  )
  console.log(load())
}

export const groupsize: Section = async ({ quick }) => {
  title("What connectors cost a worker's herder, in CPU time: logs in memory, no broker, no tasks")
  const results = []
  for (const connectors of quick ? [10, 100, 1000] : [10, 100, 1000, 10_000])
    results.push(await benchGroupSize(connectors))
  table(
    ['connectors', 'log replayed', 'a creation', 'assignment', 'largest assignment', 'all listed', 'log', 'heap'],
    results.map((one) => [
      one.connectors.toLocaleString('en'),
      milliseconds(one.replayMs),
      milliseconds(one.createMs),
      milliseconds(one.assignMs),
      `${(one.assignmentBytes / 1000).toFixed(1)} kB`,
      milliseconds(one.listMs),
      `${(one.logBytes / 1000).toFixed(0)} kB`,
      megabytes(one.heapBytes),
    ]),
  )
  console.log(load())
}

export const rest: Section = async ({ brokers, quick }) => {
  title('REST while the same worker sends JSON as fast as it can, one call after the other')
  const rows: (readonly string[])[] = []
  for (const isGroup of [false, true]) {
    const result = await benchRest(brokers, { isGroup, calls: quick ? 400 : 2000 })
    rows.push([
      isGroup ? 'a group of one' : 'alone',
      milliseconds(result.medianMs),
      milliseconds(result.p99Ms),
      milliseconds(result.mostMs),
      thousands(result.recordsPerSecond),
    ])
  }
  table(['worker', 'median', 'p99', 'most', 'records/s meanwhile'], rows)
  console.log(load())
}
