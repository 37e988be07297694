/** The connectors of a soak: every format and both sinks, paced so low that many of them leave a small machine time. */
import type { PlannedConnector } from '../chaos/plan.js'

export interface SoakPlan {
  /** What names of connectors and topics begin with. */
  readonly prefix: string
  readonly connectors: number
  /** Whether some write to files. */
  readonly files: boolean
}

export const ratesPerSecond = [5, 10, 15, 20] as const

type Keys = Readonly<Record<string, string>>

const topicKinds: readonly Keys[] = [
  { 'value.format': 'json', key: 'id', compression: 'gzip' },
  { 'value.format': 'avro', key: 'id' },
  { 'value.format': 'json-schema' },
  { 'value.format': 'protobuf', compression: 'lz4' },
]
const fileFormats = ['json', 'csv', 'avro'] as const

/** With files, one in six writes to a file, and one to a topic and a file; all others to a topic each. */
export function planSoak({ prefix, connectors, files }: SoakPlan): PlannedConnector[] {
  return Array.from({ length: connectors }, (_, i): PlannedConnector => {
    const name = `${prefix}-${i}`
    const shards = 1 + (i % 2)
    const [target, sinks] = files ? targetOf(name, i) : [topicOf(name, i), 1]
    return {
      ...{ name, isBounded: false, runs: null, target: 'RUNNING' },
      tasks: shards * sinks,
      config: {
        ...{
          'connector.class': 'GenesisSource',
          model: 'customers.json',
          seed: String(i),
          'tasks.max': String(shards),
        },
        'throughput.rate': String(ratesPerSecond[i % ratesPerSecond.length]),
        ...{ 'transaction.boundary.interval.ms': '1000', 'transaction.timeout': '10s' },
        ...target,
      },
    }
  })
}

function topicOf(name: string, i: number): Keys {
  return { topic: name, ...topicKinds[i % topicKinds.length] }
}

function targetOf(name: string, i: number): readonly [keys: Keys, sinks: number] {
  const [path, format] = [`${name}.out`, fileFormats[Math.floor(i / 6) % fileFormats.length]]
  if (i % 6 === 4) return [{ 'sink.type': 'file', 'sink.path': path, 'sink.format': format }, 1]
  if (i % 6 !== 5) return [topicOf(name, i), 1]
  const topic = { 'sinks.topic.type': 'kafka', 'sinks.topic.topic': name, 'value.format': 'json' }
  return [{ ...topic, 'sinks.file.type': 'file', 'sinks.file.path': path }, 2]
}
