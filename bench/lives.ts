/** Entities that live, on one core: the shop's orders as events, and encoded in each form; and a jump to far positions. */
import { fileURLToPath } from 'node:url'
import { createEncoder } from '#src/encode/create.js'
import type { EncodedConnector } from '#src/encode/encoded-connector.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { encodedConnector } from '../test/support/encoded.js'
import { interleaved, median } from './markdown.js'
import { timed, type Timed } from './timed.js'

export interface LivesResult {
  readonly case: string
  readonly eventsPerSecond: number
  readonly cpuMicrosPerEvent: number
}

export interface LivesBench {
  readonly results: readonly LivesResult[]
  /** Of 101 jumps to positions that are far from each other, with one event each: median and longest, in ms. */
  readonly jumpMillis: { readonly median: number; readonly longest: number }
}

const capacity = 4096
const order = fileURLToPath(new URL('../../examples/shop/models/order.yaml', import.meta.url))
const registry = {
  register: () => Promise.resolve(1),
  lookup: () => Promise.resolve(1),
  latest: () => Promise.reject(new Error('not asked for')),
  versionOf: () => Promise.resolve(1),
  compatibility: () => Promise.resolve({ compatible: true, messages: [] }),
}
const forms = [
  ['JSON', 'json', 'none'],
  ['Avro', 'avro', 'none'],
  ['Avro, upserts', 'avro', 'upsert'],
  ["JSON in Debezium's envelope", 'json', 'debezium'],
  ["Avro in Debezium's envelope", 'avro', 'debezium'],
] as const

/** Medians of `rounds` rounds of about `millis` each. */
export async function benchLives({ rounds = 7, millis = 300 } = {}): Promise<LivesBench> {
  const model = await loadModel(order)
  const bare = openGenerator(model, { seed: 42, capacity })
  const lines: (() => unknown)[] = [() => bare.generate(capacity)]
  for (const [, format, envelope] of forms) {
    const generator = openGenerator(model, { seed: 42, capacity, before: envelope === 'debezium' })
    const encoder = createEncoder(connectorOf(format, envelope), registry)(generator.fields)
    await encoder.prepare()
    lines.push(() => encoder.encode(generator.generate(capacity)))
  }
  const once = (line: () => unknown): Timed => timed(line, capacity, millis)
  await interleaved(1, lines, once)
  const measured = await interleaved(rounds, lines, once)
  const results = ['events alone', ...forms.map(([name]) => name)].map((name, index) => ({
    case: name,
    eventsPerSecond: median(measured[index].map(({ perSecond }) => perSecond)),
    cpuMicrosPerEvent: median(measured[index].map(({ cpuMicros }) => cpuMicros)),
  }))
  const jumps = Array.from({ length: 101 }, (_, jump) => {
    const began = performance.now()
    bare.start(jump * 12_345_678_901)
    bare.generate(1)
    return performance.now() - began
  })
  return { results, jumpMillis: { median: median(jumps), longest: Math.max(...jumps) } }
}

function connectorOf(format: 'json' | 'avro', envelope: EncodedConnector['value']['envelope']): EncodedConnector {
  return encodedConnector({ format, envelope }, { name: 'orders', topic: 'orders', key: 'order_id' })
}
