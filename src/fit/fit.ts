import type { ModelArtifact } from '../model/artifact.js'
import { assembleModel } from './assemble.js'
import type { ColumnsFile } from './columns/settings.js'
import { castPeople } from './people/cast.js'
import { planTable } from './plan-table.js'
import { codedRows, likenessOf, prepareTable, type Prepared } from './prepare.js'
import { TrainingRandom } from './random.js'
import { dryRun } from './dry-run.js'
import { exampleNotes } from './examples.js'
import { makeReport, type FitReport } from './report/report.js'
import type { Table } from './table/table.js'
import { train, type Trained, type TrainProgress, type TrainReport } from './train.js'

export interface FitOptions {
  readonly name: string
  readonly columns?: ColumnsFile
  /** The number of hidden states H; `auto`: the smallest sufficient one of 16, 32, 64 and 128. */
  readonly states: number | 'auto'
  readonly seed: number
  readonly threads?: number
  /** Minimum number of rows for a category or number to get a symbol of its own. */
  readonly minCount: number
  readonly roundExtremes: boolean
  /** Whether to look for relations between columns. @default true */
  readonly relations?: boolean
  /** Aborting ends training early with the best circuit so far. */
  readonly signal?: AbortSignal
  readonly onPrepared?: (prepared: Prepared) => void
  /** Called with sentences about columns that are not learned, with examples. */
  readonly onExamples?: (notes: readonly string[]) => void
  readonly onProgress?: (progress: TrainProgress) => void
}

export interface Fitted {
  readonly artifact: ModelArtifact
  readonly report: FitReport
  /** Null if nothing is learned, because every column is generated outside the circuit. */
  readonly training: TrainReport | null
}

/** Share of the rows held out of training to measure the model against. */
const heldOutShare = 0.1
const maxHeldOut = 10_000
/** With fewer rows, none are held out: the model is measured against its training rows. */
const minRowsToHoldOut = 50

/**
 * Fits a model to a table. The same table, columns file, options and seed give the same artifact on any number of threads. Throws
 * TABLE_INVALID, CONFIG_INVALID, CONFIG_UNREADABLE or MODEL_INVALID, all before training.
 */
export async function fitTable(table: Table, options: FitOptions): Promise<Fitted> {
  const { name, seed } = options
  const planned = planTable(table, options.columns)
  const casts = await castPeople(planned, table, options.columns, options)
  const prepared = prepareTable(table, options.columns, options, { planned, casts })
  options.onPrepared?.(prepared)
  const model = dryRun(prepared, { name, seed }, `the model of ${table.place}`)
  options.onExamples?.(exampleNotes(prepared, model, seed))
  const split = splitRows(prepared.rows, seed)
  const trained = prepared.nodes.length === 0 ? null : await trainCircuit(prepared, split, options)
  const circuit = trained?.circuit ?? null
  const training = trained?.report ?? null
  const report = makeReport({ prepared, sourceRows: table.sourceRows, circuit, training, split, seed })
  return { artifact: assembleModel(prepared, circuit, { name, seed, report }), report, training }
}

async function trainCircuit(prepared: Prepared, split: Split, options: FitOptions): Promise<Trained> {
  const { states, seed, threads, signal, onProgress } = options
  const heldOut = split.heldOut === null ? undefined : codedRows(prepared, split.heldOut)
  const table = codedRows(prepared, split.train)
  return train(table, { states, seed, threads, heldOut, ...likenessOf(prepared), signal, onProgress })
}

interface Split {
  readonly train: Uint32Array
  readonly heldOut: Uint32Array | null
}

/** Shuffled rows to train on, and held-out rows; null if there are too few to hold any out. */
export function splitRows(rows: number, seed: number): Split {
  const order = Int32Array.from({ length: rows }, (_, row) => row)
  new TrainingRandom(seed).shuffle(order)
  const count = rows < minRowsToHoldOut ? 0 : Math.min(maxHeldOut, Math.round(rows * heldOutShare))
  const shuffled = Uint32Array.from(order)
  return { train: shuffled.subarray(count), heldOut: count === 0 ? null : shuffled.subarray(0, count) }
}
