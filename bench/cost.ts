/** Whether a record costs more far into a stream, with many shards, or under rare conditions: generator and encoder alone. */
import { deriveSchema } from '#src/encode/avro/derive.js'
import { parseSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import { writeModel } from '#src/model/artifact-write.js'
import { conditionProbability } from '#src/model/conditions/compile.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { censusLikeArtifact } from '../test/support/models.js'
import { interleaved, median } from './markdown.js'
import { timed } from './timed.js'

export interface CostResult {
  readonly case: string
  /** CPU to generate and encode a record. */
  readonly cpuMicrosPerRecord: number
}

const capacity = 4096
const cases: readonly { position?: number; shards?: number; conditions?: Readonly<Record<string, unknown>> }[] = [
  {},
  { position: 2 ** 50 },
  { shards: 64 },
  { conditions: { income: '>50K' } },
  { conditions: { income: '>50K', age: ['between', 30, 31] } },
  { conditions: { income: '>50K', age: ['between', 30, 31], education: 'education 3' } },
  {
    conditions: { income: '>50K', age: 31, education: 'education 3', occupation: 'occupation 5', country: 'country 9' },
  },
]

/** Medians of `rounds` rounds of about `millis` each. */
export async function benchCost({ rounds = 7, millis = 300 } = {}): Promise<CostResult[]> {
  const model = parseModel(Buffer.from(writeModel(censusLikeArtifact())), 'bench')
  const lines = cases.map(({ position = 0, shards = 1, conditions }) => {
    const generator = openGenerator(model, { seed: 42, capacity, shards, conditions })
    const schema = parseSchema(deriveSchema(generator.fields, { name: 'census', namespace: 'bench' }), 'derived')
    const encoder = containerEncoder(generator.fields, schema)
    generator.start(position - (position % shards))
    return () => encoder.encode(generator.generate(capacity))
  })
  const once = (line: () => unknown): number => timed(line, capacity, millis).cpuMicros
  await interleaved(1, lines, once)
  const measured = await interleaved(rounds, lines, once)
  return cases.map(({ position = 0, shards = 1, conditions }, index) => ({
    case:
      conditions !== undefined
        ? `conditions with P = ${conditionProbability(model, conditions).toExponential(1)}`
        : position > 0
          ? `from position 2^${Math.log2(position)}`
          : shards > 1
            ? `one of ${shards} shards`
            : 'from position 0, one shard, no conditions',
    cpuMicrosPerRecord: median(measured[index]),
  }))
}
