/** Cost to load, condition and sample a model with 15 columns like a census table's and 64 states. */
import { fileURLToPath } from 'node:url'
import { writeModel } from '#src/model/artifact-write.js'
import { conditionProbability } from '#src/model/conditions/compile.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { censusLikeArtifact } from '../test/support/models.js'
import { heldBytes } from './held-bytes.js'
import { median } from './markdown.js'
import { timed, type Timed } from './timed.js'

export interface SamplerResult {
  readonly case: string
  readonly rowsPerSecond: number
  readonly cpuNanosPerRow: number
  /** CPU time to open a generator: the first in the process, and the median of later ones. */
  readonly openMillis: { readonly first: number; readonly later: number }
}

export interface SamplerBench {
  readonly artifactBytes: number
  readonly loadMillis: { readonly first: number; readonly later: number }
  /** Memory held by a model and a generator, excluding the file's own tables. */
  readonly samplerBytes: number
  readonly conditionProbability: number
  readonly results: readonly SamplerResult[]
}

const rare = {
  income: '>50K',
  age: ['between', 30, 31],
  education: 'education 3',
  weight: ['>', 140_250],
  hours: [
    ['>=', 20],
    ['<', 60],
  ],
}
const alternatives = { any: [{ income: '>50K', age: ['>', 80] }, { not: { workclass: 'work 2' } }], hours: ['>', 40] }
const capacity = 4096

export function benchSampler({ runs = 7, millis = 300 } = {}): SamplerBench {
  const bytes = Buffer.from(writeModel(censusLikeArtifact()))
  const loads = Array.from({ length: 9 }, () => cpuMillis(() => parseModel(bytes, 'bench')).millis)
  const model = parseModel(bytes, 'bench')
  const before = heldBytes()
  const first = cpuMillis(() => openGenerator(model, { seed: 42, capacity }))
  const samplerBytes = heldBytes() - before
  const cases: [string, unknown][] = [
    ['no conditions', undefined],
    ['five conditions', rare],
    ['any, not', alternatives],
  ]
  const results = cases.map(([name, conditions], index): SamplerResult => {
    const open = (): ReturnType<typeof openGenerator> => openGenerator(model, { seed: 42, capacity, conditions })
    const opened = index === 0 ? first : cpuMillis(open)
    const later = median(Array.from({ length: 9 }, () => cpuMillis(open).millis))
    const generator = opened.result
    const once = (): Timed => timed(() => generator.generate(capacity), capacity, millis)
    once()
    const measured = Array.from({ length: runs }, once)
    return {
      case: name,
      rowsPerSecond: median(measured.map(({ perSecond }) => perSecond)),
      cpuNanosPerRow: 1000 * median(measured.map(({ cpuMicros }) => cpuMicros)),
      openMillis: { first: opened.millis, later },
    }
  })
  return {
    artifactBytes: bytes.length,
    loadMillis: { first: loads[0], later: median(loads.slice(1)) },
    samplerBytes,
    conditionProbability: conditionProbability(model, rare),
    results,
  }
}

function cpuMillis<T>(work: () => T): { millis: number; result: T } {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  return { millis: (user + system) / 1000, result }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bench = benchSampler()
  console.table(
    bench.results.map((result) => ({
      conditions: result.case,
      'rows/s': Math.round(result.rowsPerSecond).toLocaleString('en'),
      'CPU ns/row': result.cpuNanosPerRow.toFixed(0),
      'rows per CPU second': Math.round(1e9 / result.cpuNanosPerRow).toLocaleString('en'),
      'open, first (CPU ms)': result.openMillis.first.toFixed(1),
      'open, later (CPU ms)': result.openMillis.later.toFixed(1),
    })),
  )
  const { artifactBytes, loadMillis, samplerBytes, conditionProbability: probability } = bench
  console.log(`probability of the five conditions: ${probability.toExponential(2)}`)
  console.log(
    `load of ${(artifactBytes / 1e6).toFixed(2)} MB: ${loadMillis.first.toFixed(1)} ms, again ${loadMillis.later.toFixed(1)} ms (CPU)`,
  )
  console.log(`sampler memory: ${(samplerBytes / 1e6).toFixed(2)} MB`)
}
