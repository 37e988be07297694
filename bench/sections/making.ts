/** Measurements without a broker: sampling, training, encoding. */
import { benchCost } from '../cost.js'
import { benchDeclared } from '../declared.js'
import { benchEncoders } from '../encode.js'
import { benchFit, fitCases, type FitResult } from '../fit.js'
import { benchLives } from '../lives.js'
import { load, micros, millions, table, thousands, title } from '../markdown.js'
import { benchSampler } from '../sampler.js'
import { benchThreads } from '../threads.js'
import { benchWebSockets } from '../websocket.js'
import type { Section } from './section.js'

export const sampler: Section = ({ quick }) => {
  title('Sampling, as codes: 15 columns, 64 hidden states, one core')
  table(
    ['conditions', 'rows/s', 'CPU a row', 'open, first', 'open, later'],
    benchSampler(quick ? { runs: 3, millis: 200 } : {}).results.map((result) => [
      result.case,
      millions(result.rowsPerSecond),
      `${result.cpuNanosPerRow.toFixed(0)} ns`,
      `${result.openMillis.first.toFixed(1)} ms`,
      `${result.openMillis.later.toFixed(1)} ms`,
    ]),
  )
}

export const training: Section = async ({ quick }) => {
  title('Training: 15 columns, whole runs')
  const fits: FitResult[] = []
  for (const one of quick ? fitCases.slice(0, 2) : fitCases) fits.push(await benchFit(one))
  table(
    ['rows', 'hidden states', 'threads', 'epochs', 'time', 'CPU time', 'peak memory'],
    fits.map((result) => [
      result.rows.toLocaleString('en'),
      result.states === 'auto' ? `auto: ${result.chosen}` : `${result.chosen}`,
      `${result.threads}`,
      `${result.epochs}`,
      `${result.seconds.toFixed(1)} s`,
      `${result.cpuSeconds.toFixed(1)} s`,
      `${millions(result.peakBytes)}B`,
    ]),
  )
}

export const encoders: Section = async ({ quick }) => {
  title('Encoding: a census of 15 columns, customers of 10, and orders with nested records, lists and maps, one core')
  table(
    ['records', 'encoder', 'records/s', 'CPU a record', 'bytes a record', 'MB a second of CPU'],
    (await benchEncoders(quick ? { runs: 3, millis: 200 } : {})).map((result) => [
      result.layout,
      result.encoder,
      millions(result.recordsPerSecond),
      micros(result.cpuMicrosPerRecord),
      result.bytesPerRecord.toFixed(0),
      (result.bytesPerRecord / result.cpuMicrosPerRecord).toFixed(0),
    ]),
  )
}

export const declared: Section = async ({ quick }) => {
  title('Declared models, one core: rows as columns, and evaluations of expressions')
  table(
    ['what', 'a second of CPU'],
    (await benchDeclared(quick ? { rounds: 3, millis: 200 } : {})).map((result) => [
      result.case,
      millions(result.perSecond),
    ]),
  )
  console.log(load())
}

export const lives: Section = async ({ quick }) => {
  title('Entities that live: orders of 11 columns, one core')
  const { results, jumpMillis } = await benchLives(quick ? { rounds: 3, millis: 200 } : {})
  table(
    ['form', 'events/s', 'CPU an event'],
    results.map((result) => [result.case, millions(result.eventsPerSecond), micros(result.cpuMicrosPerEvent)]),
  )
  console.log(
    `A jump to a far position: ${jumpMillis.median.toFixed(1)} ms, at most ${jumpMillis.longest.toFixed(1)} ms.\n`,
  )
}

export const cost: Section = async ({ quick }) => {
  title('A record made and encoded as Avro, 15 columns, one core, rounds interleaved: cost by position and conditions')
  table(
    ['where', 'CPU a record'],
    (await benchCost(quick ? { rounds: 3, millis: 100 } : {})).map((result) => [
      result.case,
      `${result.cpuMicrosPerRecord.toFixed(3)} µs`,
    ]),
  )
}

export const threads: Section = async ({ quick }) => {
  title('Threads: records made, encoded as Avro and delivered to a sink that discards, 15 columns')
  const results = await benchThreads(quick ? { rounds: 3, records: 4_000_000 } : {})
  table(
    ['threads', 'records/s', 'CPU a record', 'cores', 'against one thread', 'by CPU time'],
    results.map((result) => [
      String(result.threads),
      millions(result.recordsPerSecond),
      micros(result.cpuMicrosPerRecord),
      result.cores.toFixed(2),
      (result.recordsPerSecond / results[0].recordsPerSecond).toFixed(2),
      ((result.threads * results[0].cpuMicrosPerRecord) / result.cpuMicrosPerRecord).toFixed(2),
    ]),
  )
  console.log('By CPU time: what cores of their own would give, if other programs had some of the machine.')
  console.log(load())
}

export const websockets: Section = async ({ quick }) => {
  title('A WebSocket server with 1,000 clients: cores used by its process')
  table(
    ['case', 'records/s', 'cores', 'dropped'],
    (await benchWebSockets(quick ? { seconds: 3 } : {})).map((result) => [
      result.case,
      thousands(result.recordsPerSecond),
      result.cores.toFixed(2),
      String(result.dropped),
    ]),
  )
}
