/** Training cost: 15 columns like a census table's, on one thread and on two, each run in its own process. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { CodedTable } from '#src/model/circuit.js'
import { train } from '#src/fit/train.js'
import { openGenerator } from '#src/model/open.js'
import { censusLikeArtifact, modelOf } from '../test/support/models.js'

export interface FitCase {
  readonly rows: number
  readonly states: number | 'auto'
  readonly threads: number
}

export interface FitResult extends FitCase {
  /** The number finally trained; differs for 'auto'. */
  readonly chosen: number
  readonly epochs: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakBytes: number
}

const censusRows = 22_621
export const fitCases: readonly FitCase[] = [
  { rows: censusRows, states: 64, threads: 1 },
  { rows: censusRows, states: 64, threads: 2 },
  { rows: censusRows, states: 'auto', threads: 2 },
  { rows: 1_000_000, states: 64, threads: 2 },
]

/** Peak memory is per process, so each case has its own. */
export async function benchFit(one: FitCase): Promise<FitResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(one)])
  return JSON.parse(stdout) as FitResult
}

async function measure(one: FitCase): Promise<FitResult> {
  const table = censusLikeTable(one.rows)
  const { user, system } = process.cpuUsage()
  const { report } = await train(table, { states: one.states, seed: 1, threads: one.threads })
  const used = process.cpuUsage()
  return {
    ...one,
    chosen: report.states,
    epochs: report.epochs,
    seconds: report.elapsedMs / 1e3,
    cpuSeconds: (used.user + used.system - user - system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }
}

/** Rows of a census-like model, as codes. */
function censusLikeTable(rows: number): CodedTable {
  const model = modelOf(censusLikeArtifact())
  const generator = openGenerator(model, { seed: 1 })
  const codes = generator.fields.map(() => new Uint16Array(rows))
  for (let row = 0; row < rows; row += generator.capacity) {
    const batch = generator.generate(Math.min(generator.capacity, rows - row))
    batch.vectors.forEach((vector, column) => {
      if (vector.kind === 'text' || vector.kind === 'list' || vector.codes === undefined)
        throw new Error('a column without codes')
      codes[column].set(vector.codes.subarray(0, batch.length), row)
    })
  }
  const sizes = generator.fields.map(({ dictionary }) => dictionary?.length ?? 0)
  return { rows, sizes, codes }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] !== undefined) {
    console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]) as FitCase)))
  } else {
    for (const one of fitCases) console.log(await benchFit(one))
  }
}
