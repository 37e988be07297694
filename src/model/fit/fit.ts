import type { ModelArtifact } from '../artifact.js'
import { assembleModel } from './assemble.js'
import type { ColumnsFile } from './columns/settings.js'
import { codedRows, prepareTable, type Prepared } from './prepare.js'
import { TrainingRandom } from './random.js'
import type { Table } from './table/table.js'
import { train, type TrainProgress, type TrainReport } from './train.js'

export interface FitOptions {
  readonly name: string
  readonly columns: ColumnsFile
  /** H, or auto: the one of 16, 32, 64 and 128 that held-out rows like best. */
  readonly states: number | 'auto'
  readonly seed: number
  readonly threads?: number
  /** Categories and numbers that fewer rows have do not get a symbol of their own. */
  readonly minCount: number
  readonly roundExtremes: boolean
  /** Aborting ends training with the best circuit so far. */
  readonly signal?: AbortSignal
  readonly onPrepared?: (prepared: Prepared) => void
  readonly onProgress?: (progress: TrainProgress) => void
}

export interface Fitted {
  readonly artifact: ModelArtifact
  readonly prepared: Prepared
  /** Null where nothing is learned: every column is made outside the circuit. */
  readonly training: TrainReport | null
}

/** Share of the rows that training does not see, which the model is then measured against. */
const heldOutShare = 0.1
const mostHeldOut = 10_000
/** A smaller table is trained from whole, and measured against itself. */
const fewRows = 50

/** From table to model. The same table, columns file, options and seed make the same artifact, on any number of threads. */
export async function fitTable(table: Table, options: FitOptions): Promise<Fitted> {
  const prepared = prepareTable(table, options.columns, options)
  options.onPrepared?.(prepared)
  const { name, seed } = options
  if (prepared.nodes.length === 0) {
    const artifact = assembleModel(prepared, null, { name, seed, report: null })
    return { artifact, prepared, training: null }
  }
  const split = splitRows(prepared.rows, seed)
  const heldOut = split.heldOut === null ? undefined : codedRows(prepared, split.heldOut)
  const { circuit, report: training } = await train(codedRows(prepared, split.train), {
    states: options.states,
    seed,
    threads: options.threads,
    heldOut,
    signal: options.signal,
    onProgress: options.onProgress,
  })
  return { artifact: assembleModel(prepared, circuit, { name, seed, report: null }), prepared, training }
}

/** Rows to train on, shuffled, and rows held out; null where there are too few to hold any out. */
export function splitRows(rows: number, seed: number): { train: Uint32Array; heldOut: Uint32Array | null } {
  const order = Int32Array.from({ length: rows }, (_, row) => row)
  new TrainingRandom(seed).shuffle(order)
  const count = rows < fewRows ? 0 : Math.min(mostHeldOut, Math.round(rows * heldOutShare))
  const shuffled = Uint32Array.from(order)
  return { train: shuffled.subarray(count), heldOut: count === 0 ? null : shuffled.subarray(0, count) }
}
